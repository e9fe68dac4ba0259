"""JSON lines: an object a line is a row; a string a line is a text."""

from collections.abc import Sequence
from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import read_raw_lines, undecodable
from leafout.corpus.readers.record import ReadOptions, Records, Reject
from leafout.corpus.readers.rows import Rows
from leafout.corpus.readers.strict_json import strict_json


def read_json_lines(path: Path, options: ReadOptions) -> Records:
    """Rows of any shape: labelled, pairs, tagged, with spans, dialogues."""
    return _read(path, options, Rows(options))


def read_span_lines(path: Path, options: ReadOptions) -> Records:
    """Texts with spans; one with an empty list of labels has none, and all its tokens are `O`."""
    return _read(path, options, Rows(options, spans=True))


def _read(path: Path, options: ReadOptions, rows: Rows) -> Records:
    for item in read_raw_lines(path, options):
        if isinstance(item, Reject):
            yield item
            continue
        number, line = item
        if not line or line.isspace():
            continue
        try:
            value = strict_json(line)
        except UnicodeDecodeError as error:
            assert isinstance(line, bytes)
            yield undecodable(number, line, "utf-8", error)
        except ValueError as error:
            yield Reject(number, f"not JSON: {error}"[:200], shown(line))
        else:
            yield from read_value(value, number, rows)


def read_value(value: object, number: int, rows: Rows) -> Sequence[Document | Reject]:
    """A value of JSON as documents."""
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        return (Reject(number, f"not an object: {type(value).__name__}", str(value)[:200]),)
    return rows.read(value, number)


def shown(line: bytes | str) -> str:
    """How a line begins."""
    return line[:200] if isinstance(line, str) else line[:400].decode("utf-8", "replace")[:200]
