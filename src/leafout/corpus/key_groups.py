"""Rows that share a 64-bit key, found in bounded memory: keys are dealt to files by their high bits, each sorted alone.

A row costs 16 bytes of disk; memory holds one file at a time, so 64 files of 64 MB hold 256 million rows.

Legend: N rows added at once, M rows of one file, G rows found, K groups.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.core.faults import fault_point

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_ENTRY = np.dtype([("key", np.uint64), ("row", np.int64)])
_BUFFER_ROWS = 1 << 16


class KeyGroups:
    """Collects (key, row) and gives back the rows of every key that two or more of them hold.

    Args:
        folder: for the scratch files; made when it is not there, emptied of earlier ones.
        partitions: number of files, a power of two.
    """

    def __init__(self, folder: Path, *, partitions: int = 64) -> None:
        if partitions < 1 or partitions & (partitions - 1):
            raise ValueError(f"`partitions` is a power of two, not {partitions}")
        folder.mkdir(parents=True, exist_ok=True)
        self._paths = [folder / f"keys-{number:04d}.bin" for number in range(partitions)]
        for path in self._paths:
            path.unlink(missing_ok=True)
        self._shift = np.uint64(64 - (partitions.bit_length() - 1))
        self._waiting: list[NDArray[np.void]] = []
        self._count = 0

    def add(self, keys_N: UInt64, rows_N: Int64) -> None:
        """Take rows and their keys; a row may come several times with several keys."""
        entries_N = np.empty(len(keys_N), _ENTRY)
        entries_N["key"], entries_N["row"] = keys_N, rows_N
        self._waiting.append(entries_N)
        self._count += len(entries_N)
        if self._count >= _BUFFER_ROWS * len(self._paths) // 8:
            self._flush()

    def groups(self) -> Iterator[tuple[Int64, Int64]]:
        """For each file the rows of keys held by two or more rows, and where each group of them starts.

        Yields:
            rows_G: rising within a group; groups in the order of their keys.
            starts_K: the first place of each group in `rows_G`.
        """
        self._flush()
        for path in self._paths:
            if not path.exists():
                continue
            entries_M = np.fromfile(path, _ENTRY)
            order_M = np.lexsort((entries_M["row"], entries_M["key"]))
            keys_M, rows_M = entries_M["key"][order_M], entries_M["row"][order_M]
            cuts = np.flatnonzero(np.diff(keys_M)) + 1
            starts = np.concatenate([np.zeros(1, np.int64), cuts])
            sizes = np.diff(np.concatenate([starts, [len(keys_M)]]))
            shared = sizes > 1
            if shared.any():
                rows_G = rows_M[np.repeat(shared, sizes)]
                starts_K = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[shared])[:-1]])
                yield rows_G, starts_K

    def remove(self) -> None:
        """Delete the scratch files."""
        self._waiting, self._count = [], 0
        for path in self._paths:
            path.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._waiting:
            return
        entries_N = np.concatenate(self._waiting)
        self._waiting, self._count = [], 0
        if len(self._paths) == 1:
            place_N = np.zeros(len(entries_N), np.int64)
        else:
            place_N = (entries_N["key"] >> self._shift).astype(np.int64)
        order_N = np.argsort(place_N, kind="stable")
        borders = np.searchsorted(place_N[order_N], np.arange(len(self._paths) + 1))
        for number, path in enumerate(self._paths):
            if borders[number + 1] > borders[number]:
                _append(path, entries_N[order_N[borders[number] : borders[number + 1]]])


def _append(path: Path, entries_N: NDArray[np.void]) -> None:
    """Add entries to a file; unlike `tofile` this says why where it cannot."""
    data = entries_N.tobytes()
    with path.open("ab", buffering=0) as file:
        if fault_point("key_groups.write"):
            file.write(data[: len(data) // 2])
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        written = 0
        while written < len(data):
            written += file.write(data[written:])
