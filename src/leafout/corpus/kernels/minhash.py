"""MinHash signatures (Broder 1997, "On the resemblance and containment of documents") of many texts at once, in numpy.

A text is a sequence of units: a Chinese character or a whole Latin word, case folded, white space and punctuation left
out. Its shingles are runs of three units, hashed to 64 bits; the signature holds, for each of many hash functions, the
least value over the shingles.

Legend: C characters, U units, S shingles, N texts, P hash functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UInt64 = NDArray[np.uint64]

SHINGLE_UNITS = 3
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Shingles:
    """Hashed shingles of many texts; those of text n are `values_S[starts_N1[n] : starts_N1[n + 1]]`."""

    values_S: UInt64
    starts_N1: NDArray[np.int64]

    def of(self, text: int) -> UInt64:
        """The distinct shingles of one text, sorted."""
        return np.unique(self.values_S[self.starts_N1[text] : self.starts_N1[text + 1]])


def shingles(texts: Sequence[str]) -> Shingles:
    """The shingles of texts; one with fewer than three units has a single shingle of all it has."""
    lengths_N = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    joined = "\n".join(texts).lower()
    codes_C = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    if len(codes_C) != lengths_N.sum() + max(len(texts) - 1, 0):  # lower() changed a length: fold text by text
        folded = [text.lower() for text in texts]
        lengths_N = np.fromiter((len(text) for text in folded), np.int64, len(texts))
        codes_C = np.frombuffer("\n".join(folded).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends_N = np.cumsum(lengths_N + 1)
    hashes_U, text_U = _units(codes_C, ends_N)
    counts_N = np.bincount(text_U, minlength=len(texts)).astype(np.int64)
    shingles_N = np.maximum(counts_N - SHINGLE_UNITS + 1, 1)
    starts_N1 = np.concatenate([np.zeros(1, np.int64), np.cumsum(shingles_N)])
    first_N = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts_N)])[:-1]
    place_S = np.arange(starts_N1[-1]) - np.repeat(starts_N1[:-1] - first_N, shingles_N)
    end_S = np.repeat(first_N + counts_N, shingles_N)
    values_S = np.zeros(len(place_S), np.uint64)
    padded_U = np.concatenate([hashes_U, np.zeros(SHINGLE_UNITS, np.uint64)])
    for step in range(SHINGLE_UNITS):
        inside_S = place_S + step < end_S
        values_S = _mixed(values_S * _BASE + np.where(inside_S, padded_U[place_S + step], np.uint64(0)))
    return Shingles(values_S, starts_N1)


def _units(codes_C: NDArray[np.uint32], ends_N: NDArray[np.int64]) -> tuple[UInt64, NDArray[np.int64]]:
    """The hash of each unit and the text it stands in."""
    wide_C = (codes_C >= 0x2E80) & ~_is_wide_punctuation(codes_C)
    narrow_C = _is_narrow_letter(codes_C)
    kept_C = wide_C | narrow_C
    before_C = np.concatenate([np.zeros(1, bool), narrow_C[:-1]])
    starts_C = wide_C | (narrow_C & ~before_C)
    places_C = np.flatnonzero(kept_C)
    if not len(places_C):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    starts_K = np.flatnonzero(starts_C[places_C])
    unit_K = np.cumsum(starts_C[places_C]) - 1
    order_K = (np.arange(len(places_C)) - starts_K[unit_K]).astype(np.uint64)
    values_K = _mixed(codes_C[places_C].astype(np.uint64) + order_K * _BASE)
    hashes_U = _mixed(np.add.reduceat(values_K, starts_K))
    text_U = np.searchsorted(ends_N, places_C[starts_K], side="right")
    return hashes_U, text_U.astype(np.int64)


def _is_narrow_letter(codes_C: NDArray[np.uint32]) -> NDArray[np.bool_]:
    digit = (codes_C >= 48) & (codes_C <= 57)
    letter = (codes_C >= 97) & (codes_C <= 122)
    plain: NDArray[np.bool_] = digit | letter
    marked: NDArray[np.bool_] = (codes_C >= 0xC0) & (codes_C < 0x2000) & (codes_C != 0xD7) & (codes_C != 0xF7)
    return plain | marked


def _is_wide_punctuation(codes_C: NDArray[np.uint32]) -> NDArray[np.bool_]:
    cjk: NDArray[np.bool_] = (codes_C >= 0x3000) & (codes_C <= 0x303F)
    full = ((codes_C >= 0xFF00) & (codes_C <= 0xFF0F)) | ((codes_C >= 0xFF1A) & (codes_C <= 0xFF20))
    wide: NDArray[np.bool_] = cjk | full | ((codes_C >= 0xFF3B) & (codes_C <= 0xFF40))
    return wide | ((codes_C >= 0xFF5B) & (codes_C <= 0xFF65))


def _mixed(values: UInt64) -> UInt64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014, figure 17)."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    mixed: UInt64 = values ^ (values >> np.uint64(31))
    return mixed


def signatures(found: Shingles, num_hashes: int) -> NDArray[np.uint32]:
    """The signature [N, P] of each text."""
    random = np.random.default_rng(0x6D696E)
    factors_P = random.integers(1, 2**63, num_hashes, np.uint64) * np.uint64(2) + np.uint64(1)
    shifts_P = random.integers(0, 2**63, num_hashes, np.uint64)
    signatures_NP = np.empty((len(found.starts_N1) - 1, num_hashes), np.uint32)
    for place in range(num_hashes):
        hashed_S = ((found.values_S * factors_P[place] + shifts_P[place]) >> np.uint64(32)).astype(np.uint32)
        signatures_NP[:, place] = np.minimum.reduceat(hashed_S, found.starts_N1[:-1])
    return signatures_NP
