"""Candidate pairs judged by their texts: shingles made anew for the few that need it, and compared exactly.

Legend: P pairs, Q texts of pairs, R rows, U bytes.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.minhash import shingles
from leafout.corpus.kernels.near_pairs import jaccards
from leafout.corpus.text_stores import TextStore

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_FETCHED_BYTES = 8 << 20
"""About so many bytes of text are fetched together; their shingles take up to four times as many."""

_FETCHED_PAIRS = 1024
"""At most so many pairs are judged together; at first a sixteenth of it, until the texts' size is known."""

_REMEMBERED_BITS = 20
"""2 ** so many pairs that failed are remembered (8 bytes each): other bands bring most of them again."""


class Verifier:
    """Says which pairs of texts are near-duplicates, and remembers pairs that are none.

    Memory: 8 MiB for failed pairs, and about 40 MiB for texts and shingles, whatever the size of the texts: after each
    fetch the next one takes as many as fit (two at least).

    Args:
        store: gives the texts.
        threshold: least Jaccard similarity.
    """

    def __init__(self, store: TextStore, threshold: float) -> None:
        self._store, self._threshold = store, threshold
        self._failed = np.zeros(1 << _REMEMBERED_BITS, np.uint64)
        self._together = _FETCHED_PAIRS // 16

    def passing(self, first_P: Int64, second_P: Int64) -> NDArray[np.bool_]:
        """Whether the texts of each pair are near-duplicates [P].

        Args:
            first_P: row of one text of each pair, smaller than
            second_P: the other's; both under 2**32.
        """
        key_P = first_P.astype(np.uint64) << np.uint64(32) | second_P.astype(np.uint64)
        slot_P = key_P * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - _REMEMBERED_BITS)
        passing_P = np.zeros(len(key_P), bool)
        fresh = np.flatnonzero(self._failed[slot_P] != key_P)
        fresh = fresh[np.argsort(key_P[fresh])]
        start = 0
        while start < len(fresh):
            some = fresh[start : start + self._together]
            similarity, size_bytes = similarities(self._store, first_P[some], second_P[some])
            passing_P[some] = similarity >= self._threshold
            start += len(some)
            self._together = min(_FETCHED_BYTES * len(some) // max(size_bytes, 1), 2 * self._together, _FETCHED_PAIRS)
            self._together = max(self._together, 1)
        self._failed[slot_P[~passing_P]] = key_P[~passing_P]
        return passing_P


def similarities(store: TextStore, first_P: Int64, second_P: Int64) -> tuple[Float64, int]:
    """The Jaccard similarity of each pair [P], and the bytes of their texts; memory holds all of them.

    Args:
        store: gives the texts.
        first_P: row of one text of each pair.
        second_P: the other's.
    """
    rows_R, place_Q = np.unique(np.concatenate([first_P, second_P]), return_inverse=True)
    bytes_U, offsets_R1 = utf8(store.texts(rows_R))
    made = shingles(bytes_U, offsets_R1)
    half = len(first_P)
    return jaccards(made.values_S, made.starts_N1, place_Q[:half], place_Q[half:]), len(bytes_U)
