"""Which texts are compared: how many band keys a threshold needs, and the pairs of texts that share one.

Legend: B bands, N texts, G rows found in groups, K groups, P pairs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

MISSED = 0.002
"""A pair that is just similar enough shares no key with at most this probability."""

_MEMORY_ROWS = 1 << 21
"""Up to so many texts a band is grouped in memory, 26 bytes a text; more go through files."""

_ALL_PAIRS = 16
"""In groups up to so many texts each pair is a candidate."""

_NEIGHBOURS = 8
"""In a larger group a text is compared with so many before it, and with as many at the group's start."""


@dataclass(frozen=True, slots=True)
class Banding:
    """How a sketch is cut into keys.

    Attributes:
        bands: number of keys of a text.
        rows: bins that must all agree for a key to agree.
    """

    bands: int
    rows: int

    def found_fraction(self, jaccard: float) -> float:
        """The probability that two texts of this similarity share a key."""
        return 1 - float((1 - jaccard**self.rows) ** self.bands)


def banding(threshold: float) -> Banding:
    """The most selective keys that miss at most `MISSED` of the pairs at the threshold.

    Few keys cost little, long ones make few false candidates: 20 rows where a band is enough, else as many as 24 bands
    allow (0.8: 21 bands of 6 rows); 2 rows where 72 bands allow it (down to 0.29), else 1.

    Args:
        threshold: least Jaccard similarity that must be found, over 0 to 1; under 0.05 counts as 0.05.
    """
    threshold = max(threshold, 0.05)
    if threshold >= 1:
        return Banding(1, 20)
    for rows in range(20, 0, -1):
        bands = math.ceil(math.log(MISSED) / math.log1p(-(threshold**rows)))
        if bands <= (24 if rows > 2 else 72) or rows == 1:
            break
    return Banding(bands, rows)


def groups(keys: Sequence[UInt64 | Path], band: int, scratch: Path | None) -> Iterator[tuple[Int64, Int64]]:
    """The rows of keys that several texts share in one band.

    Args:
        keys: [B, N] of each part of the texts, or the `.npy` files of them, which are mapped.
        band: which.
        scratch: a folder for files where the texts are too many for memory.

    Yields:
        rows_G: rising within each group.
        starts_K: the first place of each group in `rows_G`.
    """
    parts = [np.load(part, mmap_mode="r") if isinstance(part, Path) else part for part in keys]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum([part.shape[1] for part in parts], dtype=np.int64)])
    if scratch is None or starts[-1] <= _MEMORY_ROWS:
        yield _groups_in_memory(np.concatenate([part[band] for part in parts]))
        return
    from leafout.corpus.key_groups import KeyGroups

    found = KeyGroups(scratch)
    for part, start in zip(parts, starts, strict=False):
        found.add(np.array(part[band]), np.arange(start, start + part.shape[1]))
    yield from found.groups()
    found.remove()


def _groups_in_memory(keys_N: UInt64) -> tuple[Int64, Int64]:
    order_N = np.argsort(keys_N)
    sorted_N = keys_N[order_N]
    equals_next = sorted_N[1:] == sorted_N[:-1]
    shared_N = np.zeros(len(keys_N), bool)
    shared_N[1:] |= equals_next
    shared_N[:-1] |= equals_next
    rows_G, keys_G = order_N[shared_N], sorted_N[shared_N]
    rows_G = rows_G[np.lexsort((rows_G, keys_G))].astype(np.int64)
    return rows_G, np.flatnonzero(np.concatenate([np.ones(min(len(keys_G), 1), bool), keys_G[1:] != keys_G[:-1]]))


def pair_rounds(rows_G: Int64, starts_K: Int64) -> Iterator[tuple[Int64, Int64]]:
    """The candidate pairs of groups, in rounds: neighbours first, so that most later pairs are one cluster already.

    A group of up to `_ALL_PAIRS` texts gives each of its pairs; a larger one 16 pairs a text, so that a page copied a
    million times costs 16 million pairs at most. What is a candidate depends on the group alone.

    Yields:
        first_P: the row of one text of each pair, smaller than
        second_P: the other's.
    """
    sizes_K = np.diff(np.concatenate([starts_K, [len(rows_G)]]))
    for distance in range(1, _ALL_PAIRS):
        if distance > _NEIGHBOURS:
            reached_K = np.where(sizes_K <= _ALL_PAIRS, sizes_K - distance, 0).clip(0)
        else:
            reached_K = (sizes_K - distance).clip(0)
        first_P = _places(starts_K, reached_K)
        if not len(first_P):
            break
        yield rows_G[first_P], rows_G[first_P + distance]
    crowded_K = sizes_K > _ALL_PAIRS
    starts_K, sizes_K = starts_K[crowded_K], sizes_K[crowded_K]
    for leader in range(_NEIGHBOURS if len(starts_K) else 0):
        nearest = leader + _NEIGHBOURS + 1  # nearer ones had their turn
        first_P = np.repeat(starts_K + leader, sizes_K - nearest)
        yield rows_G[first_P], rows_G[_places(starts_K + nearest, sizes_K - nearest)]


def _places(starts_K: Int64, counts_K: Int64) -> Int64:
    """Runs of rising places: `counts_K` of them from each of `starts_K`."""
    shift_K = starts_K - (np.cumsum(counts_K) - counts_K)
    places: Int64 = np.arange(counts_K.sum()) + np.repeat(shift_K, counts_K)
    return places
