"""Documents that a small language model of good examples finds probable, as in CCNet (Wenzek et al. 2020, section 3.3).

The model counts up to three words or Chinese characters in a row (`kernels/unit_model.py`). A document's score is the
mean natural logarithm of its units' probabilities over its pages, so -5 is a perplexity of 148; a page without units
counts as the least probable.

Legend: V units, D pages, N documents.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.dealt import save
from leafout.corpus.filters.examples import Examples, Pieces, measure, scores_of
from leafout.corpus.filters.rules import ExampleRules
from leafout.corpus.kernels.unit_model import Counts, chances, count
from leafout.corpus.kernels.units import units

_MIN_BITS, _MAX_BITS = 16, 22
_NOTHING = -30.0


@dataclass(frozen=True, slots=True)
class Perplexity:
    """A language model of the examples."""

    counts: Counts

    def page_scores(self, pieces: Pieces) -> NDArray[np.float64]:
        """The mean log-probability of each piece's units."""
        found = units(pieces.bytes_U, pieces.starts_D, pieces.ends_D, punctuation=True)
        sizes_D = np.diff(found.first_N1)
        page_V = np.repeat(np.arange(len(sizes_D)), sizes_D)
        sums_D = np.bincount(page_V, np.log(chances(found, self.counts)), len(sizes_D))
        return np.where(sizes_D > 0, sums_D / np.maximum(sizes_D, 1), _NOTHING)

    def scores(self, texts: pa.Array) -> NDArray[np.float32]:
        """The mean log-probability of each text's units; -30 where it has none."""
        return scores_of(texts, self.page_scores, nothing=_NOTHING)

    def save(self, path: Path) -> None:
        """Write it for other processes."""
        save(path, dict(self.counts._asdict()))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as own:
            return cls(Counts(own["gram_W"], own["after_W"], own["kinds_W"]))


def fit_perplexity(examples: Examples, *, rule: ExampleRules) -> tuple[Perplexity, dict[str, float]]:
    """Learn the examples; measure on those kept back, then learn from all.

    Args:
        examples: and the sample of the corpus, which is only measured against.
        rule: the bound.

    Returns:
        The filter, and figures for the notes.
    """

    def score(fold: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        without = _train(examples.learned(fold)[0])
        good, other = examples.kept_back(fold)
        return without.page_scores(good), without.page_scores(other)

    return _train(examples.good), measure(rule, examples, score)


def _train(pieces: Pieces) -> Perplexity:
    found = units(pieces.bytes_U, pieces.starts_D, pieces.ends_D, punctuation=True)
    bits = min(max((4 * len(found.keys_V)).bit_length(), _MIN_BITS), _MAX_BITS)
    return Perplexity(count(found, bits=bits))
