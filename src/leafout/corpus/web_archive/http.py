"""The HTTP response in a record: status, headers, and the body as the server meant it, within limits."""

import zlib
from dataclasses import dataclass

_MAX_HEAD_BYTES = 1 << 18
_CHUNK_HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response.

    Attributes:
        status: such as 200.
        headers: names in lower case, several of one name joined by commas.
        body: after transfer and content encodings; empty with a `fault`.
        fault: why the body cannot be read.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    fault: str = ""


def parse_response(block: bytes, *, max_bytes: int) -> Response | None:
    """The response in a block; None where there is none.

    Encodings that are declared but not there are passed over: archives hold bodies that were decoded before.

    Args:
        block: head and body.
        max_bytes: a body that unpacks to more is a fault.
    """
    if not block.startswith(b"HTTP/"):
        return None
    ends = [
        (place, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (place := block.find(mark, 0, _MAX_HEAD_BYTES)) >= 0
    ]
    place, width = min(ends, default=(len(block), 0))
    first, *lines = block[:place].decode("utf-8", "replace").splitlines() or [""]
    words = first.split(None, 2)
    status = int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() and len(words[1]) == 3 else 0
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    body = block[place + width :]
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _joined_chunks(body)
    return _decoded(status, headers, body, max_bytes)


def _joined_chunks(body: bytes) -> bytes:
    """A chunked body joined; as it is where it is not chunked, as far as it goes where it is cut."""
    parts: list[bytes] = []
    place = 0
    while (end := body.find(b"\n", place, place + _CHUNK_HEAD_BYTES)) >= 0:
        head = body[place:end].partition(b";")[0].strip()
        try:
            size = int(head, 16) if head.isalnum() else -1
        except ValueError:
            size = -1
        if size < 0:
            return b"".join(parts) if parts else body
        if size == 0:
            break
        parts.append(body[end + 1 : end + 1 + size])
        place = end + 1 + size
        place += 2 if body[place : place + 2] == b"\r\n" else body[place : place + 1] == b"\n"
    return b"".join(parts) if parts else body


def _decoded(status: int, headers: dict[str, str], body: bytes, max_bytes: int) -> Response:
    for name in reversed([part.strip().lower() for part in headers.get("content-encoding", "").split(",")]):
        if name in {"", "identity"}:
            continue
        if name not in {"gzip", "x-gzip", "deflate", "zstd"}:
            return Response(status, headers, b"", f"encoded as `{name[:20]}`")
        unpacked = _unpacked(name, body, max_bytes)
        if unpacked is None:
            continue
        if len(unpacked) > max_bytes:
            return Response(status, headers, b"", f"over {max_bytes} bytes")
        body = unpacked
    return Response(status, headers, body)


def _unpacked(name: str, body: bytes, max_bytes: int) -> bytes | None:
    """The unpacked body, one byte over the limit at most; None where it is not packed so."""
    if name == "zstd":
        import zstandard

        try:
            return bytes(zstandard.ZstdDecompressor().stream_reader(body).read(max_bytes + 1))
        except zstandard.ZstdError:
            return None
    for bits in (47, -15) if name == "deflate" else (47,):
        unpack = zlib.decompressobj(bits)
        try:
            return unpack.decompress(body, max_bytes + 1)
        except zlib.error:
            continue
    return None
