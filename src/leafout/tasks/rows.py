"""Encoded rows in flat arrays, so that a batch is two gathers.

Legend: N rows of a data set, B rows of a batch.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.example import Batch, Example, Int32, Int64, gather, positions, starts


class Rows:
    """Labelled rows that are the same in each epoch."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.lengths_N = np.fromiter((len(example.ids) for example in examples), np.int64, len(examples))
        self.starts_N = np.cumsum(self.lengths_N) - self.lengths_N
        self.ids = _joined([example.ids for example in examples], np.dtype(np.int32))
        self.segments = _joined([example.segments for example in examples], np.dtype(np.int8))
        self.labels_N = np.fromiter((example.label for example in examples), np.int64, len(examples))

    def lengths(self, epoch: int) -> Int32:  # noqa: ARG002 - the same in each
        """Tokens of each row."""
        return self.lengths_N.astype(np.int32)

    def batch(self, rows_B: Int64, *, epoch: int, key: tuple[int, ...]) -> Batch:  # noqa: ARG002 - nothing drawn
        """The batch of some rows."""
        starts_B, lengths_B = self.starts_N[rows_B], self.lengths_N[rows_B]
        return Batch(
            ids_T=gather(self.ids, starts_B, lengths_B).astype(np.int32, copy=False),
            positions_T=positions(lengths_B),
            segments_T=gather(self.segments, starts_B, lengths_B).astype(np.int32),
            starts_B1=starts(lengths_B),
            labels_B=self.labels_N[rows_B],
        )


def _joined(parts: Sequence[NDArray[np.generic]], dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.zeros(0, dtype)
