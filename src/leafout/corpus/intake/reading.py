"""Reads one share of the files into a part: documents with names, what was rejected, and the keys of all."""

import errno
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from leafout.core.faults import fault_point
from leafout.corpus import parts
from leafout.corpus.documents import SCHEMA, Document, table_of
from leafout.corpus.intake.naming import Naming, named
from leafout.corpus.intake.sharing import Piece, Share
from leafout.corpus.ledger import Ledger
from leafout.corpus.readers.formats import detect_format, reader
from leafout.corpus.readers.record import ReadOptions, Reject, SelectedRecords, Skip

DOCUMENTS, KEYS, ABOUT = "documents.arrow", "keys.npy", "about.json"

_BATCH_ROWS = 4096
_BATCH_BYTES = 8 << 20
_SHOWN = 3
_EDITING = frozenset({"mediawiki", "feed", "social", "zip", "tar"})
"""Formats whose readers say in `extra` what they edited."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a share is read: the same for all shares of a stage.

    Attributes:
        phase: the folder of the parts.
        options: of the readers; the name of the file is filled in.
        kind: a format, or `auto`.
        naming: labels, licences and samples.
        max_rows: of each file; 0 reads all.
        detect_language: find the language of a document that does not say its own.
        languages: that the files are in, as far as it is known.
    """

    phase: Path
    options: ReadOptions
    kind: str
    naming: Naming
    max_rows: int
    detect_language: bool
    languages: tuple[str, ...] = ()


def read_share(share: Share, *, reading: Reading) -> int:
    """Make the part of a share, unless it is there; the number of the share.

    The part holds `documents.arrow`, `keys.npy` (the ids as numbers, uint64), `about.json` and the ledger's notes.

    Raises:
        LeafoutError: for a file that no reader can open.
    """
    if parts.is_made(reading.phase, share.number):
        return share.number
    with parts.making(reading.phase, share.number) as out, Ledger(out) as ledger, _Batches(out, reading) as batches:
        kinds: dict[str, str] = {}
        for piece in share.pieces:
            options = replace(
                reading.options,
                name=piece.name,
                start_byte=piece.start_byte,
                end_byte=piece.end_byte,
                first_line=piece.first_line,
                scratch=out,
            )
            kinds[piece.name] = detect_format(piece.path, options) if reading.kind == "auto" else reading.kind
            for record in _records(piece, options, kinds[piece.name], reading):
                _take(record, piece, kinds[piece.name], reading, ledger, batches)
        batches.flush()
        shown = [f"{row.source}:{row.line} {row.label or '-'} | {row.text[:60]!r}" for row in batches.shown]
        about = {"kinds": kinds, "shown": shown, **batches.figures}
        (out / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    return share.number


def about_part(part: Path) -> dict[str, Any]:
    """What `read_share` says of a part: `kinds` by file, `shown`, `characters`, `labelled`."""
    about: dict[str, Any] = json.loads((part / ABOUT).read_text(encoding="utf-8"))
    return about


def _records(piece: Piece, options: ReadOptions, kind: str, reading: Reading) -> SelectedRecords:
    records = reader(kind)(piece.path, options)
    return islice(records, reading.max_rows) if reading.max_rows else records


def _take(
    record: Document | Reject | Skip, piece: Piece, kind: str, reading: Reading, ledger: Ledger, batches: "_Batches"
) -> None:
    if isinstance(record, Reject):
        ledger.reject(record.source or piece.name, record.line, record.reason, record.sample)
    elif isinstance(record, Skip):
        ledger.skip(record.reason)
    else:
        document = named(record, piece.name, reading.naming)
        if isinstance(document, str):
            ledger.skip(document)
        else:
            ledger.read += 1
            ledger.kept += 1
            ledger.edited.update(_edits(document, kind))
            batches.add(document)


def _edits(document: Document, kind: str) -> Iterator[str]:
    """What a reader took out of a document or mended in it, each name once."""
    if kind in _EDITING:
        for key in ("edits", "mended"):
            counts = document.extra.get(key)
            yield from counts if isinstance(counts, dict) else ()


class _Batches:
    """Writes documents in batches of bounded size, with their keys."""

    def __init__(self, out: Path, reading: Reading) -> None:
        self.figures: Counter[str] = Counter(characters=0, labelled=0)
        self.shown: list[Document] = []
        self._out, self._detect, self._among = out, reading.detect_language, reading.languages
        self._file = pa.ipc.new_file(out / DOCUMENTS, SCHEMA)
        self._keys: list[np.ndarray[tuple[int], np.dtype[np.uint64]]] = []
        self._rows: list[Document] = []
        self._size = 0

    def __enter__(self) -> "_Batches":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, document: Document) -> None:
        """Take a document."""
        self._rows.append(document)
        self._size += len(document.text) + len(document.text_b or "")
        self.figures["characters"] += len(document.text)
        self.figures["labelled"] += document.label is not None
        if len(self.shown) < _SHOWN:
            self.shown.append(document)
        if len(self._rows) >= _BATCH_ROWS or self._size >= _BATCH_BYTES:
            self._write()

    def flush(self) -> None:
        """Write what is left, and the keys."""
        self._write()
        keys = np.concatenate(self._keys) if self._keys else np.zeros(0, np.uint64)
        np.save(self._out / KEYS, keys)

    def _write(self) -> None:
        if not self._rows:
            return
        rows, self._rows, self._size = self._rows, [], 0
        table = table_of(list(_spoken(rows, self._among)) if self._detect else rows)
        if fault_point("intake.write"):
            self._file.write_table(table.slice(0, table.num_rows // 2))
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self._out / DOCUMENTS))
        self._file.write_table(table)
        self._keys.append(np.array([int(row.id, 16) for row in rows], np.uint64))


def _spoken(rows: list[Document], among: tuple[str, ...]) -> Iterator[Document]:
    """Documents with their languages, found where they do not say them."""
    from leafout.text.language import languages

    unsaid = [row.text for row in rows if not row.language]
    found = iter(languages(unsaid, among))
    for row in rows:
        yield row if row.language else replace(row, language=next(found))
