"""Compiled loops over pairs of near-duplicates: exact Jaccard similarity, and disjoint sets as one array.

Legend: A, B shingles of two texts, N texts, P pairs.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


def jaccard(first_A: UInt64, second_B: UInt64) -> float:
    """The exact Jaccard similarity of two texts' shingles; repeats count once.

    Args:
        first_A: hashed shingles, at least one.
        second_B: those of the other.
    """
    if not COMPILED:
        ours, theirs = set(first_A.tolist()), set(second_B.tolist())
        return len(ours & theirs) / len(ours | theirs)
    return float(_jaccard(first_A, second_B))


@kernel
def _jaccard(first_A: UInt64, second_B: UInt64) -> float:
    size = 16
    while size < 2 * (len(first_A) + len(second_B)):
        size *= 2
    mask = np.uint64(size - 1)
    table = np.zeros(size, np.uint64)  # a zero is a free place: the shingle 0 counts as 1
    is_first = np.zeros(size, np.bool_)
    one = np.uint64(1)
    union = 0
    for shingle in first_A:
        value = max(shingle, one)
        place = value & mask
        while table[place] != 0 and table[place] != value:
            place = (place + one) & mask
        if table[place] == 0:
            table[place] = value
            is_first[place] = True
            union += 1
    shared = 0
    for shingle in second_B:
        value = max(shingle, one)
        place = value & mask
        while table[place] != 0 and table[place] != value:
            place = (place + one) & mask
        if table[place] == 0:
            table[place] = value
            union += 1
        elif is_first[place]:
            is_first[place] = False
            shared += 1
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
