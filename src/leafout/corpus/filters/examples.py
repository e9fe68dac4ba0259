"""Good examples and a sample of the corpus, cut to pieces of one size, and how well scores part the two.

Legend: U bytes, N texts, D pieces of texts, E scores of examples, S scores of the sample.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.corpus.dealt import save
from leafout.corpus.filters.rules import ExampleRules
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.parts import read_part

UInt8 = NDArray[np.uint8]
Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]

PIECE_BYTES = 6000
"""About a thousand English words, or two thousand Chinese characters: a page."""

_PIECES = 8
"""Of a document at most so many pieces, evenly spread, are looked at."""

_BATCH_BYTES = 4 << 20
_HEAD_BYTES = 256
_MAX_EXAMPLE_PIECES = 4000
_FOLDS = 5
_FEW_PAGES = 1000
"""Of fewer pages of examples every fold is measured, since one would say too little."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of texts: piece d is `bytes_U[starts_D[d] : ends_D[d]]` and belongs to text `text_D[d]`."""

    bytes_U: UInt8
    starts_D: Int64
    ends_D: Int64
    text_D: Int64
    num_texts: int

    def chosen(self, which: NDArray[np.bool_]) -> "Pieces":
        """Some of the pieces."""
        return Pieces(self.bytes_U, self.starts_D[which], self.ends_D[which], self.text_D[which], self.num_texts)

    def batches(self, size: int = 256) -> "Iterator[Pieces]":
        """The pieces, so many at a time."""
        for first in range(0, len(self.starts_D), size):
            which = slice(first, first + size)
            yield Pieces(self.bytes_U, self.starts_D[which], self.ends_D[which], self.text_D[which], self.num_texts)

    def halves(self) -> Int64:
        """0 or 1 for each piece: the half of all texts that its text belongs to, by the first bytes of the text."""
        half_N = np.zeros(self.num_texts, np.int64)
        first_D = np.flatnonzero(np.diff(self.text_D, prepend=-1))
        ends = self.ends_D[np.append(first_D, len(self.text_D))[1:] - 1]
        for text, start, end in zip(self.text_D[first_D], self.starts_D[first_D], ends, strict=True):
            head = self.bytes_U[start : min(end, start + _HEAD_BYTES)].tobytes().replace(b"\0", b" ")
            half_N[text] = hashlib.blake2b(head, digest_size=1).digest()[0] & 1
        return half_N[self.text_D]

    def mean(self, values_D: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean over the pieces of each text; 0 where a text has none."""
        counts_N = np.bincount(self.text_D, minlength=self.num_texts)
        means_N: NDArray[np.float64] = np.bincount(self.text_D, values_D, self.num_texts) / np.maximum(counts_N, 1)
        return means_N


def pieces_of(texts: pa.Array, *, most: int = _PIECES) -> Pieces:
    """Texts cut to pieces of equal length, at most `PIECE_BYTES`, at characters.

    Args:
        texts: strings.
        most: pieces of one text, evenly spread; the rest of a longer text is not looked at.
    """
    bytes_U, offsets_N1 = utf8(texts)
    sizes_N = np.diff(offsets_N1)
    whole_N = -(-sizes_N // PIECE_BYTES)
    number_N = np.minimum(whole_N, most)
    text_D = np.repeat(np.arange(len(sizes_N)), number_N)
    rank_D = np.arange(len(text_D)) - np.repeat(np.cumsum(number_N) - number_N, number_N)
    base_D = offsets_N1[text_D]
    starts_D = base_D + rank_D * sizes_N[text_D] // number_N[text_D]
    ends_D = np.minimum(base_D + (rank_D + 1) * sizes_N[text_D] // number_N[text_D], starts_D + PIECE_BYTES)
    edges = _at_characters(bytes_U, np.stack([starts_D, ends_D]))
    return Pieces(bytes_U, edges[0], edges[1], text_D, len(sizes_N))


def scores_of(texts: pa.Array, page_scores: Callable[[Pieces], NDArray[np.float64]], *, nothing: float) -> Float32:
    """The mean score of the pages of each text, some texts at a time.

    Args:
        texts: strings.
        page_scores: of pieces.
        nothing: the score of a text without any.
    """
    scores_N = np.full(len(texts), nothing, np.float32)
    ends_N = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False))
    first = 0
    while first < len(texts):
        last = int(np.searchsorted(ends_N, (ends_N[first - 1] if first else 0) + _BATCH_BYTES, side="right"))
        last = max(last, first + 1)
        pieces = pieces_of(texts.slice(first, last - first))
        means = pieces.mean(page_scores(pieces))
        some = np.bincount(pieces.text_D, minlength=pieces.num_texts) > 0
        scores_N[first:last][some] = means[some]
        first = last
    return scores_N


def _at_characters(bytes_U: UInt8, places: Int64) -> Int64:
    """Places moved on to the next start of a character."""
    for _ in range(3):
        inside = (places < len(bytes_U)) & (bytes_U[np.minimum(places, len(bytes_U) - 1)] & 0xC0 == 0x80)
        places = places + inside
    return places


def survey(part: Path, out: Path, *, rule: ExampleRules, seed: int) -> None:
    """Write a part's share of the sample: texts of the least keys, cut to their first page.

    Args:
        part: an Arrow file of documents.
        out: the file to write.
        rule: how large the sample is.
        seed: of the choice.
    """
    texts = [text for text in read_part(part, columns=["text"]).column("text").to_pylist() if text]
    chosen = nsmallest(rule.sample, {(_key(text, seed), _head(text)) for text in texts})
    save(out, {"keys": np.array([key for key, _ in chosen], np.uint64), "texts": _packed([text for _, text in chosen])})


def sample_of(surveys: Sequence[Path], *, rule: ExampleRules, without: Sequence[str], seed: int) -> list[str]:
    """The sample of a whole corpus: the texts of the least keys, whatever parts they come from.

    Args:
        surveys: what `survey` wrote of each part.
        rule: how large the sample is.
        without: examples, which are no part of it.
        seed: of the choice.
    """
    found: list[tuple[int, str]] = []
    known = {_key(text, seed) for text in without}
    for path in surveys:
        with np.load(path) as own:
            keys, texts = own["keys"].tolist(), _unpacked(own["texts"])
        fresh = [(key, text) for key, text in zip(keys, texts, strict=True) if key not in known]
        found = nsmallest(rule.sample, {*found, *fresh})
    return [text for _, text in found]


def _key(text: str, seed: int) -> int:
    data = text.encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8, key=seed.to_bytes(8, "little")).digest(), "little")


def _head(text: str) -> str:
    return text[:PIECE_BYTES]


def _packed(texts: Sequence[str]) -> UInt8:
    return np.frombuffer("\0".join(text.replace("\0", " ") for text in texts).encode("utf-8", "replace"), np.uint8)


def _unpacked(data: UInt8) -> list[str]:
    return data.tobytes().decode().split("\0") if len(data) else []


def read_examples(patterns: Sequence[str], root: Path) -> list[str]:
    """The texts of the files of examples, in any format that collect reads.

    Args:
        patterns: globs.
        root: where relative ones start.

    Raises:
        LeafoutError: when a file cannot be read, or there is hardly any text.
    """
    from leafout.corpus.documents import Document
    from leafout.corpus.readers.formats import detect_format, reader
    from leafout.corpus.readers.record import ReadOptions
    from leafout.corpus.sources import find_sources

    texts: list[str] = []
    for name, path in find_sources(patterns, root).items():
        options = ReadOptions(name=name)
        records = reader(detect_format(path, options))(path, options)
        texts += [record.text for record in records if isinstance(record, Document) and record.text.strip()]
    texts = sorted(set(texts))
    if sum(map(len, texts)) < 1000:
        raise LeafoutError(
            f"the examples hold {sum(map(len, texts))} characters, at least 1000 are needed to learn from",
            where=", ".join(patterns),
            hint="a few pages of good text are enough to begin with",
        )
    return texts


@dataclass(frozen=True, slots=True)
class Examples:
    """Pieces of examples and of the sample, each in one of five folds.

    Attributes:
        good: pieces of examples, and `good_fold_D` the fold of each.
        other: pieces of the sample, and `other_fold_D`.
    """

    good: Pieces
    good_fold_D: Int64
    other: Pieces
    other_fold_D: Int64

    def learned(self, fold: int | None) -> tuple[Pieces, Pieces]:
        """What is learned from when a fold is kept back (all of it for None)."""
        if fold is None:
            return self.good, self.other
        return self.good.chosen(self.good_fold_D != fold), self.other.chosen(self.other_fold_D != fold)

    def kept_back(self, fold: int) -> tuple[Pieces, Pieces]:
        """The pieces of a fold."""
        return self.good.chosen(self.good_fold_D == fold), self.other.chosen(self.other_fold_D == fold)


def gather(good: Sequence[str], other: Sequence[str]) -> Examples:
    """Cut examples and sample to pieces and deal them to folds: whole texts, or pieces where examples are few.

    Args:
        good: texts of examples.
        other: texts of the sample.

    Raises:
        LeafoutError: when there is too little of either.
    """
    good_pieces = pieces_of(pa.array(good, pa.large_string()), most=1 << 30)
    if len(good_pieces.starts_D) > _MAX_EXAMPLE_PIECES:
        which = np.zeros(len(good_pieces.starts_D), bool)
        which[np.linspace(0, len(which) - 1, _MAX_EXAMPLE_PIECES).astype(np.int64)] = True
        good_pieces = good_pieces.chosen(which)
    other_pieces = pieces_of(pa.array(other, pa.large_string()), most=1)
    for name, count in (("examples", len(good_pieces.starts_D)), ("documents", len(other_pieces.starts_D))):
        if count < _FOLDS:
            raise LeafoutError(
                f"there are {count} pages of {name}, at least {_FOLDS} are needed", hint="give more text"
            )
    pages = np.arange(len(good_pieces.starts_D))
    good_fold_D = (pages if len(good) < 2 * _FOLDS else good_pieces.text_D) % _FOLDS
    return Examples(good_pieces, good_fold_D, other_pieces, np.arange(len(other_pieces.starts_D)) % _FOLDS)


def measure(
    rule: ExampleRules, examples: Examples, score: Callable[[int], tuple[NDArray[np.float64], NDArray[np.float64]]]
) -> dict[str, float]:
    """What a filter makes of pages that it has not learned from: how well it parts them, and where the bound lies.

    Each fold is kept back in turn where examples are few, one alone where they are many.

    Args:
        rule: the bound that is wanted.
        examples: and the sample.
        score: learns without a fold and gives the scores of its examples and of its sample.
    """
    folds = range(_FOLDS) if len(examples.good.starts_D) < _FEW_PAGES else range(1)
    scored = [score(fold) for fold in folds]
    good_E, other_S = (np.concatenate([pair[side] for pair in scored]).astype(np.float32) for side in (0, 1))
    return {
        "example_pages": float(len(examples.good.starts_D)),
        "sample_pages": float(len(examples.other.starts_D)),
    } | figures(rule, good_E, other_S)


def auc(good_E: NDArray[np.floating], other_S: NDArray[np.floating]) -> float:
    """The chance that an example scores above a document of the corpus; ties count half.

    The Mann-Whitney statistic (Hanley and McNeil 1982, section IV).
    """
    sorted_S = np.sort(other_S)
    below = np.searchsorted(sorted_S, good_E, side="left") + np.searchsorted(sorted_S, good_E, side="right")
    return float(below.mean() / 2 / max(len(other_S), 1))


def figures(rule: ExampleRules, good_E: Float32, other_S: Float32) -> dict[str, float]:
    """What scores of pages kept back say.

    Args:
        rule: the bound that is wanted.
        good_E: scores of examples kept back.
        other_S: scores of the sample kept back.
    """
    least = rule.least_score
    if least is None:
        least = float(np.sort(good_E)[int(np.floor((1 - rule.keep_examples) * len(good_E)))])
    return {
        "held_out_examples": float(len(good_E)),
        "held_out_sample": float(len(other_S)),
        "held_out_auc": round(auc(good_E, other_S), 4),
        "least_score": least,
        "kept_of_examples": round(float((good_E >= np.float32(least)).mean()), 4),
        "kept_of_sample": round(float((other_S >= np.float32(least)).mean()), 4),
        "median_of_examples": float(np.median(good_E)),
        "median_of_sample": float(np.median(other_S)),
    }


def least_of(scores: Sequence[Path], fraction: float) -> float:
    """The score that the wanted fraction of all documents reaches.

    Args:
        scores: an array file of each part (4 bytes of memory a document).
        fraction: of documents to keep; those equal to the last one kept stay too.
    """
    all_N = np.sort(np.concatenate([np.zeros(0, np.float32), *(np.load(path) for path in scores)]))
    return float(all_N[len(all_N) - max(1, int(np.ceil(fraction * len(all_N))))]) if len(all_N) else 0.0
