"""Plain text: a file, a line or a block of lines is a document."""

from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.record import ReadOptions, Records, Reject


def read_whole(path: Path, options: ReadOptions) -> Records:
    """The whole file as one document."""
    lines: list[str] = []
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
        else:
            lines.append(item[1])
    yield from _document(lines, 1)


def read_each_line(path: Path, options: ReadOptions) -> Records:
    """Each line that is not blank as a document."""
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
        elif item[1].strip():
            yield from _document([item[1]], item[0])


def read_blocks(path: Path, options: ReadOptions) -> Records:
    """Lines between blank lines as a document: one sentence or paragraph a line, natural for next-sentence pairs."""
    lines: list[str] = []
    first = 1
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
            continue
        number, line = item
        if line.strip():
            first = first if lines else number
            lines.append(line)
        else:
            yield from _document(lines, first)
            lines = []
    yield from _document(lines, first)


def _document(lines: list[str], number: int) -> Records:
    text = "\n".join(lines)
    if "\0" in text:
        yield Reject(number, "NUL character", text[:100])
    elif text.strip():
        yield Document(text=text, line=number)
