"""Fingerprints by winnowing: of every window of w consecutive n-gram hashes the least one is kept.

Schleimer, Wilkerson and Aiken 2003, "Winnowing: Local Algorithms for Document Fingerprinting", sections 3 and 5. Two
texts that share w + n - 1 bytes share a fingerprint inside of them, since a window's least hash depends on nothing
outside of it. Equal hashes are settled as robust winnowing does (section 5.1): the one kept before, else the rightmost;
so a run of one character gives a fingerprint a window and not one a byte. Of random text 2 / (w + 1) of the positions
are kept.

Legend: U bytes, N texts, F fingerprints, W window.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel

UInt8 = NDArray[np.uint8]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def fingerprints(bytes_U: UInt8, offsets_N1: Int64, *, ngram: int, window: int) -> tuple[UInt64, Int64]:
    """The fingerprints of texts and the place in `bytes_U` where the n-gram of each begins.

    Args:
        bytes_U: UTF-8.
        offsets_N1: borders of the texts; no n-gram crosses one.
        ngram: bytes of an n-gram.
        window: hashes of a window; a text with fewer has no fingerprint.
    """
    if COMPILED:
        return _fingerprints(bytes_U, offsets_N1, ngram, window, np.uint64(pow(_BASE, ngram, 1 << 64)))
    return _fingerprints_plain(bytes_U, offsets_N1, ngram, window)


@kernel
def _fingerprints(bytes_U: UInt8, offsets_N1: Int64, ngram: int, window: int, power: np.uint64) -> tuple[UInt64, Int64]:
    room = 1024 + 3 * len(bytes_U) // window
    keys_F, places_F = np.empty(room, np.uint64), np.empty(room, np.int64)
    ring_W = np.zeros(window, np.uint64)
    count = 0
    for text in range(len(offsets_N1) - 1):
        start, end = offsets_N1[text], offsets_N1[text + 1]
        if end - start < ngram + window - 1:
            continue
        rolled = np.uint64(0)
        for place in range(start, start + ngram - 1):
            rolled = rolled * np.uint64(_BASE) + np.uint64(bytes_U[place]) + np.uint64(1)
        least, least_at, slot = np.uint64(0), -1, 0
        for place in range(start, end - ngram + 1):
            rolled = rolled * np.uint64(_BASE) + np.uint64(bytes_U[place + ngram - 1]) + np.uint64(1)
            if place > start:
                rolled -= (np.uint64(bytes_U[place - 1]) + np.uint64(1)) * power
            value = (rolled ^ (rolled >> np.uint64(30))) * np.uint64(_MIX_1)
            value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
            value ^= value >> np.uint64(31)
            ring_W[slot] = value
            slot = slot + 1 if slot + 1 < window else 0
            if place < start + window - 1:
                continue
            if least_at > place - window and value >= least:
                continue
            if least_at > place - window:
                least, least_at = value, place
            else:  # the least one has left, or this is the first window: look at all of it, from the left
                least, least_at = ring_W[slot], place - window + 1
                for step in range(1, window):
                    other = slot + step
                    hashed = ring_W[other if other < window else other - window]
                    if hashed <= least:
                        least, least_at = hashed, place - window + 1 + step
            if count == room:
                keys_F, places_F = (
                    np.append(keys_F, np.empty(room, np.uint64)),
                    np.append(places_F, np.empty(room, np.int64)),
                )
                room *= 2
            keys_F[count], places_F[count] = least, least_at
            count += 1
    return keys_F[:count].copy(), places_F[:count].copy()


def _fingerprints_plain(bytes_U: UInt8, offsets_N1: Int64, ngram: int, window: int) -> tuple[UInt64, Int64]:
    found: list[tuple[int, int]] = []
    for start, end in zip(offsets_N1[:-1].tolist(), offsets_N1[1:].tolist(), strict=True):
        hashes = _hashes_plain(bytes_U[start:end].tobytes(), ngram)
        least_at = -1
        for first in range(len(hashes) - window + 1):
            inside = hashes[first : first + window]
            least = min(inside)
            if least_at >= first and hashes[least_at] == least:
                continue
            least_at = first + window - 1 - inside[::-1].index(least)
            found.append((least, start + least_at))
    return np.array([key for key, _ in found], np.uint64), np.array([place for _, place in found], np.int64)


def _hashes_plain(text: bytes, ngram: int) -> Sequence[int]:
    hashes = []
    for place in range(len(text) - ngram + 1):
        value = 0
        for byte in text[place : place + ngram]:
            value = (value * _BASE + byte + 1) & _MASK
        value = (value ^ (value >> 30)) * _MIX_1 & _MASK
        value = (value ^ (value >> 27)) * _MIX_2 & _MASK
        hashes.append(value ^ (value >> 31))
    return hashes
