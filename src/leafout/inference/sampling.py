"""Choose the next token of each row from its logits.

Legend: B rows, V vocabulary.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError

_KEY = 0x67656E


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    Attributes:
        temperature: 0 takes the likeliest token; below 1 is bolder for the likely, above 1 for the unlikely.
        top_k: keep the k likeliest; 0 keeps all.
        top_p: keep the likeliest that make up this probability (Holtzman et al. 2020).
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise LeafoutError(f"`temperature` is {self.temperature}, not a number from 0 on", hint="try 0.8")
        if self.top_k < 0:
            raise LeafoutError(f"`top_k` is {self.top_k}, below 0", hint="0 keeps all tokens")
        if not 0 < self.top_p <= 1:
            raise LeafoutError(f"`top_p` is {self.top_p}, not above 0 and up to 1", hint="1 keeps all tokens")


def random_of(seed: int) -> np.random.Generator:
    """The chance of one prompt: a function of the seed alone, whatever is generated beside it."""
    return np.random.default_rng((abs(seed), _KEY))


def choose(
    logits_BV: NDArray[np.float32], sampling: Sampling, randoms: Sequence[np.random.Generator]
) -> NDArray[np.int64]:
    """The next token of each row; takes one number from each generator, unless the temperature is 0."""
    if sampling.temperature == 0:
        likeliest: NDArray[np.int64] = logits_BV.argmax(axis=1)
        return likeliest
    rows = [_drawn(row, sampling, random.random()) for row, random in zip(logits_BV, randoms, strict=True)]
    return np.array(rows, np.int64)


def _drawn(logits_V: NDArray[np.float32], sampling: Sampling, chance: float) -> int:
    scaled_V = (logits_V.astype(np.float64) - logits_V.max()) / sampling.temperature
    kept = np.arange(len(scaled_V))
    if 0 < sampling.top_k < len(kept):
        kept = np.sort(np.argpartition(-scaled_V, sampling.top_k - 1)[: sampling.top_k])
    shares = np.exp(scaled_V[kept])
    if sampling.top_p < 1:
        order = np.argsort(-shares, kind="stable")
        before = np.cumsum(shares[order]) - shares[order]
        inside = np.sort(order[before < sampling.top_p * shares.sum()])
        kept, shares = kept[inside], shares[inside]
    bounds = np.cumsum(shares)
    return int(kept[np.searchsorted(bounds, chance * bounds[-1], side="right").clip(max=len(kept) - 1)])
