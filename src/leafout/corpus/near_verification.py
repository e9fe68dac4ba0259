"""Candidate pairs judged by their texts: shingles made anew for the few that need it, and compared exactly.

Legend: R rows, P pairs.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.minhash import shingles
from leafout.corpus.kernels.near_pairs import jaccard
from leafout.corpus.text_stores import TextStore

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_FETCH_PAIRS = 64
"""Pairs whose texts are fetched together."""

_REMEMBERED = 1 << 20
"""Places for pairs that failed (8 bytes each): other bands bring most of them again."""


class Verifier:
    """Says how similar pairs of texts are.

    Memory: `budget_bytes` of shingles (8 bytes each), and the texts and shingles of 128 documents.

    Args:
        store: gives the texts.
        budget_bytes: for the shingles of texts that may come again soon.
    """

    def __init__(self, store: TextStore, *, budget_bytes: int = 64 << 20) -> None:
        self._store, self._budget, self._held_bytes = store, budget_bytes, 0
        self._held: OrderedDict[int, UInt64] = OrderedDict()
        self._failed = np.zeros(_REMEMBERED, np.uint64)

    def passing(self, first_P: Int64, second_P: Int64, threshold: float) -> NDArray[np.bool_]:
        """Whether each pair is at least so similar [P].

        Args:
            first_P: row of one text of each pair, smaller than
            second_P: the other's; both under 2**32.
            threshold: least Jaccard similarity.
        """
        key_P = first_P.astype(np.uint64) << np.uint64(32) | second_P.astype(np.uint64)
        slot_P = (key_P * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(44)).astype(np.int64)
        passing_P = np.zeros(len(key_P), bool)
        fresh = np.flatnonzero(self._failed[slot_P] != key_P)
        fresh = fresh[np.argsort(key_P[fresh])]
        passing_P[fresh] = self.similarities(first_P[fresh], second_P[fresh]) >= threshold
        self._failed[slot_P[~passing_P]] = key_P[~passing_P]
        return passing_P

    def similarities(self, first_P: Int64, second_P: Int64) -> NDArray[np.float64]:
        """The Jaccard similarity of each pair [P]; quick where neighbouring pairs share texts."""
        found_P = np.empty(len(first_P))
        for start in range(0, len(first_P), _FETCH_PAIRS):
            ours, theirs = first_P[start : start + _FETCH_PAIRS], second_P[start : start + _FETCH_PAIRS]
            sets = self._shingles(np.unique(np.concatenate([ours, theirs])))
            pairs = zip(ours.tolist(), theirs.tolist(), strict=True)
            found_P[start : start + len(ours)] = [jaccard(sets[first], sets[second]) for first, second in pairs]
        return found_P

    def _shingles(self, rows_R: Int64) -> dict[int, UInt64]:
        sets = {row: self._held[row] for row in rows_R.tolist() if row in self._held}
        missing_R = np.array([row for row in rows_R.tolist() if row not in sets], np.int64)
        if len(missing_R):
            found = shingles(*utf8(self._store.texts(missing_R)))
            for place, row in enumerate(missing_R.tolist()):
                sets[row] = self._held[row] = found.of(place).copy()
                self._held_bytes += sets[row].nbytes
        for row in rows_R.tolist():
            self._held.move_to_end(row)
        while self._held_bytes > self._budget:
            self._held_bytes -= self._held.popitem(last=False)[1].nbytes
        return sets
