"""A small language model over units: hashed counts of up to three units, interpolated as Witten and Bell have it.

P(u | h) = (c(h u) + T(h) P(u | h')) / (c(h) + T(h)), where T(h) counts the different units seen after h and h' is h
without its first unit (Witten and Bell 1991; Chen and Goodman 1998, section 2.4). Under the single unit lies the
uniform distribution over the units of the examples and an unknown one.

Legend: V units, N texts, W buckets.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.units import Units

UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

ORDER = 3
_NEXT = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


class Counts(NamedTuple):
    """Hashed counts.

    Attributes:
        gram_W: of n-grams.
        after_W: of histories that a unit followed; bucket 0 is the empty history.
        kinds_W: of the different units that followed.
    """

    gram_W: UInt32
    after_W: UInt32
    kinds_W: UInt32


def count(of: Units, *, bits: int) -> Counts:
    """Count the n-grams of texts and their histories in 2^bits buckets."""
    counts = Counts(*(np.zeros(1 << bits, np.uint32) for _ in range(3)))
    (_count if COMPILED else _count_plain)(of.keys_V, of.first_N1, counts, bits)
    return counts


def chances(of: Units, counts: Counts) -> Float64:
    """The probability of each unit after the two before it."""
    bits = len(counts.gram_W).bit_length() - 1
    work = _chances if COMPILED else _chances_plain
    return work(of.keys_V, of.first_N1, counts, bits)


@kernel
def _place(value: np.uint64, bits: int) -> np.int64:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(_MIX_1)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
    return np.int64(value >> np.uint64(64 - bits))


@kernel
def _count(keys_V: UInt64, first_N1: Int64, counts: Counts, bits: int) -> None:
    gram_W, after_W, kinds_W = counts
    for text in range(len(first_N1) - 1):
        for unit in range(first_N1[text], first_N1[text + 1]):
            history, place = np.uint64(0), np.int64(0)
            for order in range(1, ORDER + 1):
                if unit - order + 1 < first_N1[text]:
                    break
                if order > 1:  # a longer history: its nearest unit is mixed in first
                    history = history * np.uint64(_NEXT) + keys_V[unit - order + 1] + np.uint64(order)
                    place = _place(history, bits)
                gram = _place((history ^ np.uint64(_NEXT)) * np.uint64(_MIX_1) + keys_V[unit], bits)
                kinds_W[place] += gram_W[gram] == 0
                gram_W[gram] += np.uint32(1)
                after_W[place] += np.uint32(1)


@kernel
def _chances(keys_V: UInt64, first_N1: Int64, counts: Counts, bits: int) -> Float64:
    gram_W, after_W, kinds_W = counts
    chances_V = np.empty(len(keys_V), np.float64)
    for text in range(len(first_N1) - 1):
        for unit in range(first_N1[text], first_N1[text + 1]):
            chance = 1.0 / (np.float64(kinds_W[0]) + 1.0)
            history, place = np.uint64(0), np.int64(0)
            for order in range(1, ORDER + 1):
                if unit - order + 1 < first_N1[text]:
                    break
                if order > 1:
                    history = history * np.uint64(_NEXT) + keys_V[unit - order + 1] + np.uint64(order)
                    place = _place(history, bits)
                seen, kinds = (
                    np.float64(after_W[place]),
                    max(np.float64(kinds_W[place]), 1.0),
                )  # a collision hides a kind
                if seen == 0:
                    break
                gram = _place((history ^ np.uint64(_NEXT)) * np.uint64(_MIX_1) + keys_V[unit], bits)
                known = min(np.float64(gram_W[gram]), seen)
                chance = (known + kinds * chance) / (seen + kinds)
            chances_V[unit] = chance
    return chances_V


def _place_plain(value: int, bits: int) -> int:
    value = (value ^ (value >> 30)) * _MIX_1 & _MASK
    value = (value ^ (value >> 27)) * _MIX_2 & _MASK
    return value >> (64 - bits)


def _places_plain(keys: list[int], first: int, unit: int, bits: int) -> list[tuple[int, int]]:
    """The buckets of the history and of the n-gram, for each order that the text has room for."""
    history, place, found = 0, 0, []
    for order in range(1, min(ORDER, unit - first + 1) + 1):
        if order > 1:
            history = (history * _NEXT + keys[unit - order + 1] + order) & _MASK
            place = _place_plain(history, bits)
        found.append((place, _place_plain(((history ^ _NEXT) * _MIX_1 + keys[unit]) & _MASK, bits)))
    return found


def _count_plain(keys_V: UInt64, first_N1: Int64, counts: Counts, bits: int) -> None:
    keys = keys_V.tolist()
    for first, last in zip(first_N1[:-1].tolist(), first_N1[1:].tolist(), strict=True):
        for unit in range(first, last):
            for place, gram in _places_plain(keys, first, unit, bits):
                counts.kinds_W[place] += counts.gram_W[gram] == 0
                counts.gram_W[gram] += 1
                counts.after_W[place] += 1


def _chances_plain(keys_V: UInt64, first_N1: Int64, counts: Counts, bits: int) -> Float64:
    keys = keys_V.tolist()
    chances: list[float] = []
    for first, last in zip(first_N1[:-1].tolist(), first_N1[1:].tolist(), strict=True):
        for unit in range(first, last):
            chance = 1.0 / (float(counts.kinds_W[0]) + 1.0)
            for place, gram in _places_plain(keys, first, unit, bits):
                seen, kinds = float(counts.after_W[place]), max(float(counts.kinds_W[place]), 1.0)
                if seen == 0:
                    break
                chance = (min(float(counts.gram_W[gram]), seen) + kinds * chance) / (seen + kinds)
            chances.append(chance)
    return np.array(chances, np.float64)
