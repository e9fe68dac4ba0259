"""Tables: CSV, TSV, JSON lines, JSON lists and Parquet, a row a document."""

import csv
import itertools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import SCHEMA, Document
from leafout.corpus.readers.opening import open_bytes, read_lines
from leafout.corpus.readers.record import KNOWN_NAMES, ReadOptions, Records, Reject, choose_columns, document_of

_MAX_JSON_BYTES = 1 << 30
_OURS = set(SCHEMA.names)


def read_json_lines(path: Path, options: ReadOptions) -> Records:
    """A JSON object a line; a string a line is a text."""
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
        elif item[1].strip():
            yield _json_document(item[1], item[0], options)


def _json_document(line: str, number: int, options: ReadOptions) -> Document | Reject:
    try:
        row = strict_json(line)
    except (ValueError, RecursionError) as error:
        return Reject(number, f"not JSON: {error}"[:200], line[:200])
    return _row_document(row, number, options)


def _row_document(row: object, number: int, options: ReadOptions) -> Document | Reject:
    if isinstance(row, str):
        row = {"text": row}
    if not isinstance(row, dict):
        return Reject(number, f"not an object: {type(row).__name__}", str(row)[:200])
    columns = choose_columns(list(row), {p: n for p, n in options.columns.items() if n in row})
    missing = [name for part, name in options.columns.items() if name not in row and part in {"text", "tokens"}]
    if not columns or missing:
        wanted = f"`{missing[0]}`" if missing else "text"
        return Reject(number, f"no column for {wanted}", str(list(row))[:200])
    return document_of(row, columns, line=number)


def read_json_list(path: Path, options: ReadOptions) -> Records:
    """A JSON list of objects, or an object whose one list holds them."""
    with open_bytes(path, options) as stream:
        data = stream.read(_MAX_JSON_BYTES + 1)
    if len(data) > _MAX_JSON_BYTES:
        raise LeafoutError("the JSON list is over 1 GiB", where=options.name, hint="write it as JSON lines")
    try:
        values = strict_json(data.decode(options.encoding or "utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LeafoutError(f"not JSON: {error}", where=options.name) from None
    if isinstance(values, dict):
        values = next((value for value in values.values() if isinstance(value, list)), [values])
    for number, row in enumerate(values if isinstance(values, list) else [values], 1):
        yield _row_document(row, number, options)


def strict_json(text: str) -> Any:
    """JSON as RFC 8259 has it: no NaN, no infinities, no doubled keys.

    Raises:
        ValueError: for anything else.
    """
    return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large")
    return number


def read_csv(path: Path, options: ReadOptions) -> Records:
    """Comma-separated values, quoted as RFC 4180 has it."""
    return _separated(path, options, ",")


def read_tsv(path: Path, options: ReadOptions) -> Records:
    """Tab-separated values; quotes mean nothing, as in GLUE."""
    return _separated(path, options, "\t")


def _separated(path: Path, options: ReadOptions, delimiter: str) -> Records:
    rejects: list[Reject] = []
    numbered = _LineFeed(read_lines(path, options), rejects)
    csv.field_size_limit(options.max_line_bytes)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
    rows = csv.reader(numbered, delimiter=delimiter, quoting=quoting, strict=delimiter == ",")
    names: list[str] | None = None
    while True:
        start = numbered.number + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Reject(start, f"not CSV: {error}", numbered.line[:200])
            continue
        yield from rejects
        rejects.clear()
        if row is None:
            break
        if not row:
            continue
        if names is None:
            names, is_header = _names(row, options)
            if is_header:
                columns = choose_columns(names, options.columns)
                continue
            columns = choose_columns(names, options.columns)
        if len(row) != len(names):
            yield Reject(start, f"{len(row)} columns: the first row has {len(names)}", str(row)[:200])
            continue
        if not columns:
            raise LeafoutError(
                f"no column looks like text among {', '.join(f'`{name}`' for name in names)}",
                where=options.name,
                hint="say which it is: columns: {text: NAME, label: NAME}",
            )
        yield document_of(dict(zip(names, row, strict=True)), columns, line=start)


class _LineFeed:
    """Feeds the csv module with lines, remembering their numbers and setting rejects aside."""

    def __init__(self, lines: Iterator[tuple[int, str] | Reject], rejects: list[Reject]) -> None:
        self.number, self.line = 0, ""
        self._lines, self._rejects = lines, rejects

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for item in self._lines:
            if isinstance(item, Reject):
                self.number = item.line or self.number
                self._rejects.append(item)
                continue
            self.number, self.line = item
            return self.line + "\n"
        raise StopIteration


def _names(row: list[str], options: ReadOptions) -> tuple[list[str], bool]:
    """The column names of a table by its first row, and whether that row is a header."""
    known = set(itertools.chain.from_iterable(KNOWN_NAMES.values())) | {"id", "index", "idx"}
    looks = any(cell.strip().lower() in known for cell in row) or any(cell in options.columns.values() for cell in row)
    if options.header if options.header is not None else looks:
        return [cell.strip() for cell in row], True
    if len(row) == 1:
        return ["text"], False
    longest = max(range(len(row)), key=lambda place: len(row[place]))
    names = [f"column_{place + 1}" for place in range(len(row))]
    names[longest] = "text"
    if len(row) == 2:
        names[1 - longest] = "label"
    return names, False


def read_parquet(path: Path, options: ReadOptions) -> Records:
    """Parquet, a batch at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            columns = choose_columns(names, options.columns)
            if not columns:
                raise LeafoutError(f"no column looks like text among {names}", where=options.name)
            number = 0
            for batch in file.iter_batches(4096):
                for row in batch.to_pylist():
                    number += 1
                    yield document_of(_plain(row), columns, line=number)
    except (pa.ArrowInvalid, OSError) as error:
        raise LeafoutError(f"not Parquet: {error}", where=options.name) from None


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Our own files come back as they were: `extra` unpacked, names of the store left out."""
    values = dict(row)
    if set(values) >= {"id", "text", "source", "line", "extra"} and set(values) <= _OURS:
        values |= json.loads(values.pop("extra") or "{}")
        for name in ("id", "source", "line"):
            values.pop(name, None)
    return values
