"""Texts fetched by row number, for work that needs few of many: from memory, scratch parts or Parquet.

Legend: N rows asked for.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

Int64 = NDArray[np.int64]

TEXT_COLUMNS = ("text", "text_b")
"""Of a document: both texts of a pair count."""


class TextStore(Protocol):
    """Texts that can be fetched by their rows."""

    def texts(self, rows_N: Int64) -> pa.Array:
        """The texts of rows, as large strings in the order of the rows.

        Args:
            rows_N: rising; far fewer than there are.
        """
        ...


class ArrayTexts:
    """Texts in memory.

    Args:
        array: of strings.
    """

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    def texts(self, rows_N: Int64) -> pa.Array:
        """The texts of rows."""
        return self._array.take(pa.array(rows_N)).cast(pa.large_string())


class PieceTexts:
    """Texts in pieces, some of which are held.

    Args:
        sizes: rows in each piece.
        load: gives the rows of a piece.
        columns: joined by line ends.
        held: pieces kept at hand.
    """

    def __init__(
        self, sizes: Sequence[int], load: Callable[[int], pa.RecordBatch], *, columns: Sequence[str], held: int
    ) -> None:
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])
        self._load, self._columns, self._most = load, columns, held
        self._held: OrderedDict[int, pa.RecordBatch] = OrderedDict()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def texts(self, rows_N: Int64) -> pa.Array:
        """The texts of rows; each piece is loaded once where the rows rise."""
        piece_N = np.searchsorted(self._starts, rows_N, side="right") - 1
        cuts = np.flatnonzero(np.diff(piece_N)) + 1
        found = [pa.array([], pa.large_string())]
        for rows, pieces in zip(np.split(rows_N, cuts), np.split(piece_N, cuts), strict=True):
            if len(rows):
                piece = int(pieces[0])
                taken = self._piece(piece).take(pa.array(rows - self._starts[piece]))
                found.append(joined_texts(taken, columns=self._columns))
        return pa.concat_arrays(found)

    def _piece(self, number: int) -> pa.RecordBatch:
        if number not in self._held:
            if len(self._held) >= self._most:
                self._held.popitem(last=False)
            self._held[number] = self._load(number)
        self._held.move_to_end(number)
        return self._held[number]


def ipc_texts(paths: Sequence[Path], *, columns: Sequence[str] = TEXT_COLUMNS) -> PieceTexts:
    """The texts of uncompressed Arrow IPC files, mapped into memory, two batches at a time: a row costs its pages.

    Args:
        paths: the files, in the order of the rows.
        columns: joined by line ends, see `joined_texts`.
    """
    places, sizes = [], []
    for path in paths:
        reader = _reader(path)
        places += [(path, number) for number in range(reader.num_record_batches)]
        sizes += [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]

    def load(piece: int) -> pa.RecordBatch:
        path, number = places[piece]
        batch = _reader(path).get_batch(number)
        return batch.select([name for name in columns if name in batch.schema.names])

    return PieceTexts(sizes, load, columns=columns, held=2)


def parquet_texts(paths: Sequence[Path], *, columns: Sequence[str] = TEXT_COLUMNS) -> PieceTexts:
    """The texts of Parquet files; a row costs the decoding of its row group, once for all its rows that come together.

    Args:
        paths: the files, in the order of the rows.
        columns: joined by line ends, see `joined_texts`.
    """
    places, sizes = [], []
    for path in paths:
        about = pq.read_metadata(path)
        places += [(path, number) for number in range(about.num_row_groups)]
        sizes += [about.row_group(number).num_rows for number in range(about.num_row_groups)]

    def load(piece: int) -> pa.RecordBatch:
        path, number = places[piece]
        with pq.ParquetFile(path) as file:
            names = [name for name in columns if name in file.schema_arrow.names]
            return file.read_row_group(number, columns=names).combine_chunks().to_batches()[0]

    return PieceTexts(sizes, load, columns=columns, held=2)


def joined_texts(rows: pa.RecordBatch, *, columns: Sequence[str] = TEXT_COLUMNS) -> pa.Array:
    """The text of each row as large strings: its columns that are not null, joined by line ends.

    A row's text depends on that row alone, so it is the same whether it is keyed, verified or looked up.
    """
    parts = [rows.column(name).cast(pa.large_string()) for name in columns if name in rows.schema.names]
    if all(part.null_count == len(part) for part in parts[1:]):
        return parts[0].fill_null("")
    border = pa.scalar("\n", pa.large_string())
    return pc.binary_join_element_wise(parts[0].fill_null(""), *parts[1:], border, null_handling="skip")


def _reader(path: Path) -> pa.ipc.RecordBatchFileReader:
    return pa.ipc.open_file(pa.memory_map(str(path)))
