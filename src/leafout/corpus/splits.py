"""The parts of a split: train, val and test, and the digest that locks one of them.

Legend: N rows.
"""

import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Side = Literal["train", "val", "test"]
SIDES: tuple[Side, ...] = ("train", "val", "test")
"""In the order of their numbers."""

TRAIN, VAL, TEST = 0, 1, 2
NO_SIDE = -1

Sides = NDArray[np.int8]
"""For each row the number of its side, or `NO_SIDE`."""


class ContentDigest:
    """What locks a part of a split: sha256 over id, text, second text and label of its rows, in their order."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()

    def update(self, rows: "pa.Table | pa.RecordBatch") -> None:
        """Take further rows; how they are batched makes no difference."""
        columns = [rows.column(name).to_pylist() for name in ("id", "text", "text_b", "label")]
        for row in zip(*columns, strict=True):
            self._whole.update(("\0".join("" if value is None else value for value in row) + "\n").encode())

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        return self._whole.hexdigest()


def content_digest(table: "pa.Table") -> str:
    """The `ContentDigest` of a whole part."""
    digest = ContentDigest()
    digest.update(table)
    return digest.hexdigest()
