"""Band keys of many texts in one compiled pass over their UTF-8 bytes: decode, fold, shingle, hash, sketch, band.

A text is a sequence of units (see `unit_table`), its shingles are runs of three units hashed to 64 bits. The sketch is
that of Dahlgaard, Knudsen and Thorup, "Fast Similarity Sketching" (FOCS 2017, section 2): one pass throws each shingle
into one of T bins, which keep their least value; bins that stay empty are filled by further rounds with fresh hashes.
So a long text costs one hash a shingle instead of T, and two texts agree in a bin with a probability equal to their
Jaccard similarity, as with T permutations (Broder 1997). Bins are banded into keys (Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", section 3.4): two texts that share a key are candidates.

Legend: U bytes, N texts, S shingles, V units of one text, T bins, B bands.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels import minhash_plain
from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.minhash_plain import FIRST, GOLDEN, MIX_1, MIX_2, NO_LETTER, SECOND, SEED
from leafout.corpus.kernels.unit_table import ALONE, EXPANDS, NO_UNIT_HIGH, TABLE_END, fold_table

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_ZERO = np.uint64(0)
_ALONE = np.uint32(ALONE)
_EXPANDS = np.uint32(EXPANDS)
_CODE = np.uint32(ALONE - 1)


@dataclass(frozen=True, slots=True)
class Shingles:
    """Hashed shingles of many texts; those of text n are `values_S[starts_N1[n] : starts_N1[n + 1]]`."""

    values_S: UInt64
    starts_N1: Int64

    def of(self, text: int) -> UInt64:
        """The shingles of one text, in its order, repeats and all."""
        return self.values_S[self.starts_N1[text] : self.starts_N1[text + 1]]


def shingles(bytes_U: UInt8, offsets_N1: Int64) -> Shingles:
    """The shingles of texts; one with fewer than three units has a single shingle of all it has.

    Args:
        bytes_U: UTF-8 of all texts (lone surrogates are borne); see `buffers.utf8`.
        offsets_N1: where each text begins, and where the last ends.
    """
    if not COMPILED:
        return Shingles(*minhash_plain.shingles(bytes_U, offsets_N1))
    lengths_N = np.diff(offsets_N1)
    values_S = np.empty(int((lengths_N // 2 + 2).sum()), np.uint64)
    starts_N1 = np.zeros(len(offsets_N1), np.int64)
    count = _shingle_all(_sealed(bytes_U), offsets_N1, *fold_table(), values_S, starts_N1)
    return Shingles(values_S[:count], starts_N1)


def band_keys(bytes_U: UInt8, offsets_N1: Int64, *, bands: int, rows: int) -> UInt64:
    """The keys [B, N] of each text in each band; texts that share one are candidates.

    Memory beyond the result: 4 bytes for each byte of the longest text.

    Args:
        bytes_U: UTF-8 of all texts.
        offsets_N1: where each text begins, and where the last ends.
        bands: number of bands.
        rows: bins in each band.
    """
    if not COMPILED:
        return minhash_plain.band_keys(bytes_U, offsets_N1, bands=bands, rows=rows)
    keys_BN = np.empty((bands, len(offsets_N1) - 1), np.uint64)
    if keys_BN.size:
        longest = int(np.diff(offsets_N1).max())
        scratch_V = np.empty(longest // 2 + 2, np.uint64)
        _band_all(_sealed(bytes_U), offsets_N1, *fold_table(), scratch_V, rows, keys_BN)
    return keys_BN


def _sealed(bytes_U: UInt8) -> UInt8:
    """A read-only view: one machine code serves buffers of Arrow and arrays of numpy."""
    view_U = bytes_U.view()
    view_U.flags.writeable = False
    return view_U


@kernel
def _judged(code: np.uint32, fold_F: UInt32) -> np.uint32:
    """The table's entry for a code point, or what it would be above the table."""
    if code < TABLE_END:
        return np.uint32(fold_F[code])
    for low, high in NO_UNIT_HIGH:
        if low <= code <= high:
            return np.uint32(0)
    return np.uint32(code | _ALONE)


@kernel
def _decoded(bytes_U: UInt8, place: np.int64, last: np.int64) -> tuple[np.uint32, np.int64]:
    """The code point at a byte that is not ASCII, and where the next begins; reads no byte at or after `last`."""
    lead = np.uint32(bytes_U[place])
    if lead >= 0xF0 and place + 3 < last:
        high = (lead & np.uint32(7)) << np.uint32(18) | np.uint32(bytes_U[place + 1] & 63) << np.uint32(12)
        low = np.uint32(bytes_U[place + 2] & 63) << np.uint32(6) | np.uint32(bytes_U[place + 3] & 63)
        return high | low, place + 4
    if lead >= 0xE0 and place + 2 < last:
        high = (lead & np.uint32(15)) << np.uint32(12) | np.uint32(bytes_U[place + 1] & 63) << np.uint32(6)
        return high | np.uint32(bytes_U[place + 2] & 63), place + 3
    if lead >= 0xC0 and place + 1 < last:
        return (lead & np.uint32(31)) << np.uint32(6) | np.uint32(bytes_U[place + 1] & 63), place + 2
    return np.uint32(0xFFFD), place + 1


@kernel
def _units(
    bytes_U: UInt8, first: np.int64, last: np.int64, fold_F: UInt32, expand_E3: UInt32, units_V: UInt64
) -> np.int64:
    """Write the polynomial of each unit; a word is zero as long as it has no letter.

    Places are unsigned: numba tests signed ones for being negative, which would cost a quarter of the time.
    """
    word, count, place, end, one = _ZERO, _ZERO, np.uint64(first), np.uint64(last), np.uint64(1)
    while place < end:
        byte = bytes_U[place]
        if byte < 128:  # without a branch: ends of words cannot be foretold
            letter = np.uint64(fold_F[byte])
            units_V[count] = word
            count += np.uint64((letter == 0) & (word != 0))
            word = (word + letter) * (GOLDEN if letter != 0 else _ZERO)
            place += one
            continue
        if 0xE3 <= byte <= 0xEE and place + np.uint64(2) < end:  # Han, kana, hangul: the common case
            high = np.uint32(byte & 15) << np.uint32(12) | np.uint32(bytes_U[place + one] & 63) << np.uint32(6)
            code = high | np.uint32(bytes_U[place + np.uint64(2)] & 63)
            if code >= 0x3400:
                units_V[count] = word
                count += np.uint64(word != 0)
                word = _ZERO
                units_V[count] = np.uint64(code) * GOLDEN
                count += one
                place += np.uint64(3)
                continue
        code, after = _decoded(bytes_U, np.int64(place), last)
        place = np.uint64(after)
        entry = _judged(code, fold_F)
        if entry != 0 and not entry & _ALONE:
            word = _lengthened(word, entry, expand_E3)
            continue
        units_V[count] = word
        count += np.uint64(word != 0)
        word = _ZERO
        units_V[count] = np.uint64(entry & _CODE) * GOLDEN
        count += np.uint64(entry != 0)
    units_V[count] = word
    count += np.uint64(word != 0)
    if count == 0:
        units_V[0] = _hashed_bytes(bytes_U, first, last)
        count = one
    return np.int64(count)


@kernel
def _lengthened(word: np.uint64, entry: np.uint32, expand_E3: UInt32) -> np.uint64:
    """The polynomial of a word with one more letter, or the letters it folds to."""
    if not entry & _EXPANDS:
        return (word + np.uint64(entry)) * GOLDEN
    for part in range(3):
        letter = np.uint64(expand_E3[entry & _CODE, part])
        if letter != 0:
            word = (word + letter) * GOLDEN
    return word


@kernel
def _hashed_bytes(bytes_U: UInt8, first: np.int64, last: np.int64) -> np.uint64:
    """What stands for a text without any unit."""
    value = NO_LETTER
    for place in range(first, last):
        value = (value + np.uint64(bytes_U[place])) * GOLDEN
    return value


@kernel
def _shingled(units_V: UInt64, count: np.int64) -> np.int64:
    """Turn the polynomials of units into the hashes of shingles, in place; how many."""
    for place in range(count):
        value = units_V[place]
        units_V[place] = (value ^ (value >> np.uint64(32))) * FIRST
    if count < 3:
        value = units_V[0]
        if count == 2:
            value += units_V[1] << np.uint64(21) | units_V[1] >> np.uint64(43)
        value = (value ^ (value >> np.uint64(31))) * SECOND
        units_V[0] = value ^ (value >> np.uint64(32))
        return np.int64(1)
    for place in range(count - 2):
        middle, end = units_V[place + 1], units_V[place + 2]
        value = units_V[place] + (middle << np.uint64(21) | middle >> np.uint64(43))
        value += end << np.uint64(42) | end >> np.uint64(22)
        value = (value ^ (value >> np.uint64(31))) * SECOND
        units_V[place] = value ^ (value >> np.uint64(32))
    return count - 2


@kernel
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> np.uint64(30))) * MIX_1
    value = (value ^ (value >> np.uint64(27))) * MIX_2
    return value ^ (value >> np.uint64(31))


@kernel
def _sketched(shingles_S: UInt64, count: np.int64, bins_T: UInt64) -> None:
    """Fill every bin: the round in its high half, the least hash of that round's shingles in its low half."""
    size = np.uint64(len(bins_T))
    bins_T[:] = _EMPTY
    for place in range(count):
        value = shingles_S[place]
        spot = ((value >> np.uint64(32)) * size) >> np.uint64(32)
        bins_T[spot] = min(bins_T[spot], value & _LOW)
    left = 0
    for spot in range(len(bins_T)):
        left += bins_T[spot] == _EMPTY
    turn = 1
    while left > 0:
        salt, high = np.uint64(turn) * SEED, np.uint64(turn) << np.uint64(32)
        for place in range(count):
            value = _mixed(shingles_S[place] + salt)
            spot = ((value >> np.uint64(32)) * size) >> np.uint64(32)
            if turn >= len(bins_T):  # paper: the last T rounds fill one bin each
                spot = np.uint64(turn - len(bins_T))
            if bins_T[spot] == _EMPTY:
                left -= 1
            bins_T[spot] = min(bins_T[spot], high | (value & _LOW))
        turn += 1


@kernel
def _band_all(  # noqa: PLR0917 a kernel takes arrays, by place
    bytes_U: UInt8,
    offsets_N1: Int64,
    fold_F: UInt32,
    expand_E3: UInt32,
    scratch_V: UInt64,
    rows: int,
    keys_BN: UInt64,
) -> None:
    bins_T = np.empty(len(keys_BN) * rows, np.uint64)
    for text in range(len(offsets_N1) - 1):
        first, last = offsets_N1[text], offsets_N1[text + 1]
        count = _units(bytes_U, first, last, fold_F, expand_E3, scratch_V)
        _sketched(scratch_V, _shingled(scratch_V, count), bins_T)
        for band in range(len(keys_BN)):
            key = np.uint64(band)
            for row in range(band * rows, band * rows + rows):
                key = _mixed(key + bins_T[row])
            keys_BN[band, text] = key


@kernel
def _shingle_all(
    bytes_U: UInt8,
    offsets_N1: Int64,
    fold_F: UInt32,
    expand_E3: UInt32,
    values_S: UInt64,
    starts_N1: Int64,
) -> np.int64:
    used = np.int64(0)
    for text in range(len(offsets_N1) - 1):
        first, last = offsets_N1[text], offsets_N1[text + 1]
        count = _units(bytes_U, first, last, fold_F, expand_E3, values_S[used:])
        used += _shingled(values_S[used:], count)
        starts_N1[text + 1] = used
    return used
