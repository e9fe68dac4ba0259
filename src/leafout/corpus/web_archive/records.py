"""The records of WARC (ISO 28500) and ARC files, one at a time, found again after whatever is broken between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from leafout.corpus.web_archive.unpacking import Chunk

_MAX_HEAD_BYTES = 1 << 16
_MAX_RECORD_BYTES = 1 << 34
_arc_line = re.compile(rb"^\S{1,4096} \S+ (\d{14}) (\S{1,200}) (?:\S+ ){0,5}(\d{1,19})\s*$").match
_next = re.compile(
    rb"(?<=\n)(?:WARC/[01]\.\d|\S{1,2000} \d{1,3}(?:\.\d{1,3}){3} \d{14} \S{1,200} (?:\S{1,200} ){0,5}\d{1,19}\r?\n)"
).search
_NEXT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class WebRecord:
    """A record.

    Attributes:
        kind: of a WARC record its type (`response`, `request` ...), of an ARC record `response`.
        url: of its target.
        time: when it was taken, ISO 8601; None where that is not said.
        content_type: of the block.
        block: its bytes, at most as many as asked for.
        size: bytes that the block has in the archive.
    """

    kind: str
    url: str = ""
    time: str | None = None
    content_type: str = ""
    block: bytes = b""
    size: int = 0
    headers: dict[str, str] = field(default_factory=dict)


class _Lost(Exception):
    """Bytes are missing here."""


class _Bytes:
    """Chunks as a stream: lines, and blocks of a given length; one byte before the place is always held."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks, self._held, self._place = chunks, b"\n", 1

    def _fill(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        if isinstance(chunk, str):
            self._held, self._place = b"\n", 1
            raise _Lost(chunk)
        self._held, self._place = self._held[self._place - 1 :] + chunk, 1
        return True

    def line(self) -> bytes | None:
        """The next line with its end, or its first 64 KiB; None at the end."""
        searched = 0
        while (end := self._held.find(b"\n", self._place + searched)) < 0:
            searched = len(self._held) - self._place
            if searched >= _MAX_HEAD_BYTES or not self._fill():
                break
        end = min(end if end >= 0 else len(self._held), self._place + _MAX_HEAD_BYTES - 1)
        line = self._held[self._place : end + 1]
        self._place += len(line)
        return line or None

    def take(self, length: int, keep: int) -> bytes:
        """The next `length` bytes, of which the first `keep` are returned.

        Raises:
            _Lost: when there are fewer.
        """
        parts: list[bytes] = []
        kept = 0
        while length:
            if self._place == len(self._held) and not self._fill():
                raise _Lost(f"the end of the archive: {length} more bytes were promised")
            part = self._held[self._place : self._place + length]
            self._place += len(part)
            length -= len(part)
            if kept < keep:
                parts.append(part[: keep - kept])
                kept += len(parts[-1])
        return b"".join(parts)

    def seek_record(self) -> int:
        """Pass over bytes up to the next line that begins a record; returns how many, -1 where there is none."""
        passed = 0
        while (match := _next(self._held, self._place)) is None:
            rest = max(self._place, len(self._held) - _NEXT_BYTES)
            passed, self._place = passed + rest - self._place, rest
            if not self._fill():
                return -1
        passed, self._place = passed + match.start() - self._place, match.start()
        return passed


def records_of(chunks: Iterator[Chunk], *, max_block_bytes: int) -> Iterator[WebRecord | str]:
    """The records of an archive in order; a string says what could not be read in place of a record.

    Args:
        chunks: the unpacked archive.
        max_block_bytes: of a longer block only so many are kept.
    """
    stream = _Bytes(chunks)
    while True:
        try:
            line = stream.line()
            if line is None:
                return
            if not line.strip():
                continue
            if line.startswith(b"WARC/"):
                yield _warc_record(stream, max_block_bytes)
            elif (match := _arc_line(line)) is not None:
                yield _arc_record(stream, line, match, max_block_bytes)
            else:
                raise ValueError("no record begins where one should")
        except _Lost as lost:
            yield f"lost: {lost}"
        except ValueError as error:
            try:
                passed = stream.seek_record()
            except _Lost as lost:
                yield f"{error}; lost: {lost}"
                continue
            yield f"{error}; {'nothing follows' if passed < 0 else f'{passed} bytes passed over'}"
            if passed < 0:
                return


def _warc_record(stream: _Bytes, keep: int) -> WebRecord:
    headers: dict[str, str] = {}
    count = 0
    last = ""
    while line := stream.line():
        count += len(line)
        if count > _MAX_HEAD_BYTES:
            raise ValueError(f"the header of a record is over {_MAX_HEAD_BYTES} bytes")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            break
        name, colon, value = text.partition(":")
        if text[0] in " \t" and last:
            headers[last] += " " + text.strip()
        elif colon:
            last = name.strip().lower()
            headers.setdefault(last, value.strip())
    size = _length(headers.get("content-length", ""))
    return WebRecord(
        kind=headers.get("warc-type", "").lower(),
        url=headers.get("warc-target-uri", "").strip("<>"),
        time=headers.get("warc-date"),
        content_type=headers.get("content-type", "").lower(),
        block=stream.take(size, keep),
        size=size,
        headers=headers,
    )


def _length(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > _MAX_RECORD_BYTES:
        raise ValueError(f"the length of a record is `{text[:30]}`")
    return int(text)


def _arc_record(stream: _Bytes, line: bytes, match: re.Match[bytes], keep: int) -> WebRecord:
    url = line.split(b" ", 1)[0].decode("utf-8", "replace")
    stamp, kind, size = match[1].decode(), match[2].decode("latin-1"), _length(match[3].decode())
    time = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}:{stamp[10:12]}:{stamp[12:]}Z"
    block = stream.take(size, keep)
    if url.startswith("filedesc:"):
        return WebRecord("filedesc", url, time, kind, block, size)
    return WebRecord("response", url, time, f"application/http; inner={kind}", block, size)
