"""A language model of character n-grams, interpolated as Witten and Bell (1991) do: the floor of a generator.

`p(c | h) = (count(h c) + kinds(h) p(c | h')) / (count(h) + kinds(h))`, where `kinds(h)` is how many different
characters followed the context h, and h' is h without its first character (Chen and Goodman 1999, section 2.6). Below
the empty context all code points are alike, so that no text is impossible. Documents end with a mark that is predicted
like a character.

Legend: C characters that are predicted, D documents, G distinct n-grams, H distinct contexts, K orders (0 and up).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

MAX_CONTEXT = 5
_CODE_BITS = np.uint64(21)
_CODE_POINTS = 0x110000
_START, _END = _CODE_POINTS, _CODE_POINTS + 1
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, slots=True)
class _Order:
    """Counts of one length of context; a key holds the context in its upper bits, the character in its lower 21."""

    keys_G: UInt64
    counts_G: Int64
    contexts_H: UInt64
    totals_H: Int64
    kinds_H: Int64

    def mixed(self, keys_C: UInt64, shorter_C: Float64) -> Float64:
        """Probabilities from those of the next shorter context; these stay where the context was never seen."""
        count_C = _looked_up(self.keys_G, self.counts_G, keys_C)
        contexts_C = keys_C >> _CODE_BITS
        total_C = _looked_up(self.contexts_H, self.totals_H, contexts_C)
        kinds_C = _looked_up(self.contexts_H, self.kinds_H, contexts_C)
        mixed_C: Float64 = (count_C + kinds_C * shorter_C) / np.maximum(total_C + kinds_C, 1)
        return np.where(total_C > 0, mixed_C, shorter_C)


@dataclass(frozen=True, slots=True)
class WittenBell:
    """A counted model; `orders[k]` looks at k characters before."""

    orders: tuple[_Order, ...]

    def nats(self, texts: Sequence[str]) -> Float64:
        """What each text and the mark of its end cost with contexts of at most 0, 1, ... characters, [K, D]."""
        text_C, keys = _keys(texts, len(self.orders) - 1)
        probability_C = np.full(len(text_C), 1.0 / (_CODE_POINTS + 1))
        nats_KD = np.zeros((len(self.orders), len(texts)))
        for place, (order, keys_C) in enumerate(zip(self.orders, keys, strict=True)):
            probability_C = order.mixed(keys_C, probability_C)
            nats_KD[place] = np.bincount(text_C, -np.log(probability_C), minlength=len(texts))
        return nats_KD


def count(texts: Sequence[str], *, max_context: int = MAX_CONTEXT) -> WittenBell:
    """Count a model; memory and time grow with characters times `max_context`."""
    return WittenBell(tuple(_order(keys_C) for keys_C in _keys(texts, max_context)[1]))


def _order(keys_C: UInt64) -> _Order:
    keys_G, counts_G = np.unique(keys_C, return_counts=True)
    contexts_G = keys_G >> _CODE_BITS
    first_H = np.flatnonzero(np.concatenate([[True], contexts_G[1:] != contexts_G[:-1]])[: len(contexts_G)])
    totals_H = np.add.reduceat(counts_G, first_H) if len(first_H) else np.zeros(0, np.int64)
    return _Order(keys_G, counts_G, contexts_G[first_H], totals_H, np.diff(first_H, append=len(keys_G)))


def _keys(texts: Sequence[str], max_context: int) -> tuple[Int64, list[UInt64]]:
    """The document of each predicted character, and its n-gram for each length of context."""
    joined = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths_D = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    text_C = np.repeat(np.arange(len(texts)), lengths_D + 1)
    starts_D = np.cumsum(lengths_D + 1 + max_context) - lengths_D - 1
    begins_D = np.cumsum(lengths_D + 1) - lengths_D - 1
    place_C = np.arange(len(text_C)) - np.repeat(begins_D, lengths_D + 1) + np.repeat(starts_D, lengths_D + 1)
    codes = np.full(int((lengths_D + 1 + max_context).sum()), _START, np.uint64)
    is_end_C = np.zeros(len(text_C), np.bool_)
    is_end_C[begins_D + lengths_D] = True
    codes[place_C[~is_end_C]] = joined
    codes[place_C[is_end_C]] = _END
    context_C = np.zeros(len(text_C), np.uint64)
    keys = []
    for back in range(max_context + 1):
        keys.append((_mixed(context_C) << _CODE_BITS) | codes[place_C])
        if back < max_context:
            context_C = _mixed(context_C * _BASE + codes[place_C - back - 1] + np.uint64(1))
    return text_C, keys


def _looked_up(keys: UInt64, values: Int64, wanted_C: UInt64) -> Int64:
    place_C = np.minimum(np.searchsorted(keys, wanted_C), max(len(keys) - 1, 0))
    if not len(keys):
        return np.zeros(len(wanted_C), np.int64)
    return np.where(keys[place_C] == wanted_C, values[place_C], 0)


def _mixed(values: UInt64) -> UInt64:
    values = (values ^ (values >> np.uint64(30))) * _MIX
    values = (values ^ (values >> np.uint64(27))) * _BASE
    return values ^ (values >> np.uint64(31))
