"""Documents on a topic: near to examples of it, or holding enough of its keywords.

Nearness is the cosine of TF-IDF vectors (Salton and Buckley 1988) of hashed n-grams, between the pages of a document
and the mean of the examples' pages; each pattern of examples is a topic of its own and the nearest counts. Inverse
document frequencies come from the sample of the corpus and the examples.

Legend: D pages, W buckets, T topics, N documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.corpus.dealt import save
from leafout.corpus.filters.examples import Examples, Pieces, gather, measure, scores_of
from leafout.corpus.filters.rules import TopicRules
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.keywords import Keywords, found_in, keywords
from leafout.corpus.kernels.units import Units, gram_dots, gram_vectors, units

_BUCKETS = 1 << 18

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Topic:
    """Fitted: inverse document frequencies, the mean vector of each topic, and keywords."""

    idf_W: Float32
    centres_TW: Float32
    words: Keywords

    def page_scores(self, pieces: Pieces) -> NDArray[np.float64]:
        """The cosine of each piece with its nearest topic."""
        nearest_D: NDArray[np.float64] = gram_dots(_units(pieces), self.centres_TW, self.idf_W).max(axis=0)
        return nearest_D

    def scores(self, texts: pa.Array) -> Float32:
        """The mean over the pages of each text of the cosine with the nearest topic; 0 without examples."""
        if not len(self.centres_TW):
            return np.zeros(len(texts), np.float32)
        return scores_of(texts, self.page_scores, nothing=0.0)

    def holds_keywords(self, texts: pa.Array, rule: TopicRules) -> NDArray[np.bool_]:
        """Which texts hold enough keywords, and closely enough."""
        if not len(self.words.keys_K):
            return np.zeros(len(texts), bool)
        bytes_U, offsets_N1 = utf8(texts)
        of = units(bytes_U, offsets_N1[:-1], offsets_N1[1:], punctuation=False, numbers=True)
        different_N, times_N = found_in(of, self.words)
        density_N = 1000 * times_N / np.maximum(np.diff(of.first_N1), 1)
        return (different_N >= rule.least_keywords) & (density_N >= rule.least_density)

    def save(self, path: Path) -> None:
        """Write it for other processes."""
        longest = np.array(self.words.longest)
        save(path, {"idf": self.idf_W, "centres": self.centres_TW, "words": self.words.keys_K, "longest": longest})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as own:
            return cls(own["idf"], own["centres"], Keywords(own["words"], int(own["longest"])))


def read_keywords(rule: TopicRules, root: Path) -> list[str]:
    """The keywords of a rule: those it lists and those of its files.

    Args:
        rule: the topic.
        root: where relative patterns start.

    Raises:
        LeafoutError: when a file cannot be read.
    """
    from leafout.corpus.readers.opening import read_lines
    from leafout.corpus.readers.record import ReadOptions, Reject
    from leafout.corpus.sources import find_sources

    words = [word.strip() for word in rule.keywords]
    for name, path in find_sources(rule.keyword_files, root).items():
        for item in read_lines(path, ReadOptions(name=name)):
            if isinstance(item, Reject):
                raise LeafoutError(f"a keyword cannot be read: {item.reason}", where=f"{name}:{item.line}")
            words.append("" if item[1].lstrip().startswith("#") else item[1].strip())
    return [word for word in words if word]


def fit(
    good: Sequence[Sequence[str]], sample: Sequence[str], words: Sequence[str], *, rule: TopicRules
) -> tuple[Topic, dict[str, float]]:
    """Learn a topic; measure it on pages kept back, then learn from all.

    Args:
        good: texts of examples of each pattern (`examples.read_examples`), none without examples.
        sample: of the corpus (`examples.sample_of`).
        words: keywords (`read_keywords`).
        rule: the bounds.

    Returns:
        The filter, and figures for the notes; `least_score` is the bound unless the rule asks for a fraction.

    Raises:
        LeafoutError: when there is too little text.
    """
    known = keywords(words)
    if words and not len(known.keys_K):
        raise LeafoutError("no keyword holds a letter or digit", hint="write words, such as `keywords: [芯片, chip]`")
    if not good:
        empty = Topic(np.zeros(_BUCKETS, np.float32), np.zeros((0, _BUCKETS), np.float32), known)
        return empty, {"keywords": float(len(known.keys_K))}
    kinds = [gather(texts, sample) for texts in good]

    def score(fold: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        without = Topic(*_learn(kinds, fold), known)
        near = [without.page_scores(kind.kept_back(fold)[0]) for kind in kinds]
        return np.concatenate(near), without.page_scores(kinds[0].kept_back(fold)[1])

    told = measure(rule, kinds[0], score) | {"keywords": float(len(known.keys_K))}
    told["example_pages"] = float(sum(len(kind.good.starts_D) for kind in kinds))
    return Topic(*_learn(kinds, None), known), told


def kept(scores_N: Float32, holds_N: NDArray[np.bool_], least: float | None) -> NDArray[np.bool_]:
    """Which documents stay: near enough to examples, where there are any, or with enough keywords."""
    return holds_N if least is None else holds_N | (scores_N >= np.float32(least))


def _learn(kinds: Sequence[Examples], fold: int | None) -> tuple[Float32, Float32]:
    """Inverse document frequencies [W], and the mean vector of each topic [T, W], of length one."""
    parts = [kind.learned(fold)[0] for kind in kinds]
    other = kinds[0].learned(fold)[1]
    ones_W, seen_W, pages = np.ones(_BUCKETS, np.float32), np.zeros(_BUCKETS, np.int64), 0
    for part in (*parts, other):
        pages += len(part.starts_D)
        for some in part.batches():
            seen_W += np.bincount(gram_vectors(_units(some), ones_W)[0], minlength=_BUCKETS)
    idf_W = np.log((1 + pages) / (1 + seen_W)).astype(np.float32)
    centres = []
    for part in parts:
        total_W = np.zeros(_BUCKETS)
        for some in part.batches():
            buckets_F, values_F, _ = gram_vectors(_units(some), idf_W)
            total_W += np.bincount(buckets_F, values_F, _BUCKETS)
        centres.append((total_W / max(float(np.sqrt((total_W * total_W).sum())), 1e-12)).astype(np.float32))
    return idf_W, np.stack(centres)


def _units(pieces: Pieces) -> Units:
    return units(pieces.bytes_U, pieces.starts_D, pieces.ends_D, punctuation=False)
