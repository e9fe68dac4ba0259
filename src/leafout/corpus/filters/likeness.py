"""Documents that resemble good examples: a linear classifier of the examples against the corpus itself.

As for GPT-3 (Brown et al. 2020, appendix A: hashed features, logistic regression) and DCLM (Li et al. 2024, section
4.4: uni- and bigrams of a fastText classifier). The text is cut to pages; a page is its n-grams by bucket, weighted
1 + ln(count), of length one. A document's score is the logistic function of its pages' mean margin, trained with both
kinds weighted alike: 0.5 is a page that could be of either. Training is AdaGrad (Duchi, Hazan and Singer 2011, figure
1) over pages in an order that only the seed changes.

Legend: D pages, F n-grams of pages, W buckets, N documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.dealt import save
from leafout.corpus.filters.examples import Pieces, gather, measure, scores_of
from leafout.corpus.filters.perplexity import Perplexity, fit_perplexity
from leafout.corpus.filters.rules import LikeRules
from leafout.corpus.kernels.units import gram_dots, gram_vectors, units

_BUCKETS = 1 << 18
_EPOCHS = 4
_RATE = 0.3
_DECAY = 1e-5

Float64 = NDArray[np.float64]


class Filter(Protocol):
    """A fitted filter."""

    def scores(self, texts: pa.Array) -> NDArray[np.float32]:
        """The score of each text: higher is more like the examples."""

    def save(self, path: Path) -> None:
        """Write it for other processes."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """Two linear models over n-gram buckets, one for either half of all texts, learned from the sample's other half.

    So no document is scored by a model that has learned it as an instance of what is not wanted.
    """

    weights_2W: NDArray[np.float32]
    bias_2: Float64

    def page_scores(self, pieces: Pieces) -> Float64:
        """The margin of each piece."""
        found = units(pieces.bytes_U, pieces.starts_D, pieces.ends_D, punctuation=True)
        dots_2D = gram_dots(found, self.weights_2W, np.ones(_BUCKETS, np.float32))
        half_D = pieces.halves()
        margins_D: Float64 = dots_2D[half_D, np.arange(len(half_D))] + self.bias_2[half_D]
        return margins_D

    def scores(self, texts: pa.Array) -> NDArray[np.float32]:
        """How likely each text is one of the examples, 0 to 1, were both kinds as common."""
        return _logistic(scores_of(texts, self.page_scores, nothing=-500.0).astype(np.float64))

    def save(self, path: Path) -> None:
        """Write it for other processes."""
        save(path, {"weights": self.weights_2W, "bias": self.bias_2})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as own:
            return cls(own["weights"], own["bias"])


def _logistic(margins_N: Float64) -> NDArray[np.float32]:
    scores_N: NDArray[np.float32] = (1 / (1 + np.exp(-np.clip(margins_N, -500, 500)))).astype(np.float32)
    return scores_N


def fit(good: Sequence[str], sample: Sequence[str], *, rule: LikeRules, seed: int) -> tuple[Filter, dict[str, float]]:
    """Learn what the examples are like; measure it on pages kept back, then learn from all.

    Args:
        good: texts of examples (`examples.read_examples`).
        sample: of the corpus (`examples.sample_of`).
        rule: the method and the bound.
        seed: of the order of training.

    Returns:
        The filter, and figures for the notes; `least_score` is the bound unless the rule asks for a fraction.

    Raises:
        LeafoutError: when there is too little text.
    """
    examples = gather(good, sample)
    if rule.method == "perplexity":
        return fit_perplexity(examples, rule=rule)

    def score(fold: int) -> tuple[Float64, Float64]:
        without = _learn(*examples.learned(fold), seed)
        good_E, other_S = (_logistic(without.page_scores(pieces)) for pieces in examples.kept_back(fold))
        return good_E.astype(np.float64), other_S.astype(np.float64)

    return _learn(*examples.learned(None), seed), measure(rule, examples, score)


def load(path: Path, *, rule: LikeRules) -> Filter:
    """Read a fitted filter."""
    return Perplexity.load(path) if rule.method == "perplexity" else Classifier.load(path)


def _learn(good: Pieces, other: Pieces, seed: int) -> Classifier:
    """A model for either half of texts, from the examples and the other half of the sample."""
    half_D = other.halves()
    apart = [half_D != half if (half_D != half).any() else np.ones(len(half_D), bool) for half in (0, 1)]
    models = [_train(good, other.chosen(which), seed) for which in apart]
    return Classifier(np.stack([weights for weights, _ in models]), np.array([bias for _, bias in models]))


def _train(good: Pieces, other: Pieces, seed: int) -> tuple[NDArray[np.float32], float]:
    """Logistic regression on pages of the examples (1) and of the sample (0)."""
    ones_W, pages, sizes = np.ones(_BUCKETS, np.float32), [], []
    for target, pieces in ((1.0, good), (0.0, other)):
        for some in pieces.batches():
            found = units(some.bytes_U, some.starts_D, some.ends_D, punctuation=True)
            buckets_F, wide_F, first_D1 = gram_vectors(found, ones_W)
            values_F = wide_F.astype(np.float32)
            pages += [(buckets_F[a:b], values_F[a:b], target) for a, b in pairwise(first_D1.tolist())]
        sizes.append(len(pieces.starts_D))
    total = len(pages)
    share = {1.0: total / 2 / sizes[0], 0.0: total / 2 / sizes[1]}
    weights_W, squares_W, bias = np.zeros(_BUCKETS), np.full(_BUCKETS, 1e-8), 0.0
    order = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        for page in order.permutation(total).tolist():
            buckets, values, target = pages[page]
            own = weights_W[buckets]
            margin = float((own * values).sum()) + bias
            slip = share[target] * (1 / (1 + exp(-max(min(margin, 500.0), -500.0))) - target)
            gradient = slip * values + _DECAY * own
            squares = squares_W[buckets] + gradient * gradient
            squares_W[buckets] = squares
            weights_W[buckets] = own - _RATE * gradient / np.sqrt(squares)
            bias -= 0.01 * slip
    return weights_W.astype(np.float32), bias
