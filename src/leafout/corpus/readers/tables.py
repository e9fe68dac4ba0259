"""Tables: CSV, TSV and Parquet, a row a document."""

import csv
import json
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import SCHEMA
from leafout.corpus.readers.class_names import parquet_class_names
from leafout.corpus.readers.columns import KNOWN_WORDS, Header, find_header
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.record import ReadOptions, Records, Reject
from leafout.corpus.readers.rows import Rows, no_text

_OURS = set(SCHEMA.names)
_SAMPLE_ROWS = 50
_BATCH_ROWS = 1024
_MAX_READ_AGAIN = 100_000


def read_csv(path: Path, options: ReadOptions) -> Records:
    """Comma-separated values, quoted as RFC 4180 has it."""
    return _separated(path, options, ",")


def read_tsv(path: Path, options: ReadOptions) -> Records:
    """Tab-separated values; quotes mean nothing, as in GLUE."""
    return _separated(path, options, "\t")


def _separated(path: Path, options: ReadOptions, delimiter: str) -> Records:
    rejects: list[Reject] = []
    numbered = _LineFeed(read_lines(path, options), rejects, options.max_line_bytes)
    if delimiter == ",":
        delimiter = numbered.delimiter()
    cells = _cells(numbered, delimiter, options)
    sample = list(islice(cells, _SAMPLE_ROWS))
    header = find_header([row for _, row in sample if isinstance(row, list)], options)
    yield from _of_cells(chain(sample, cells), header, rejects, options)


_Cells = Iterator[tuple[int, list[str] | Reject]]


def _of_cells(cells: _Cells, header: Header, rejects: list[Reject], options: ReadOptions) -> Records:
    rows = Rows(options, strict=True)
    names = header.names
    waiting = header.present
    for number, row in cells:
        yield from rejects
        rejects.clear()
        if isinstance(row, Reject):
            yield row
        elif waiting:
            waiting = False
            layout = rows.layout(names)
            if not layout.columns and not layout.dialogue:
                raise no_text(names, options)
        elif len(row) != len(names):
            yield Reject(number, f"{len(row)} columns: the first row has {len(names)}", str(row)[:200])
        else:
            yield from rows.read(dict(zip(names, row, strict=True)), number)
    yield from rejects


def _cells(numbered: "_LineFeed", delimiter: str, options: ReadOptions) -> _Cells:
    """The rows that are not empty, with the numbers of their first lines."""
    csv.field_size_limit(max(options.max_line_bytes, 131_072))
    quoted = delimiter != "\t"
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(numbered, delimiter=delimiter, quoting=quoting, strict=quoted)
    while True:
        numbered.begin()
        try:
            row = next(reader, None)
        except csv.Error as error:
            start = numbered.start()
            lines = numbered.restart()
            swallowed = f", {lines} lines" if lines > 1 else ""
            yield start, Reject(start, f"not CSV: {error}{swallowed}", numbered.first[:200])
            continue
        if row is None:
            return
        if row:
            yield numbered.start(), row


class _LineFeed:
    """Feeds the csv module with lines; remembers their numbers, and those of a row, to go back when it is none.

    A quote that nobody closes swallows the lines behind it: they are read again, without the first, up to
    `_MAX_READ_AGAIN` lines in all.
    """

    def __init__(self, lines: Iterator[tuple[int, str] | Reject], rejects: list[Reject], limit: int) -> None:
        self.first = ""
        self._lines, self._rejects, self._limit = lines, rejects, limit
        self._number, self._chars, self._read_again = 0, 0, 0
        self._taken: list[tuple[int, str]] = []
        self._again: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            item = self._again.popleft() if self._again else next(self._lines)
            if isinstance(item, Reject):
                self._number = item.line or self._number
                self._rejects.append(item)
                if self._taken:
                    raise csv.Error("a line of the row cannot be read")
                continue
            self._number, line = item
            self._chars += len(line)
            if self._taken and self._chars > self._limit:
                self._again.appendleft(item)
                raise csv.Error(f"a row over {self._limit} characters")
            self._taken.append(item)
            return line + "\n"

    def begin(self) -> None:
        """A row begins."""
        self._taken, self._chars = [], 0

    def start(self) -> int:
        """The number of the row's first line."""
        return self._taken[0][0] if self._taken else self._number + 1

    def restart(self) -> int:
        """Give the lines of the row again but its first, where it swallowed several; how many lines are lost."""
        self.first = self._taken[0][1] if self._taken else ""
        behind = self._taken[1:]
        if not behind or self._read_again + len(behind) > _MAX_READ_AGAIN:
            return len(self._taken)
        self._read_again += len(behind)
        self._again.extendleft(reversed(behind))
        return 1

    def delimiter(self) -> str:
        """What parts the cells of the first line: a comma, or where there is none a semicolon or tab."""
        item = next(self._lines, None)
        if item is None:
            return ","
        if isinstance(item, Reject):
            self._rejects.append(item)
            return ","
        self._again.append(item)
        if "," in item[1]:
            return ","
        cut = {mark: {cell.strip(' "').lower() for cell in item[1].split(mark)} for mark in ";\t"}
        return next((mark for mark, cells in cut.items() if len(cells) > 1 and cells & KNOWN_WORDS), ",")


def read_parquet(path: Path, options: ReadOptions) -> Records:
    """Parquet, a batch at a time; names of classes that Hugging Face's `datasets` wrote into it are used."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            named = {**parquet_class_names(schema.metadata or {}), **options.class_names}
            yield from _of_batches(file.iter_batches(_BATCH_ROWS), schema.names, replace(options, class_names=named))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        said = str(error).partition("\n")[0][:200]
        raise LeafoutError(f"not Parquet: {said}", where=options.name) from None


def _of_batches(batches: Iterator[Any], names: Sequence[str], options: ReadOptions) -> Records:
    rows = Rows(options, strict=True)
    ours = _ours(names)
    layout = rows.layout(tuple(names))
    if not layout.columns and not layout.dialogue:
        raise no_text(names, options)
    rows = Rows(options)
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            number += 1
            yield from rows.read(_unpacked(row) if ours else _plain(row), number)


def _ours(names: Sequence[str]) -> bool:
    return {"id", "text", "source", "line", "extra"} <= set(names) <= _OURS


def _unpacked(row: Mapping[str, Any]) -> dict[str, Any]:
    """Our own files come back as they were: `extra` unpacked, without names of the store and columns without value."""
    values = {name: value for name, value in row.items() if value is not None}
    extra = values.pop("extra", None)
    for name in ("id", "source", "line"):
        values.pop(name, None)
    return {**json.loads(extra or "{}"), **values}


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without the NaN that stands for a missing value in a column of numbers."""
    if any(isinstance(value, float) and not math.isfinite(value) for value in row.values()):
        return {name: None if isinstance(one, float) and not math.isfinite(one) else one for name, one in row.items()}
    return row
