"""Opens files as people have them: packed or not, in the encodings of Chinese and English text, within limits."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.record import ReadOptions, Reject

PACKED = (".gz", ".bz2", ".xz", ".zst")
MAX_RATIO = 200
_RATIO_FROM_BYTES = 64 << 20
"""Below this size a high ratio is harmless."""

_DAMAGED = (OSError, EOFError, lzma.LZMAError, zlib.error)
_DETECT_BYTES = 1 << 16


class _Capped(io.RawIOBase):
    """Unpacked bytes, counted against what the packed file may become."""

    def __init__(self, stream: IO[bytes], packed_bytes: int, options: ReadOptions) -> None:
        self._stream, self._packed, self._options = stream, packed_bytes, options
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._count += len(data)
        if self._count > self._options.max_file_bytes:
            limit = self._options.max_file_bytes
            raise LeafoutError(f"the file unpacks to more than {limit} bytes", where=self._options.name)
        if self._count > max(_RATIO_FROM_BYTES, MAX_RATIO * self._packed):
            raise LeafoutError(
                f"the file unpacks to over {MAX_RATIO} times its size",
                where=self._options.name,
                hint="unpack it yourself",
            )
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_bytes(path: Path, options: ReadOptions) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a file.

    Raises:
        LeafoutError: when it cannot be opened, is damaged, or unpacks to more than the limits.
    """
    try:
        with path.open("rb") as raw:
            suffix = path.suffix.lower()
            if suffix not in PACKED:
                yield raw
                return
            with _unpacked(raw, suffix) as stream:
                yield io.BufferedReader(_Capped(stream, path.stat().st_size, options), 1 << 20)
    except LeafoutError:
        raise
    except _DAMAGED as error:
        said = getattr(error, "strerror", None) or str(error)
        raise LeafoutError(f"cannot read the file: {said}", where=options.name or str(path)) from None


def _unpacked(raw: IO[bytes], suffix: str) -> IO[bytes]:
    if suffix == ".gz":
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    if suffix == ".bz2":
        return bz2.BZ2File(raw)
    if suffix == ".xz":
        return lzma.LZMAFile(raw)
    import zstandard

    class _Zstd(io.RawIOBase):
        """Lets errors of zstandard look like those of the standard library."""

        _reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)

        def read(self, size: int = -1) -> bytes:
            try:
                return bytes(self._reader.read(size))
            except zstandard.ZstdError as error:
                raise OSError(str(error)) from None

    return _Zstd()  # type: ignore[return-value]


def detect_encoding(head: bytes) -> str:
    """The encoding of text by its first bytes: UTF-8 with or without mark, UTF-16, else GB18030.

    Args:
        head: the start of the file; it may end inside a character.
    """
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    nulls = head.count(0)
    if nulls > len(head) // 5:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return "utf-8"


def read_lines(path: Path, options: ReadOptions) -> Iterator[tuple[int, str] | Reject]:
    """The lines of a text file with their numbers, without line ends; split at LF alone (CR before it is dropped)."""
    with open_bytes(path, options) as stream:
        head = stream.read(_DETECT_BYTES)
        encoding = options.encoding or detect_encoding(head)
        if encoding.startswith("utf-16"):
            yield from _wide_lines(head + b"".join(iter(lambda: stream.read(1 << 20), b"")), encoding)
            return
        skip = 3 if encoding == "utf-8-sig" else 0
        plain = "utf-8" if encoding == "utf-8-sig" else encoding
        for number, data in enumerate(_byte_lines(stream, head[skip:], options.max_line_bytes), 1):
            if len(data) > options.max_line_bytes:
                yield Reject(number, f"line too long: over {options.max_line_bytes} bytes", repr(data[:100]))
                continue
            try:
                yield number, data.removesuffix(b"\r").decode(plain)
            except UnicodeDecodeError as error:
                yield Reject(number, f"not {plain}: byte {error.start} is 0x{data[error.start]:02x}", repr(data[:100]))


def _wide_lines(data: bytes, encoding: str) -> Iterator[tuple[int, str] | Reject]:
    text = data.decode(encoding, "replace").removeprefix("\ufeff").removesuffix("\n")
    for number, line in enumerate(text.split("\n"), 1):
        if "\ufffd" in line:
            yield Reject(number, f"not {encoding}", line[:100])
        else:
            yield number, line.removesuffix("\r")


def _byte_lines(stream: IO[bytes], head: bytes, limit: int) -> Iterator[bytes]:
    """Lines of at most `limit + 1` bytes each; the rest of a longer line is read past."""
    rest = head
    while True:
        *lines, rest = rest.split(b"\n")
        yield from (line[: limit + 1] for line in lines)
        if len(rest) > limit:
            rest = rest[: limit + 1]
        more = stream.read(1 << 20)
        if not more:
            break
        rest += more
    if rest:
        yield rest[: limit + 1]
