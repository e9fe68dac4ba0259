"""Keywords as runs of units: a Latin word matches whole words only, a Chinese one wherever it stands.

Legend: V units, N texts, K keywords.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.units import Units, units

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_NEXT = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Keywords(NamedTuple):
    """The sorted keys of keywords, and the largest number of units of one."""

    keys_K: UInt64
    longest: int


def keywords(words: Sequence[str]) -> Keywords:
    """Keys of keywords; equal ones after folding count once, those of no letter or digit are left out."""
    bytes_U, offsets_N1 = utf8(pa.array(list(words), pa.string()))
    found = units(bytes_U, offsets_N1[:-1], offsets_N1[1:], punctuation=False, numbers=True)
    keys = set()
    for first, last in zip(found.first_N1[:-1].tolist(), found.first_N1[1:].tolist(), strict=True):
        value = 0
        for key in found.keys_V[first:last].tolist():
            value = (value * _NEXT + key + 1) & _MASK
        if last > first:
            keys.add(value)
    longest = int(np.diff(found.first_N1).max(initial=0))
    return Keywords(np.array(sorted(keys), np.uint64), longest)


def found_in(of: Units, words: Keywords) -> tuple[Int64, Int64]:
    """How many different keywords each text holds, and how many occurrences of them.

    Args:
        of: the texts, their numbers kept (`numbers=True`).
        words: see `keywords`.
    """
    work = _found if COMPILED else _found_plain
    return work(of.keys_V, of.first_N1, words.keys_K, words.longest)


@kernel
def _found(keys_V: UInt64, first_N1: Int64, keys_K: UInt64, longest: int) -> tuple[Int64, Int64]:
    texts = len(first_N1) - 1
    different_N, times_N = np.zeros(texts, np.int64), np.zeros(texts, np.int64)
    last_K = np.full(len(keys_K), -1, np.int64)
    for text in range(texts):
        for unit in range(first_N1[text], first_N1[text + 1]):
            value = np.uint64(0)
            for end in range(unit, min(unit + longest, first_N1[text + 1])):
                value = value * np.uint64(_NEXT) + keys_V[end] + np.uint64(1)
                low, high = 0, len(keys_K)
                while low < high:
                    middle = (low + high) // 2
                    if keys_K[middle] < value:
                        low = middle + 1
                    else:
                        high = middle
                if low < len(keys_K) and keys_K[low] == value:
                    times_N[text] += 1
                    if last_K[low] != text:
                        last_K[low] = text
                        different_N[text] += 1
    return different_N, times_N


def _found_plain(keys_V: UInt64, first_N1: Int64, keys_K: UInt64, longest: int) -> tuple[Int64, Int64]:
    known, keys = set(keys_K.tolist()), keys_V.tolist()
    different, times = [], []
    for first, last in zip(first_N1[:-1].tolist(), first_N1[1:].tolist(), strict=True):
        found: list[int] = []
        for unit in range(first, last):
            value = 0
            for key in keys[unit : min(unit + longest, last)]:
                value = (value * _NEXT + key + 1) & _MASK
                if value in known:
                    found.append(value)
        different.append(len(set(found)))
        times.append(len(found))
    return np.array(different, np.int64), np.array(times, np.int64)
