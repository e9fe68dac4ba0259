"""Writes answers as JSON lines or CSV; a file is whole or absent."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from leafout.core.errors import LeafoutError

MORE = "more"
"""The column of a CSV file that holds, as JSON, what has no column of its own."""

Write = Callable[[Mapping[str, Any]], None]


@contextmanager
def answer_file(out: Path | None, stdout: IO[str], *, as_csv: bool) -> Iterator[Write]:
    """Opens where answers go.

    Args:
        out: the file; written beside and renamed when all is done. None writes to `stdout` as it comes.
        stdout: where answers go without a file.
        as_csv: CSV instead of JSON lines.

    Yields:
        a function that writes one answer.

    Raises:
        LeafoutError: when the file cannot be written.
    """
    if out is None:
        yield _writer(stdout, as_csv=as_csv)
        stdout.flush()
        return
    beside = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with beside.open("w", encoding="utf-8", newline="", errors="replace") as file:
            yield _writer(file, as_csv=as_csv)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
    except OSError as error:
        raise LeafoutError(f"cannot write the answers: {error.strerror}", where=str(out)) from error
    finally:
        beside.unlink(missing_ok=True)


def _writer(file: IO[str], *, as_csv: bool) -> Write:
    return _CsvWriter(file).write if as_csv else lambda answer: _write_line(file, answer)


def _write_line(file: IO[str], answer: Mapping[str, Any]) -> None:
    file.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")


class _CsvWriter:
    """CSV with the columns of the first answer and, as the last, `error` and `more`."""

    def __init__(self, file: IO[str]) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._columns: list[str] = []

    def write(self, answer: Mapping[str, Any]) -> None:
        """Write a row; the header goes before the first."""
        if not self._columns:
            self._columns = [*(name for name in answer if name not in {"error", MORE}), "error"]
            self._rows.writerow([*self._columns, MORE])
        rest = {name: value for name, value in answer.items() if name not in self._columns}
        cells = [_cell(answer.get(name)) for name in self._columns]
        self._rows.writerow([*cells, json.dumps(rest, ensure_ascii=False, default=str) if rest else ""])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
