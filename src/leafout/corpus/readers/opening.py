"""Opens files as people have them: packed or not, in the encodings of Chinese and English text, within limits."""

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.record import ReadOptions, Reject

PACKED = (".gz", ".bz2", ".xz", ".zst")
_SHORT = {".tgz": ".gz", ".tbz": ".bz2", ".tbz2": ".bz2", ".txz": ".xz", ".tzst": ".zst"}
MAX_RATIO = 200
_RATIO_FROM_BYTES = 64 << 20
"""Below this size a high ratio is harmless."""

_DAMAGED = (OSError, EOFError, lzma.LZMAError, zlib.error)
_OF_TEXT = re.compile(
    "[\\t\\n\\r -~\u00a0-\u024f\u0370-\u04ff\u2000-\u206f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
_DETECT_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 20


class _Unpacking(Protocol):
    def read1(self, size: int = -1, /) -> bytes: ...


class _Capped(io.RawIOBase):
    """Unpacked bytes, counted against what the packed file may become."""

    def __init__(self, stream: "_Unpacking", packed_bytes: int, options: ReadOptions) -> None:
        self._stream, self._packed, self._options = stream, packed_bytes, options
        self._count = 0
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer is a view here
        data = b"" if self._over else self._stream.read1(len(buffer))  # all there is before any damage
        allowed = min(self._options.max_file_bytes, max(_RATIO_FROM_BYTES, MAX_RATIO * self._packed)) - self._count
        self._over = self._over or len(data) > allowed
        if self._over:
            data = data[:allowed]
            if not data:
                raise self._fault()
        self._count += len(data)
        buffer[: len(data)] = data
        return len(data)

    def _fault(self) -> LeafoutError:
        if self._count >= self._options.max_file_bytes:
            limit = self._options.max_file_bytes
            return LeafoutError(f"the file unpacks to more than {limit} bytes", where=self._options.name)
        return LeafoutError(
            f"the file unpacks to over {MAX_RATIO} times its size",
            where=self._options.name,
            hint="unpack it yourself",
        )


@contextmanager
def open_bytes(path: Path, options: ReadOptions) -> Iterator[io.BufferedReader]:
    """The unpacked bytes of a file; `read1` gives what there is before it says that the file is damaged.

    Raises:
        LeafoutError: when it cannot be opened, is damaged, or unpacks to more than the limits.
    """
    try:
        with path.open("rb") as raw:
            suffix = _SHORT.get(path.suffix.lower(), path.suffix.lower())
            if suffix not in PACKED:
                yield raw
                return
            yield io.BufferedReader(_Capped(_unpacked(raw, suffix), path.stat().st_size, options), 1 << 20)
    except LeafoutError:
        raise
    except _DAMAGED as error:
        said = getattr(error, "strerror", None) or str(error)
        raise LeafoutError(f"cannot read the file: {said}", where=options.name or str(path)) from None


def _unpacked(raw: IO[bytes], suffix: str) -> "_Unpacking":
    if suffix == ".gz":
        return gzip.GzipFile(fileobj=raw)
    if suffix == ".bz2":
        return bz2.BZ2File(raw)
    if suffix == ".xz":
        return lzma.LZMAFile(raw)
    from leafout.corpus.readers.zstd_frames import Unpacking

    return Unpacking(raw)


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
    wide = next((name for name in ("utf-16-le", "utf-16-be") if nulls and _is_wide_text(head, name)), "")
    if wide:
        return wide
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


def _is_wide_text(head: bytes, encoding: str) -> bool:
    """Whether nearly all that bytes of UTF-16 say is Latin, Greek, Cyrillic, Chinese, Japanese or Korean."""
    text = head[:8192].decode(encoding, "ignore")
    return len(_OF_TEXT.findall(text)) > 0.95 * len(text) > 0


def read_lines(path: Path, options: ReadOptions) -> Iterator[tuple[int, str] | Reject]:
    """The lines of a text file with their numbers, without line ends; split at LF alone (CR before it is dropped)."""
    for item in read_raw_lines(path, options):
        if isinstance(item, Reject):
            yield item
            continue
        number, line = item
        if isinstance(line, str):
            yield number, line
            continue
        try:
            yield number, line.decode()
        except UnicodeDecodeError as error:
            yield undecodable(number, line, "utf-8", error)


def read_raw_lines(path: Path, options: ReadOptions) -> Iterator[tuple[int, bytes | str] | Reject]:
    """Lines as `read_lines` has them, those of UTF-8 files as bytes that nobody has looked into yet."""
    with open_bytes(path, options) as stream:
        head = stream.read(_DETECT_BYTES)
        encoding = options.encoding or detect_encoding(head)
        plain = "utf-8" if encoding == "utf-8-sig" else encoding
        start = 3 if plain == "utf-8" and head.startswith(b"\xef\xbb\xbf") else 0
        ranged = options.start_byte > 0 or options.end_byte is not None
        wide = codecs.lookup(plain).name.startswith("utf-16")
        if ranged and (wide or path.suffix.lower() in PACKED):
            raise LeafoutError("a packed or UTF-16 file has no ranges of lines", where=options.name)
        if wide:
            yield from _wide_lines(head, stream, plain, options.max_line_bytes)
            return
        limit = None
        if ranged:
            start = max(start, _line_start(stream, options.start_byte))
            limit = None if options.end_byte is None else max(0, _line_start(stream, options.end_byte) - start)
            stream.seek(start)
            head, start = b"", 0
        lines = _byte_lines(stream, head[start:], options.max_line_bytes, limit)
        for number, data in enumerate(lines, options.first_line):
            if len(data) > options.max_line_bytes:
                yield too_long(number, data, options)
            elif plain == "utf-8":
                yield number, data.removesuffix(b"\r")
            else:
                try:
                    yield number, data.removesuffix(b"\r").decode(plain)
                except UnicodeDecodeError as error:
                    yield undecodable(number, data, plain, error)


def too_long(number: int, line: bytes | str, options: ReadOptions) -> Reject:
    """The reject of a line over the limit."""
    return Reject(number, f"line too long: over {options.max_line_bytes} bytes", repr(line[:100]))


def undecodable(number: int, line: bytes, encoding: str, error: UnicodeDecodeError) -> Reject:
    """The reject of a line that is not in the encoding."""
    return Reject(number, f"not {encoding}: byte {error.start} is 0x{line[error.start]:02x}", repr(line[:100]))


def _line_start(stream: io.BufferedReader, place: int) -> int:
    """Where the first line starts whose first byte is at `place` or after it."""
    if place <= 0:
        return 0
    position = stream.seek(place - 1)
    while block := stream.read(1 << 16):
        found = block.find(b"\n")
        if found >= 0:
            return position + found + 1
        position += len(block)
    return position


def _wide_lines(
    head: bytes, stream: io.BufferedReader, encoding: str, limit: int
) -> Iterator[tuple[int, str] | Reject]:
    """Lines of UTF-16, decoded a block at a time; half a surrogate pair spoils its line alone."""
    decode = codecs.getincrementaldecoder(encoding)("surrogatepass").decode
    number, rest, data = 1, "", head
    while data:
        *lines, rest = (rest + decode(data)).split("\n")
        for line in lines:
            yield _wide_line(number, line, encoding, limit)
            number += 1
        rest = rest[: limit // 2 + 1]
        data = stream.read1(_BLOCK_BYTES)
    try:
        decode(b"", final=True)
    except UnicodeDecodeError:
        yield Reject(number, f"not {encoding}: it ends inside a character", repr(rest[:100]))
        return
    if rest:
        yield _wide_line(number, rest, encoding, limit)


def _wide_line(number: int, line: str, encoding: str, limit: int) -> tuple[int, str] | Reject:
    line = line.removeprefix("\ufeff") if number == 1 else line
    if len(line) > limit // 2:
        return Reject(number, f"line too long: over {limit} bytes", repr(line[:100]))
    try:
        line.encode()
    except UnicodeEncodeError as error:
        return Reject(number, f"not {encoding}: half a surrogate pair at {error.start}", repr(line[:100]))
    return number, line.removesuffix("\r")


def _byte_lines(stream: io.BufferedReader, head: bytes, limit: int, count: int | None = None) -> Iterator[bytes]:
    """Lines of at most `limit + 1` bytes each; the rest of a longer line is read past.

    Args:
        stream: after `head`.
        head: what was read already.
        limit: of a line, in bytes.
        count: read no more than so many bytes of the stream; None reads all.
    """
    rest: list[bytes] = []
    size, piece = 0, head
    while True:
        first, *lines = piece.split(b"\n")
        if size <= limit:
            rest.append(first)
            size += len(first)
        if lines:
            yield b"".join(rest)[: limit + 1]
            rest = [lines.pop()]
            size = len(rest[0])
            yield from (line[: limit + 1] for line in lines)
        piece = stream.read1(_BLOCK_BYTES if count is None else min(_BLOCK_BYTES, count))
        if not piece:
            break
        count = None if count is None else count - len(piece)
    if size:
        yield b"".join(rest)[: limit + 1]
