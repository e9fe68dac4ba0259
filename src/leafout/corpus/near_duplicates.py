"""Near-duplicate texts: MinHash signatures, banded into buckets, each candidate pair verified by its true Jaccard.

Locality-sensitive hashing by bands: Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4. With 16
bands of 5 rows a pair of Jaccard 0.8 is a candidate with probability 0.998; lower thresholds take shorter bands.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.minhash import Shingles, shingles, signatures

_HASHES = 80
_LEADERS = 8
"""A text in a crowded bucket is compared with at most so many others of it."""

_CHUNK_TEXTS = 20_000


def clusters(
    texts: Sequence[str], *, threshold: float, progress: Callable[[int, int], None] | None = None
) -> NDArray[np.int64]:
    """Group near-duplicates.

    Args:
        texts: all of them.
        threshold: least Jaccard similarity of shingles for two texts to be one cluster, 0 to 1.
        progress: called with (texts done, texts in all).

    Returns:
        For each text the index of the first text of its cluster; its own where it has no near-duplicate.
    """
    parts: list[Shingles] = []
    signed: list[NDArray[np.uint32]] = []
    for first in range(0, len(texts), _CHUNK_TEXTS):
        part = shingles(texts[first : first + _CHUNK_TEXTS])
        parts.append(part)
        signed.append(signatures(part, _HASHES))
        if progress is not None:
            progress(min(first + _CHUNK_TEXTS, len(texts)), len(texts))
    if not texts:
        return np.zeros(0, np.int64)
    forest = _Forest(len(texts))
    seen: dict[int, NDArray[np.uint64]] = {}

    def of(text: int) -> NDArray[np.uint64]:
        if text not in seen:
            seen[text] = parts[text // _CHUNK_TEXTS].of(text % _CHUNK_TEXTS)
        return seen[text]

    signatures_NP = np.concatenate(signed)
    rows = 5 if threshold >= 0.75 else 3 if threshold >= 0.5 else 2
    for first in range(0, _HASHES - rows + 1, rows):
        for bucket in _buckets(signatures_NP[:, first : first + rows]):
            leaders: list[int] = []
            for text in bucket:
                if any(forest.same(text, leader) for leader in leaders):
                    continue
                match = next((leader for leader in leaders if _jaccard(of(text), of(leader)) >= threshold), None)
                if match is not None:
                    forest.join(text, match)
                elif len(leaders) < _LEADERS:
                    leaders.append(text)
    return forest.roots()


def _buckets(band_NR: NDArray[np.uint32]) -> list[list[int]]:
    """Texts that agree on every row of a band, where they are two or more."""
    keys_N = np.zeros(len(band_NR), np.uint64)
    for column in band_NR.T:
        keys_N = keys_N * np.uint64(0x100000001B3) ^ column.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    order_N = np.argsort(keys_N, kind="stable")
    cuts = np.flatnonzero(np.diff(keys_N[order_N])) + 1
    starts, ends = np.concatenate([[0], cuts]), np.concatenate([cuts, [len(order_N)]])
    shared = np.flatnonzero(ends - starts > 1)
    return [order_N[starts[place] : ends[place]].tolist() for place in shared]


def _jaccard(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> float:
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)


class _Forest:
    """Disjoint sets whose root is their smallest member."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def same(self, first: int, second: int) -> bool:
        return self.find(first) == self.find(second)

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.find(first), self.find(second)))
        self._parent[high] = low

    def roots(self) -> NDArray[np.int64]:
        return np.fromiter((self.find(item) for item in range(len(self._parent))), np.int64, len(self._parent))
