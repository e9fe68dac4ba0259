"""Examples and batches in numpy: a batch is one stream of tokens without padding.

Legend: B rows of a batch, T tokens of a batch (all rows one after another), N rows of a data set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

POOL_BATCHES = 64
"""Rows are sorted by length inside pools of about this many batches, so that chance still mixes them."""


@dataclass(frozen=True, slots=True)
class Example:
    """One encoded row.

    Attributes:
        ids: token ids, special tokens included.
        segments: 0 for the first text, 1 for the second; one for each token.
        label: the index of its label; -1 where there is none.
        index: its place in the data set; -1 where there is none.
    """

    ids: Int32
    segments: NDArray[np.int8]
    label: int = -1
    index: int = -1


@dataclass(frozen=True, slots=True)
class TokenStream:
    """Rows as one stream of tokens; row b is `starts_B1[b] : starts_B1[b + 1]`.

    Attributes:
        ids_T: token ids of all rows, one row after another.
        positions_T: the place of each token in its own row.
        segments_T: 0 or 1.
        starts_B1: where each row starts, and the end.
    """

    ids_T: Int32
    positions_T: Int32
    segments_T: Int32
    starts_B1: Int32

    @property
    def num_rows(self) -> int:
        """Rows in the batch."""
        return len(self.starts_B1) - 1

    @property
    def num_tokens(self) -> int:
        """Tokens in the batch; there is no padding."""
        return len(self.ids_T)

    @property
    def max_tokens(self) -> int:
        """Tokens of the longest row; 0 for an empty batch."""
        return int(np.diff(self.starts_B1).max(initial=0))


@dataclass(frozen=True, slots=True)
class Batch(TokenStream):
    """Labelled rows.

    Attributes:
        labels_B: the label of each row; -1 where there is none.
    """

    labels_B: Int64


def collate(examples: Sequence[Example]) -> Batch:
    """Lay examples out as one stream."""
    lengths_B = np.fromiter((len(example.ids) for example in examples), np.int32, len(examples))
    return Batch(
        ids_T=_joined([example.ids for example in examples]),
        positions_T=positions(lengths_B),
        segments_T=_joined([example.segments for example in examples]),
        starts_B1=starts(lengths_B),
        labels_B=np.fromiter((example.label for example in examples), np.int64, len(examples)),
    )


def starts(lengths_B: NDArray[np.integer]) -> Int32:
    """Where each row of a stream starts, and the end: cumulative lengths from 0."""
    starts_B1 = np.zeros(len(lengths_B) + 1, np.int32)
    np.cumsum(lengths_B, out=starts_B1[1:])
    return starts_B1


def positions(lengths_B: NDArray[np.integer]) -> Int32:
    """The place of each token in its own row: 0, 1, ... for each length."""
    starts_B1 = starts(lengths_B)
    return np.arange(starts_B1[-1], dtype=np.int32) - np.repeat(starts_B1[:-1], lengths_B)


def gather(values: NDArray[np.generic], starts_N: Int64, lengths_N: Int64) -> NDArray[np.generic]:
    """The slices `values[start : start + length]` one after another, in one gather."""
    shift_N = starts_N - starts(lengths_N)[:-1].astype(np.int64)
    total = int(lengths_N.sum())
    taken: NDArray[np.generic] = values[np.repeat(shift_N, lengths_N) + np.arange(total)]
    return taken


def bucketed_order(lengths_N: NDArray[np.integer], *, batch_tokens: int, seed: int, epoch: int) -> list[Int64]:
    """Rows of an epoch in batches of about equal tokens and about equal lengths; a pure function of its arguments.

    Rows are shuffled, sorted by length inside pools of about `POOL_BATCHES` batches, cut where the next row would pass
    `batch_tokens` (a longer row stands alone), and the batches are shuffled.

    Returns:
        The indices of each batch; every row is in exactly one.
    """
    random = np.random.default_rng((seed, epoch, 0x6C656166))
    order_N = random.permutation(len(lengths_N))
    pools_N = np.cumsum(lengths_N[order_N], dtype=np.int64) // (batch_tokens * POOL_BATCHES)
    order_N = order_N[np.lexsort((lengths_N[order_N], pools_N))]
    batches = cut(lengths_N, order_N, batch_tokens=batch_tokens)
    return [batches[place] for place in random.permutation(len(batches))]


def sorted_order(lengths_N: NDArray[np.integer], *, batch_tokens: int) -> list[Int64]:
    """All rows, shortest first, in batches of at most `batch_tokens` (a longer row stands alone): for evaluation."""
    return cut(lengths_N, np.argsort(lengths_N, kind="stable"), batch_tokens=batch_tokens)


def cut(lengths_N: NDArray[np.integer], order_N: Int64, *, batch_tokens: int) -> list[Int64]:
    """Cut an order of rows where the next row would pass `batch_tokens`."""
    ends_N = np.cumsum(lengths_N[order_N], dtype=np.int64)
    batches: list[Int64] = []
    first, before = 0, 0
    while first < len(order_N):
        last = max(int(np.searchsorted(ends_N, before + batch_tokens, side="right")), first + 1)
        batches.append(order_N[first:last])
        first, before = last, int(ends_N[last - 1])
    return batches


def _joined(parts: Sequence[NDArray[np.generic]]) -> Int32:
    return np.concatenate(parts).astype(np.int32, copy=False) if parts else np.zeros(0, np.int32)
