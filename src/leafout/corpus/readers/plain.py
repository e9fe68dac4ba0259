"""Plain text: a file, a line or a block of lines is a document."""

from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.record import ReadOptions, Records, Reject


class LongText:
    """Lines gathered for one document, no more of them than the limit lets in.

    Args:
        limit_bytes: of a document, counted as UTF-8 roughly: a character that is not ASCII is three bytes.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.lines: list[str] = []
        self.first = 0
        self._limit, self._bytes = limit_bytes, 0

    def add(self, number: int, line: str) -> None:
        """Take a line; one over the limit is counted and let go."""
        self.first = self.first or number
        self._bytes += len(line) * (1 if line.isascii() else 3) + 1
        if self._bytes <= self._limit:
            self.lines.append(line)

    def take(self) -> Records:
        """The document of what was gathered, or why it is none; then begin anew."""
        text, first, count = "\n".join(self.lines), self.first, self._bytes
        self.lines, self.first, self._bytes = [], 0, 0
        if count > self._limit:
            yield Reject(first, f"document too long: {count} bytes, the limit is {self._limit}", text[:100])
        elif "\0" in text:
            yield Reject(first, "NUL character", text[:100])
        elif text and not text.isspace():
            yield Document(text=text, line=first)


def read_whole(path: Path, options: ReadOptions) -> Records:
    """The whole file as one document."""
    text = LongText(options.max_document_bytes)
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
        else:
            text.add(*item)
    yield from text.take()


def read_each_line(path: Path, options: ReadOptions) -> Records:
    """Each line that is not blank as a document."""
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
            continue
        number, line = item
        if "\0" in line:
            yield Reject(number, "NUL character", line[:100])
        elif line and not line.isspace():
            yield Document(text=line, line=number)


def read_blocks(path: Path, options: ReadOptions) -> Records:
    """Lines between blank lines as a document: one sentence or paragraph a line, natural for next-sentence pairs."""
    text = LongText(options.max_document_bytes)
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
        elif item[1] and not item[1].isspace():
            text.add(*item)
        else:
            yield from text.take()
    yield from text.take()
