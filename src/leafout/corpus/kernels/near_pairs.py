"""Compiled loops over pairs of near-duplicates: exact Jaccard similarity, and disjoint sets as one array.

Legend: A, B shingles of two texts, S of all, N texts, P pairs.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]


def jaccards(values_S: UInt64, starts_N1: Int64, first_P: Int64, second_P: Int64) -> Float64:
    """The exact Jaccard similarity of the shingles of each pair of texts [P]; repeats within a text count once.

    Args:
        values_S: hashed shingles of all texts, see `minhash.Shingles`.
        starts_N1: where those of each text begin; each has one at least.
        first_P: the number of one text of each pair.
        second_P: of the other.
    """
    if COMPILED:
        similar_P: Float64 = _jaccards(values_S, starts_N1, first_P, second_P)
        return similar_P
    sets = {n: set(values_S[starts_N1[n] : starts_N1[n + 1]].tolist()) for n in {*first_P.tolist(), *second_P.tolist()}}
    pairs = [(sets[first], sets[second]) for first, second in zip(first_P.tolist(), second_P.tolist(), strict=True)]
    return np.array([len(ours & theirs) / len(ours | theirs) for ours, theirs in pairs], np.float64)


@kernel
def _jaccards(values_S: UInt64, starts_N1: Int64, first_P: Int64, second_P: Int64) -> Float64:
    similar_P = np.empty(len(first_P), np.float64)
    for pair in range(len(first_P)):
        first, second = first_P[pair], second_P[pair]
        ours = values_S[starts_N1[first] : starts_N1[first + 1]]
        theirs = values_S[starts_N1[second] : starts_N1[second + 1]]
        similar_P[pair] = _jaccard(ours, theirs)
    return similar_P


@kernel
def _jaccard(first_A: UInt64, second_B: UInt64) -> float:
    """One hash table takes the first text's shingles, then the second's."""
    size = 16
    while size < 2 * (len(first_A) + len(second_B)):
        size *= 2
    mask, one = np.uint64(size - 1), np.uint64(1)
    table = np.zeros(size, np.uint64)  # a zero is a free place: the shingle 0 counts as 1
    is_first = np.zeros(size, np.bool_)
    union = 0
    for shingle in first_A:
        value = max(shingle, one)
        place = value & mask
        while table[place] != 0 and table[place] != value:
            place = (place + one) & mask
        union += table[place] == 0
        table[place] = value
        is_first[place] = True
    shared = 0
    for shingle in second_B:
        value = max(shingle, one)
        place = value & mask
        while table[place] != 0 and table[place] != value:
            place = (place + one) & mask
        union += table[place] == 0
        shared += is_first[place]
        table[place] = value
        is_first[place] = False
    return shared / union


@kernel
def _find(parent_N: Int64, item: int) -> int:
    while parent_N[item] != item:
        parent_N[item] = parent_N[parent_N[item]]
        item = parent_N[item]
    return item


@kernel
def are_apart(parent_N: Int64, first_P: Int64, second_P: Int64) -> Bool:
    """Whether the two texts of each pair are in different sets [P].

    Args:
        parent_N: the forest, `arange(N)` at first; a root is the smallest of its set.
        first_P: one text of each pair.
        second_P: the other.
    """
    apart_P = np.empty(len(first_P), np.bool_)
    for pair in range(len(first_P)):
        apart_P[pair] = _find(parent_N, first_P[pair]) != _find(parent_N, second_P[pair])
    return apart_P


@kernel
def join(parent_N: Int64, first_P: Int64, second_P: Int64) -> None:
    """Make one set of the two texts of each pair; the smaller root stays."""
    for pair in range(len(first_P)):
        first, second = _find(parent_N, first_P[pair]), _find(parent_N, second_P[pair])
        parent_N[max(first, second)] = min(first, second)


@kernel
def flatten(parent_N: Int64) -> None:
    """Make each text's entry the root of its set."""
    for item in range(len(parent_N)):
        parent_N[item] = _find(parent_N, item)
