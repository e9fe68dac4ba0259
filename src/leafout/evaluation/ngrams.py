"""Texts as sparse rows of hashed n-grams, in numpy: what a linear model reads.

Chinese is cut into runs of 1 to 3 characters; words of other scripts into words, pairs of words, and runs of 3 to 5
characters inside a word and its borders. Everything is lower case; each n-gram is hashed to 64 bits.

Legend: C characters, W words, G n-grams, N texts, E entries of sparse rows, D columns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
UInt64 = NDArray[np.uint64]
Float32 = NDArray[np.float32]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HAN_CHARS, _PIECE_CHARS = (1, 2, 3), (3, 4, 5)
_FIRST, _SECOND, _SHARED, _PAIR_OF_WORDS, _PIECE = 1, 2, 3, 4, 5

_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u9fff\uac00-\ud7af\uf900-\ufaff\u2600-\u27bf\U0001f300-\U0003ffff"
)
"""Scripts written without spaces, and emoji."""
_IS_HAN = re.compile(f"[{_HAN}]")
_UNIT = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+(?:'[^\\W_{_HAN}]+)*")


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct n-grams of each text: text `texts_G[g]` has `keys_G[g]`, sorted by text and key."""

    texts_G: Int64
    keys_G: UInt64


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Row n is `columns_E` and `values_E` from `starts_N1[n]` to `starts_N1[n + 1]`."""

    starts_N1: Int64
    columns_E: NDArray[np.int32]
    values_E: Float32

    def __len__(self) -> int:
        return len(self.starts_N1) - 1


@dataclass(frozen=True, slots=True)
class Columns:
    """The n-grams that have a column, sorted, and the weight of each (rarer ones weigh more)."""

    keys_D: UInt64
    weights_D: Float32


def grams(texts: Sequence[str], pairs: Sequence[str] | None = None) -> Grams:
    """The distinct n-grams of texts; of pairs those of either side, told apart, and those that both sides share."""
    first = _distinct(*_grams_of(texts))
    if pairs is None:
        return first
    second = _distinct(*_grams_of(pairs))
    sides = [(first, _FIRST), (second, _SECOND), (_shared(first, second), _SHARED)]
    return _distinct(
        np.concatenate([side.texts_G for side, _ in sides]),
        np.concatenate([_salted(side.keys_G, salt) for side, salt in sides]),
    )


def columns_of(found: Grams, num_texts: int, *, least_texts: int, most: int) -> Columns:
    """Choose the n-grams that get a column.

    Args:
        found: of the training texts.
        num_texts: of the training part.
        least_texts: an n-gram in fewer texts has none.
        most: the commonest so many, at most.
    """
    keys, counts = np.unique(found.keys_G, return_counts=True)
    chosen = np.flatnonzero(counts >= least_texts)
    if len(chosen) > most:
        chosen = np.sort(chosen[np.argsort(-counts[chosen], kind="stable")[:most]])
    weights = 1.0 + np.log((1.0 + num_texts) / (1.0 + counts[chosen]))
    return Columns(keys[chosen], weights.astype(np.float32))


def rows_of(found: Grams, num_texts: int, columns: Columns) -> SparseRows:
    """Rows of length 1 over the chosen columns; an n-gram counts once a text, by its weight."""
    place_G = np.searchsorted(columns.keys_D, found.keys_G)
    place_G[place_G == len(columns.keys_D)] = 0
    known_G = columns.keys_D[place_G] == found.keys_G if len(columns.keys_D) else np.zeros(len(place_G), np.bool_)
    texts_E, columns_E = found.texts_G[known_G], place_G[known_G].astype(np.int32)
    counts_N = np.bincount(texts_E, minlength=num_texts)
    values_E = columns.weights_D[columns_E]
    lengths_N = np.sqrt(np.bincount(texts_E, np.square(values_E, dtype=np.float64), minlength=num_texts))
    values_E = (values_E / lengths_N[texts_E]).astype(np.float32)
    return SparseRows(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts_N)]), columns_E, values_E)


def _grams_of(texts: Sequence[str]) -> tuple[Int64, UInt64]:
    """Every n-gram of every text, repeats and all."""
    codes_C, text_C = _codes(texts)
    is_space_C, is_han_C = codes_C == ord(" "), _is_han(codes_C)
    parts = []
    for length in _HAN_CHARS:
        starts = _windows(~is_han_C, length)
        parts.append((text_C[starts], _hashed(codes_C, starts, length)))
    for length in _PIECE_CHARS:  # its ends may be a border, what is between may not; so none crosses into another text
        starts = np.intersect1d(_windows(is_han_C, length), _windows(is_space_C, length - 2) - 1, assume_unique=True)
        parts.append((text_C[starts], _salted(_hashed(codes_C, starts, length), _PIECE)))
    parts += _words(codes_C, text_C, ~is_space_C & ~is_han_C)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _codes(texts: Sequence[str]) -> tuple[UInt64, Int64]:
    """Code points of all texts, one space before and after each word and each run of Han, and whose they are."""
    cleaned = [f" {' '.join(_UNIT.findall(text.lower()))} " for text in texts]
    codes_C = np.frombuffer("".join(cleaned).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths_N = np.fromiter((len(text) for text in cleaned), np.int64, len(cleaned))
    return codes_C, np.repeat(np.arange(len(cleaned)), lengths_N)


def _is_han(codes_C: UInt64) -> NDArray[np.bool_]:
    points, inverse_C = np.unique(codes_C, return_inverse=True)
    is_han = np.fromiter((_IS_HAN.match(chr(point)) is not None for point in points.tolist()), np.bool_, len(points))
    return is_han[inverse_C]


def _windows(is_outside_C: NDArray[np.bool_], length: int) -> Int64:
    """Where runs of so many characters start that hold none from outside."""
    outside_C1 = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_outside_C)])
    return np.flatnonzero(outside_C1[length:] == outside_C1[: max(len(outside_C1) - length, 0)])


def _hashed(codes_C: UInt64, starts_G: Int64, length: int) -> UInt64:
    keys_G = np.full(len(starts_G), length, np.uint64)
    for step in range(length):
        keys_G = _mixed(keys_G * _BASE + codes_C[starts_G + step])
    return keys_G


def _words(codes_C: UInt64, text_C: Int64, is_word_C: NDArray[np.bool_]) -> list[tuple[Int64, UInt64]]:
    """Whole words, and pairs of neighbours in one text."""
    places_C = np.flatnonzero(is_word_C)
    if not len(places_C):
        return []
    first_W = np.flatnonzero(np.diff(places_C, prepend=-2) > 1)
    step_C = np.arange(len(places_C)) - np.repeat(first_W, np.diff(first_W, append=len(places_C)))
    hashed_C = _mixed(codes_C[places_C] + (step_C + 1).astype(np.uint64) * _BASE)
    words_W, text_W = _mixed(np.add.reduceat(hashed_C, first_W)), text_C[places_C[first_W]]
    is_near = text_W[1:] == text_W[:-1]
    pairs = _mixed(_salted(words_W[:-1], _PAIR_OF_WORDS) * _BASE + words_W[1:])
    return [(text_W, words_W), (text_W[1:][is_near], pairs[is_near])]


def _distinct(texts_G: Int64, keys_G: UInt64) -> Grams:
    order = np.lexsort((keys_G, texts_G))
    texts, keys = texts_G[order], keys_G[order]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (texts[1:] != texts[:-1]) | (keys[1:] != keys[:-1])
    return Grams(texts[new], keys[new])


def _shared(first: Grams, second: Grams) -> Grams:
    """What both sides of a text have."""
    owned = [_mixed(side.texts_G.astype(np.uint64) * _BASE + side.keys_G) for side in (first, second)]
    both_G = np.isin(owned[0], owned[1])
    return Grams(first.texts_G[both_G], first.keys_G[both_G])


def _salted(keys_G: UInt64, salt: int) -> UInt64:
    return _mixed(keys_G ^ _mixed(np.full(1, salt, np.uint64)))


def _mixed(values: UInt64) -> UInt64:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): every bit hangs on every bit."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))
