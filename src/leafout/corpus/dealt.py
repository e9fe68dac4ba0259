"""Decisions about places of a whole corpus, dealt to the parts that hold them, through files of the scratch folder."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


class Dealt:
    """Takes entries of `width` numbers in any order and gives each part its own, sorted and counted from its start.

    Args:
        folder: receives `00000.npy` and so on, one a part; made when it is not there, emptied of earlier ones.
        borders_P1: where each of P parts begins in the whole, and where the last ends.
        width: numbers of an entry; all are places of the whole, the first says which part it belongs to.
    """

    def __init__(self, folder: Path, borders_P1: Int64, *, width: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._paths = [decision(folder, number) for number in range(len(borders_P1) - 1)]
        for path in self._paths:
            path.with_suffix(".bin").unlink(missing_ok=True)
        self._borders_P1, self._width = borders_P1, width

    def add(self, entries_ME: Int64) -> None:
        """Take entries [M, width]."""
        entries_ME = entries_ME.reshape(-1, self._width)
        part_M = np.searchsorted(self._borders_P1, entries_ME[:, 0], side="right") - 1
        order_M = np.argsort(part_M, kind="stable")
        borders = np.searchsorted(part_M[order_M], np.arange(len(self._paths) + 1))
        for number, path in enumerate(self._paths):
            if borders[number + 1] > borders[number]:
                with path.with_suffix(".bin").open("ab") as file:
                    entries_ME[order_M[borders[number] : borders[number + 1]]].tofile(file)

    def finish(self) -> None:
        """Write each part's entries as an array [M, width], sorted by the first number."""
        for path, start in zip(self._paths, self._borders_P1.tolist(), strict=False):
            rough = path.with_suffix(".bin")
            entries = np.fromfile(rough, np.int64) if rough.exists() else np.zeros(0, np.int64)
            entries_ME = entries.reshape(-1, self._width) - start
            entries_ME = entries_ME[np.lexsort(entries_ME.T[::-1])]
            beside = path.with_suffix(".partial")
            with beside.open("wb") as file:
                np.save(file, entries_ME)
            beside.replace(path)
            rough.unlink(missing_ok=True)


def decision(folder: Path, number: int) -> Path:
    """Where the entries of a part lie."""
    return folder / f"{number:05d}.npy"


def save(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write arrays to `path`, whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with beside.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes no dict of arrays
    beside.replace(path)


def borders_of(sizes: Sequence[int] | Int64) -> Int64:
    """Where each of so many parts begins, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64), dtype=np.int64)])
