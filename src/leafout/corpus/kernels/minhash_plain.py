"""The band keys of `minhash` without a compiler: the same numbers from numpy, some ten times slower.

It is also the definition that the compiled pass is tested against.

Legend: U bytes, C characters, V units, S shingles, N texts, T bins, B bands.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.unit_table import ALONE, EXPANDS, NO_UNIT_HIGH, TABLE_END, fold_table

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

SHINGLE_UNITS = 3
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""Base of the polynomial of a word: each letter is added, then all multiplied."""
FIRST = np.uint64(0xD6E8FEB86659FD93)
SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
"""Multipliers of the hash of a unit and of a shingle."""
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
"""SplitMix64 (Steele, Lea and Flood 2014, figure 17)."""
SEED = np.uint64(0xA0761D6478BD642F)
"""Step between the rounds of a sketch."""
NO_LETTER = np.uint64(0x8EBC6AF09C88C6E3)
"""Where the hash of a text without any unit starts: it equals only its equals."""

_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_CHUNK_TEXTS = 4096


def shingles(bytes_U: UInt8, offsets_N1: Int64) -> tuple[UInt64, Int64]:
    """The hashed shingles of texts, and where those of each text begin; see `minhash.shingles`."""
    values, counts = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)]
    for first in range(0, len(offsets_N1) - 1, _CHUNK_TEXTS):
        part_S, counts_N = _shingles(bytes_U, offsets_N1[first : first + _CHUNK_TEXTS + 1])
        values.append(part_S)
        counts.append(counts_N)
    return np.concatenate(values), np.cumsum(np.concatenate(counts))


def band_keys(bytes_U: UInt8, offsets_N1: Int64, *, bands: int, rows: int) -> UInt64:
    """The keys [B, N] of texts; see `minhash.band_keys`."""
    keys_BN = np.zeros((bands, len(offsets_N1) - 1), np.uint64)
    for first in range(0, len(offsets_N1) - 1, _CHUNK_TEXTS):
        values_S, counts_N = _shingles(bytes_U, offsets_N1[first : first + _CHUNK_TEXTS + 1])
        bins_NT = _sketches(values_S, counts_N, bands * rows)
        for band in range(bands):
            key_N = np.full(len(counts_N), band, np.uint64)
            for row in range(band * rows, band * rows + rows):
                key_N = _mixed(key_N + bins_NT[:, row])
            keys_BN[band, first : first + len(key_N)] = key_N
    return keys_BN


def units(text: str) -> list[str]:
    """The units of a text as strings, for those who want to see them."""
    entries_C = _entries(np.array([ord(char) for char in text], np.uint32))
    found, word = [], ""
    expand_E3 = fold_table()[1]
    for entry in [*entries_C.tolist(), 0]:
        if entry & EXPANDS:
            word += "".join(chr(code) for code in expand_E3[entry ^ EXPANDS] if code)
        elif entry and not entry & ALONE:
            word += chr(entry)
        else:
            alone = chr(entry ^ ALONE) if entry else ""
            found += [unit for unit in (word, alone) if unit]
            word = ""
    return found


def _entries(codes_C: UInt32) -> UInt32:
    """What each character counts as: an entry of `fold_table`, or one like it."""
    entries_C = codes_C | np.uint32(ALONE)
    for low, high in NO_UNIT_HIGH:
        entries_C[(codes_C >= low) & (codes_C <= high)] = 0
    is_low_C = codes_C < TABLE_END
    entries_C[is_low_C] = fold_table()[0][codes_C[is_low_C]]
    return entries_C


def _shingles(bytes_U: UInt8, offsets_N1: Int64) -> tuple[UInt64, Int64]:
    """The shingles of a few texts, and how many each has."""
    num_texts = len(offsets_N1) - 1
    pieces = [_decoded(bytes_U[offsets_N1[n] : offsets_N1[n + 1]]) for n in range(num_texts)]
    lengths_N = np.array([len(piece) + 1 for piece in pieces], np.int64)
    border = np.zeros(1, np.uint32)
    codes_C = np.concatenate([part for piece in pieces for part in (piece, border)] or [border])
    values_V, text_V = _units(codes_C, np.repeat(np.arange(num_texts), lengths_N))
    counts_N = np.bincount(text_V, minlength=num_texts)
    for text in np.flatnonzero(counts_N == 0).tolist():
        value = int(NO_LETTER)
        for byte in bytes_U[offsets_N1[text] : offsets_N1[text + 1]].tolist():
            value = (value + byte) * int(GOLDEN) % 2**64
        place = int(counts_N[:text].sum())
        values_V, text_V = np.insert(values_V, place, np.uint64(value)), np.insert(text_V, place, text)
        counts_N[text] = 1
    values_V = (values_V ^ (values_V >> np.uint64(32))) * FIRST
    shingles_N = np.maximum(counts_N - SHINGLE_UNITS + 1, 1)
    first_N = np.cumsum(counts_N) - counts_N
    place_S = np.arange(shingles_N.sum()) + np.repeat(first_N - (np.cumsum(shingles_N) - shingles_N), shingles_N)
    end_S = np.repeat(first_N + counts_N, shingles_N)
    padded_V = np.concatenate([values_V, np.zeros(SHINGLE_UNITS, np.uint64)])
    values_S = np.zeros(len(place_S), np.uint64)
    for step in range(SHINGLE_UNITS):
        unit_S = np.where(place_S + step < end_S, padded_V[place_S + step], np.uint64(0))
        turn = np.uint64(21 * step)
        values_S += unit_S << turn | unit_S >> (np.uint64(64) - turn) if step else unit_S
    values_S = (values_S ^ (values_S >> np.uint64(31))) * SECOND
    return values_S ^ (values_S >> np.uint64(32)), shingles_N


def _decoded(piece_U: UInt8) -> UInt32:
    data = piece_U.tobytes()
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _units(codes_C: UInt32, text_C: Int64) -> tuple[UInt64, Int64]:
    """The polynomial of each unit and the text it stands in."""
    entries_C = _entries(codes_C)
    expand_E3 = fold_table()[1]
    is_long_C = entries_C >= EXPANDS
    repeats_C = np.where(is_long_C, 3, 1)
    text_C = np.repeat(text_C, repeats_C)
    wide = np.repeat(entries_C, repeats_C)
    wide[wide >= EXPANDS] = expand_E3[entries_C[is_long_C] - np.uint32(EXPANDS)].ravel()
    kept = (wide != 0) | np.repeat(is_long_C, repeats_C)  # the filling of an expansion parts no words
    is_filling = (wide == 0) & kept
    wide, text_C, kept = wide[~is_filling], text_C[~is_filling], kept[~is_filling]
    is_alone = wide >= ALONE
    is_letter = kept & ~is_alone
    before = np.concatenate([np.zeros(1, bool), is_letter[:-1]])
    starts = np.flatnonzero(is_alone | (is_letter & ~before))
    if not len(starts):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    places = np.flatnonzero(kept)
    unit = np.searchsorted(starts, places, side="right") - 1
    sizes = np.bincount(unit, minlength=len(starts))
    order = np.cumsum(sizes)[unit] - np.arange(len(places))  # letters from here to the end of the unit
    powers = np.cumprod(np.full(int(sizes.max()), GOLDEN, np.uint64))
    values = (wide[places] & np.uint32(ALONE - 1)).astype(np.uint64) * powers[order - 1]
    return np.add.reduceat(values, np.cumsum(sizes) - sizes), text_C[starts]


def _mixed(values: UInt64) -> UInt64:
    values = (values ^ (values >> np.uint64(30))) * MIX_1
    values = (values ^ (values >> np.uint64(27))) * MIX_2
    mixed: UInt64 = values ^ (values >> np.uint64(31))
    return mixed


def _sketches(values_S: UInt64, counts_N: Int64, size: int) -> UInt64:
    """The bins [N, T] of each text."""
    bins_NT = np.full((len(counts_N), size), _EMPTY, np.uint64)
    text_S = np.repeat(np.arange(len(counts_N)), counts_N)
    hashed_S = values_S
    for turn in range(2 * size):
        spot_S = ((hashed_S >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)
        if turn >= size:
            spot_S[:] = turn - size
        value_S = np.uint64(turn) << np.uint64(32) | hashed_S & _LOW
        np.minimum.at(bins_NT.reshape(-1), text_S * size + spot_S, value_S)
        wanting_S = (bins_NT == _EMPTY).any(axis=1)[text_S]
        values_S, text_S = values_S[wanting_S], text_S[wanting_S]
        if not len(values_S):
            break
        hashed_S = _mixed(values_S + np.uint64((turn + 1) * int(SEED) % 2**64))
    return bins_NT
