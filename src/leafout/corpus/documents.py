"""Documents and rows as sharded Parquet: one schema for texts, labelled rows and tagged rows."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError

if TYPE_CHECKING:
    from leafout.corpus.card import Card

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("source", pa.string()),
        ("line", pa.int64()),
        ("label", pa.string()),
        ("text_b", pa.string()),
        ("group", pa.string()),
        ("language", pa.string()),
        ("url", pa.string()),
        ("time", pa.string()),
        ("licence", pa.string()),
        ("tokens", pa.list_(pa.string())),
        ("tags", pa.list_(pa.string())),
        ("extra", pa.string()),
    ]
)
"""`extra` holds all other columns of the source as JSON."""

_REPEATED = ["source", "label", "group", "language", "licence", "reason"]
"""Columns packed as a dictionary. Texts never are: a group of equal ones would tell its readers that it is small."""

_BATCH_ROWS = 4096
_GROUP_BYTES = 8 << 20
"""A row group of a file is closed once its texts reach so many bytes: a reader holds one at a time."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what is known of it.

    Attributes:
        text: the text itself; for a tagged row its tokens joined.
        id: stable and made from the content (see `ids.stable_id`).
        source: the file it came from, as the chain file names it.
        line: its 1-based line or record there.
        label, text_b: of a labelled row, and the second text of a pair.
        group: what must not be torn apart by a split (a module, a thread, an author).
        tokens, tags: of a tagged row, equally many.
        extra: every other column.
    """

    text: str
    id: str = ""
    source: str = ""
    line: int | None = None
    label: str | None = None
    text_b: str | None = None
    group: str | None = None
    language: str | None = None
    url: str | None = None
    time: str | None = None
    licence: str | None = None
    tokens: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


_NAMES = [name for name in SCHEMA.names if name != "extra"]


class DocumentWriter:
    """Writes documents in order into `part-00000.parquet` and so on.

    The same documents give the same bytes, however they are batched: row groups end at 4,096 documents or 8 MiB of
    text, files at a row group that makes them full.

    Args:
        folder: made when it is not there.
        schema: `SCHEMA`, or it with further columns.
        shard_bytes: a shard is closed after about so many bytes of text.
        card: counts what is written.
    """

    def __init__(
        self, folder: Path, *, schema: pa.Schema = SCHEMA, shard_bytes: int = 64 << 20, card: "Card | None" = None
    ) -> None:
        self.count = 0
        self._folder, self._schema, self._shard_bytes, self._card = folder, schema, shard_bytes, card
        self._rows: list[Document] = []
        self._shard: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._waiting_rows, self._waiting_bytes = 0, 0
        self._shards, self._bytes = 0, 0
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
            if self._waiting_rows:
                self._close_group()
            if not self._shards:
                self._open()
        if self._shard is not None:
            self._shard.close()

    def write(self, document: Document) -> None:
        """Add a document."""
        self._rows.append(document)
        if len(self._rows) >= _BATCH_ROWS:
            self._flush()

    def write_batch(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Add a batch whose columns are those of the schema."""
        self._flush()
        self._put(pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch)

    def _flush(self) -> None:
        if self._rows:
            rows, self._rows = self._rows, []
            self._put(table_of(rows))

    def _put(self, table: pa.Table) -> None:
        table = table.select(self._schema.names).cast(self._schema)
        self.count += table.num_rows
        ends_N = np.cumsum(_text_bytes(table))
        start, before = 0, 0
        while start < table.num_rows:
            full = int(np.searchsorted(ends_N, before + _GROUP_BYTES - self._waiting_bytes)) + 1
            end = min(table.num_rows, full, start + _BATCH_ROWS - self._waiting_rows)
            self._waiting.append(table.slice(start, end - start))
            self._waiting_rows += end - start
            self._waiting_bytes += int(ends_N[end - 1]) - before
            start, before = end, int(ends_N[end - 1])
            if self._waiting_rows >= _BATCH_ROWS or self._waiting_bytes >= _GROUP_BYTES:
                self._close_group()

    def _close_group(self) -> None:
        if self._shard is None or self._bytes >= self._shard_bytes:
            self._open()
        assert self._shard is not None
        group = pa.concat_tables(self._waiting).combine_chunks()
        self._shard.write_table(group)
        if self._card is not None:
            self._card.add(group)
        self._bytes += self._waiting_bytes
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0

    def _open(self) -> None:
        if self._shard is not None:
            self._shard.close()
        path = self._folder / f"part-{self._shards:05d}.parquet"
        repeated = [name for name in _REPEATED if name in self._schema.names]
        self._shard = pq.ParquetWriter(path, self._schema, compression="zstd", use_dictionary=repeated)
        self._shards, self._bytes = self._shards + 1, 0


def _text_bytes(table: pa.Table) -> NDArray[np.int64]:
    """The bytes of text of each row, second text included."""
    sizes = np.zeros(table.num_rows, np.int64)
    for name in ("text", "text_b"):
        sizes += pc.fill_null(pc.binary_length(table[name]), 0).to_numpy()
    return sizes


def table_of(documents: Sequence[Document]) -> pa.Table:
    """Documents as a table of `SCHEMA`."""
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in documents] for name in _NAMES}
    columns["extra"] = [
        json.dumps(row.extra, ensure_ascii=False, sort_keys=True, default=str) if row.extra else None
        for row in documents
    ]
    return pa.table(columns, schema=SCHEMA)


def shards(folder: Path) -> list[Path]:
    """The Parquet files of an artifact of documents, in order.

    Raises:
        LeafoutError: when the folder holds none.
    """
    found = sorted(folder.glob("part-*.parquet"))
    if not found:
        hint = (
            "give the output of collect or clean"
            if not (folder / "train").is_dir()
            else f"did you mean {folder}/train?"
        )
        raise LeafoutError("the folder holds no documents (`part-*.parquet`)", where=str(folder), hint=hint)
    return found


def read_batches(
    folder: Path, *, columns: Sequence[str] | None = None, batch_rows: int = _BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """The documents of a folder in order, a batch at a time."""
    for path in shards(folder):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=batch_rows, columns=None if columns is None else list(columns))


def read_table(folder: Path, *, columns: Sequence[str] | None = None) -> pa.Table:
    """All documents of a folder as one table."""
    tables = [pq.read_table(path, columns=None if columns is None else list(columns)) for path in shards(folder)]
    return pa.concat_tables(tables)


def read_documents(folder: Path) -> Iterator[Document]:
    """The documents of a folder in order."""
    for batch in read_batches(folder):
        for row in batch.to_pylist():
            extra = json.loads(row.pop("extra") or "{}")
            tokens, tags = row.pop("tokens"), row.pop("tags")
            known = {name: row[name] for name in _NAMES if name in row}
            yield Document(
                **known,
                tokens=None if tokens is None else tuple(tokens),
                tags=None if tags is None else tuple(tags),
                extra=extra,
            )


def count_documents(folder: Path) -> int:
    """How many documents a folder holds."""
    return sum(int(pq.read_metadata(path).num_rows) for path in shards(folder))
