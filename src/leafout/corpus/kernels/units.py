"""Texts as hashed units, and counts of their n-grams in a fixed number of buckets.

A unit is a word (letters and digits, case folded, a number like any other), a Chinese, Japanese or Korean character, or
by choice a punctuation mark. N-grams are single units, pairs, and triples of wide characters, since three of those are
about as much as two words. Buckets are Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning".

Legend: U bytes, N texts, V units, F different n-grams of each text.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.pieces import Fold, character, character_plain, fold_table

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_LETTER, _CODE, _SPACE, _DIGIT, _NINE = 1 << 30, (1 << 21) - 1, 32, 48, 57
_WIDE = 0x2E80
_MASK = (1 << 64) - 1
_OFFSET, _PRIME, _NEXT = 0xCBF29CE484222325, 0x100000001B3, 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class Units(NamedTuple):
    """The units of text n are `keys_V[first_N1[n] : first_N1[n + 1]]`; `wide_V` says which are single characters."""

    keys_V: UInt64
    wide_V: NDArray[np.bool_]
    first_N1: Int64


def units(bytes_U: UInt8, starts_N: Int64, ends_N: Int64, *, punctuation: bool, numbers: bool = False) -> Units:
    """The units of stretches of text.

    Args:
        bytes_U: UTF-8.
        starts_N: where each stretch begins, at a character.
        ends_N: and ends.
        punctuation: whether punctuation marks and symbols are units; else they only part words.
        numbers: whether a number is itself; else it is like any other.
    """
    table = fold_table(Fold(case=True, digits=not numbers, punctuation=not punctuation))
    return Units(*(_units if COMPILED else _units_plain)(bytes_U, starts_N, ends_N, table))


def gram_counts(of: Units, *, bits: int) -> tuple[Int32, Int32, Int64]:
    """The n-grams of texts by bucket, in the order of their first occurrence.

    Args:
        of: the texts.
        bits: there are 2^bits buckets.

    Returns:
        buckets_F, counts_F, and first_N1: where the n-grams of each text begin.
    """
    work = _gram_counts if COMPILED else _gram_counts_plain
    return work(of.keys_V, of.wide_V, of.first_N1, bits)


def gram_dots(of: Units, weights_TW: NDArray[np.float32], scale_W: NDArray[np.float32]) -> NDArray[np.float64]:
    """The products [T, N] of texts with vectors of weights.

    A text is its n-grams by bucket, each (1 + ln(count)) times the scale of its bucket, and of length one. Sums run in
    the order of the text's n-grams, so that no other text matters.

    Args:
        of: the texts.
        weights_TW: one or several vectors over a power of two of buckets.
        scale_W: of each bucket.
    """
    bits = len(scale_W).bit_length() - 1
    if not COMPILED:
        buckets_F, values_F, first_N1 = gram_vectors(of, scale_W)
        text_F = np.repeat(np.arange(len(first_N1) - 1), np.diff(first_N1))
        products = [values_F * weights_W[buckets_F] for weights_W in weights_TW]
        return np.array([np.bincount(text_F, products_F, len(first_N1) - 1) for products_F in products])
    longest = int(np.diff(of.first_N1).max(initial=0))
    return _gram_dots(of, bits, _weights_of_counts(3 * longest), scale_W, weights_TW)


def gram_vectors(of: Units, scale_W: NDArray[np.float32]) -> tuple[Int32, NDArray[np.float64], Int64]:
    """The vectors that `gram_dots` multiplies: buckets_F, values_F, and where those of each text begin."""
    buckets_F, counts_F, first_N1 = gram_counts(of, bits=len(scale_W).bit_length() - 1)
    values_F = _weights_of_counts(int(counts_F.max(initial=1)))[counts_F] * scale_W[buckets_F]
    text_F = np.repeat(np.arange(len(first_N1) - 1), np.diff(first_N1))
    lengths_N = np.sqrt(np.bincount(text_F, values_F * values_F, len(first_N1) - 1))
    return buckets_F, values_F / np.maximum(lengths_N, 1e-12)[text_F], first_N1


def _weights_of_counts(most: int) -> NDArray[np.float64]:
    return 1 + np.log(np.maximum(np.arange(most + 1, dtype=np.float64), 1))


@kernel
def _units(bytes_U: UInt8, starts_N: Int64, ends_N: Int64, table: UInt32) -> tuple[UInt64, NDArray[np.bool_], Int64]:
    texts, room = len(starts_N), 0
    for text in range(texts):
        room += ends_N[text] - starts_N[text]
    keys_V, wide_V = np.empty(room, np.uint64), np.zeros(room, np.bool_)
    first_N1 = np.zeros(texts + 1, np.int64)
    count, as_one = 0, table[55] == _DIGIT
    for text in range(texts):
        place, stop = starts_N[text], ends_N[text]
        value, length, number = np.uint64(_OFFSET), 0, False
        while place <= stop:
            folded, size = np.uint32(_SPACE), 1
            if place < stop:
                folded, size = character(bytes_U, place, stop, table)
            place += size
            code = folded & np.uint32(_CODE)
            joins = (folded >= _LETTER and code < _WIDE) or _DIGIT <= folded <= _NINE
            if joins:
                if not (as_one and number and folded == _DIGIT):
                    value = (value ^ np.uint64(code)) * np.uint64(_PRIME)
                    value ^= value >> np.uint64(29)
                    length += 1
                number = folded == _DIGIT
                continue
            if length:
                keys_V[count] = value
                count += 1
                value, length, number = np.uint64(_OFFSET), 0, False
            if folded not in (0, _SPACE):
                alone = (np.uint64(_OFFSET) ^ np.uint64(code)) * np.uint64(_PRIME)
                keys_V[count], wide_V[count] = alone ^ (alone >> np.uint64(29)), folded >= _LETTER
                count += 1
        first_N1[text + 1] = count
    return keys_V[:count].copy(), wide_V[:count].copy(), first_N1


def _units_plain(
    bytes_U: UInt8, starts_N: Int64, ends_N: Int64, table: UInt32
) -> tuple[UInt64, NDArray[np.bool_], Int64]:
    whole, numbers = bytes_U.tobytes(), table.tolist()
    as_one = numbers[55] == _DIGIT
    keys: list[int] = []
    wide: list[bool] = []
    first = [0]
    for start, end in zip(starts_N.tolist(), ends_N.tolist(), strict=True):
        word: list[int] = []
        for char in [*whole[start:end].decode("utf-8", "replace"), " "]:
            folded = character_plain(ord(char), numbers)
            if (folded >= _LETTER and folded & _CODE < _WIDE) or _DIGIT <= folded <= _NINE:
                if not (as_one and word and folded == word[-1] == _DIGIT):
                    word.append(folded & _CODE)
                continue
            if word:
                keys.append(_key(word))
                wide.append(False)
                word = []
            if folded not in {0, _SPACE}:
                keys.append(_key([folded & _CODE]))
                wide.append(folded >= _LETTER)
        first.append(len(keys))
    return np.array(keys, np.uint64), np.array(wide, np.bool_), np.array(first, np.int64)


def _key(codes: list[int]) -> int:
    value = _OFFSET
    for code in codes:
        value = (value ^ code) * _PRIME & _MASK
        value ^= value >> 29
    return value


@kernel
def _bucket(value: np.uint64, bits: int) -> np.int64:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(_MIX_1)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
    return np.int64(value >> np.uint64(64 - bits))


@kernel
def _gram_counts(keys_V: UInt64, wide_V: NDArray[np.bool_], first_N1: Int64, bits: int) -> tuple[Int32, Int32, Int64]:
    texts = len(first_N1) - 1
    buckets_F, counts_F = np.empty(3 * len(keys_V), np.int32), np.empty(3 * len(keys_V), np.int32)
    starts_N1 = np.zeros(texts + 1, np.int64)
    place_of = np.full(1 << bits, -1, np.int64)  # where a bucket of the text at work stands in `counts_F`
    count = 0
    for text in range(texts):
        begin = count
        for unit in range(first_N1[text], first_N1[text + 1]):
            value = np.uint64(0)
            for order in range(1, 4):
                other = unit - order + 1
                if other < first_N1[text] or (order == 3 and not (wide_V[unit] and wide_V[unit - 1] and wide_V[other])):
                    break
                value = value * np.uint64(_NEXT) + keys_V[other] + np.uint64(order)
                bucket = _bucket(value, bits)
                if place_of[bucket] < begin:
                    place_of[bucket], buckets_F[count], counts_F[count] = count, bucket, 0
                    count += 1
                counts_F[place_of[bucket]] += 1
        starts_N1[text + 1] = count
    return buckets_F[:count].copy(), counts_F[:count].copy(), starts_N1


@kernel
def _gram_dots(
    of: Units,
    bits: int,
    logs: NDArray[np.float64],
    scale_W: NDArray[np.float32],
    weights_TW: NDArray[np.float32],
) -> NDArray[np.float64]:
    keys_V, wide_V, first_N1 = of
    texts, longest = len(first_N1) - 1, len(logs) // 3
    dots_TN = np.zeros((len(weights_TW), texts), np.float64)
    buckets_F, counts_F = np.empty(3 * longest + 3, np.int32), np.empty(3 * longest + 3, np.int32)
    values_F = np.empty(3 * longest + 3, np.float64)
    place_of, text_of = np.zeros(1 << bits, np.int32), np.full(1 << bits, -1, np.int32)
    for text in range(texts):
        count, square = 0, 0.0
        for unit in range(first_N1[text], first_N1[text + 1]):
            value = np.uint64(0)
            for order in range(1, 4):
                other = unit - order + 1
                if other < first_N1[text] or (order == 3 and not (wide_V[unit] and wide_V[unit - 1] and wide_V[other])):
                    break
                value = value * np.uint64(_NEXT) + keys_V[other] + np.uint64(order)
                bucket = _bucket(value, bits)
                if text_of[bucket] != text:
                    text_of[bucket], place_of[bucket], buckets_F[count], counts_F[count] = text, count, bucket, 0
                    count += 1
                counts_F[place_of[bucket]] += 1
        for place in range(count):
            values_F[place] = logs[counts_F[place]] * scale_W[buckets_F[place]]
            square += values_F[place] * values_F[place]
        length = max(np.sqrt(square), 1e-12)
        for topic in range(len(weights_TW)):
            total = 0.0
            for place in range(count):
                total += values_F[place] / length * weights_TW[topic, buckets_F[place]]
            dots_TN[topic, text] = total
    return dots_TN


def _gram_counts_plain(
    keys_V: UInt64, wide_V: NDArray[np.bool_], first_N1: Int64, bits: int
) -> tuple[Int32, Int32, Int64]:
    keys, wide = keys_V.tolist(), wide_V.tolist()
    buckets: list[int] = []
    counts: list[int] = []
    starts = [0]
    for first, last in zip(first_N1[:-1].tolist(), first_N1[1:].tolist(), strict=True):
        found: dict[int, int] = {}
        for unit in range(first, last):
            value = 0
            for order in (1, 2, 3):
                other = unit - order + 1
                if other < first or (order == 3 and not all(wide[other : unit + 1])):
                    break
                value = (value * _NEXT + keys[other] + order) & _MASK
                mixed = (value ^ (value >> 30)) * _MIX_1 & _MASK
                mixed = (mixed ^ (mixed >> 27)) * _MIX_2 & _MASK
                bucket = mixed >> (64 - bits)
                found[bucket] = found.get(bucket, 0) + 1
        buckets += found
        counts += found.values()
        starts.append(len(buckets))
    return np.array(buckets, np.int32), np.array(counts, np.int32), np.array(starts, np.int64)
