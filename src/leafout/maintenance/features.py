"""Texts as hashed character n-grams: enough to tell two streams of text apart, too little to read either.

Legend: N texts, D buckets, C characters of all texts.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BUCKETS = 512
SIZES = (1, 2, 3)
MAX_CHARS = 2000
"""The beginning of a text that is looked at."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SCALE = 127.0
_CHUNK_TEXTS = 4096


def features(texts: Sequence[str]) -> NDArray[np.int8]:
    """Signed hashed counts of characters, pairs and triples of them, without case, each row of length 127.

    Signed buckets keep inner products unbiased (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask
    Learning"); counts enter by their root, so that a long text does not consist of its commonest character. Characters
    serve Chinese and English alike.

    Returns:
        int8 [N, D]; a text without characters is all zero.
    """
    chunks = [_features(texts[first : first + _CHUNK_TEXTS]) for first in range(0, len(texts), _CHUNK_TEXTS)]
    return np.concatenate(chunks) if chunks else np.zeros((0, BUCKETS), np.int8)


def _features(texts: Sequence[str]) -> NDArray[np.int8]:
    lowered = [text[:MAX_CHARS].lower() for text in texts]
    joined = "".join(lowered).encode("utf-32-le", "surrogatepass")
    chars_C = np.frombuffer(joined, np.uint32).astype(np.uint64)
    row_C = np.repeat(np.arange(len(lowered)), [len(text) for text in lowered])
    counts_ND = np.zeros(len(lowered) * BUCKETS)
    hashes = np.zeros(len(chars_C), np.uint64)
    for size in range(1, max(SIZES) + 1):
        # the hash of `size` characters from that of one fewer; windows that cross into the next text are left out
        num_windows = max(0, len(chars_C) - size + 1)
        hashes = (hashes[:num_windows] + chars_C[size - 1 :] + np.uint64(size)) * _FACTOR
        if size in SIZES:
            inside = row_C[:num_windows] == row_C[size - 1 :]
            counts_ND += _counted(hashes[inside], row_C[:num_windows][inside], len(lowered))
    damped_ND = (np.sign(counts_ND) * np.sqrt(np.abs(counts_ND))).reshape(len(lowered), BUCKETS)
    norms_N1 = np.sqrt((damped_ND**2).sum(axis=1, keepdims=True))
    rounded_ND: NDArray[np.int8] = np.rint(_SCALE * damped_ND / np.maximum(norms_N1, 1e-12)).astype(np.int8)
    return rounded_ND


def _counted(hashes: NDArray[np.uint64], rows: NDArray[np.int64], num_rows: int) -> NDArray[np.float64]:
    mixed = (hashes ^ (hashes >> np.uint64(29))) * _MIX
    buckets = (mixed >> np.uint64(40)).astype(np.int64) % BUCKETS
    signs = 1.0 - 2.0 * (mixed >> np.uint64(39) & np.uint64(1)).astype(np.float64)
    return np.bincount(rows * BUCKETS + buckets, weights=signs, minlength=num_rows * BUCKETS).astype(np.float64)
