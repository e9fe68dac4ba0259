"""Contamination: how much of a few held-out rows stands, word for word, inside many training documents.

After Brown et al. 2020, "Language Models are Few-Shot Learners", appendix C: runs of 13 words that a test row shares
with a training document, case and punctuation left out. Here also for Chinese, by characters; and a test row that is
shorter than such a run is looked for as a whole. So a short row is found inside a long document, which no similarity of
whole texts can show.

The index is made of the held-out rows; training documents stream past it (`kernels.ngrams`). An n-gram costs 25 bytes
of memory, and 60 while the index is sorted. When there are more than `MAX_NGRAMS`, they are thinned by their hash to a
half, a quarter ..., and each row keeps one at least. What is found goes to disk, 12 bytes for each document and n-gram.

Legend: R held-out rows, E distinct n-grams, X pairs of n-gram and row, F findings (document, n-gram), W words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.letters import mixed
from leafout.corpus.kernels.ngrams import Entries, bit_table, search, windows, words

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]

MAX_NGRAMS = 2 << 20
"""N-grams of an index, at most, but for one a row."""

FINDING = np.dtype([("document", np.int64), ("entry", np.int32)])

_WHOLE_NGRAMS, _WHOLE_FRACTION = 4, 0.5
_CHUNK_FINDINGS = 1 << 18
_MOST_THINNED = 1 << 16


@dataclass(frozen=True, slots=True)
class NgramIndex:
    """The n-grams of held-out rows.

    Attributes:
        entries: what is searched for.
        first_E1: the rows of n-gram e are `rows_X[first_E1[e] : first_E1[e + 1]]`.
        rows_X: see there.
        totals_R: n-grams of each row; 0 where it is too short to be looked for.
        thinned: of how many n-grams the index holds one.
    """

    entries: Entries
    first_E1: Int64
    rows_X: Int32
    totals_R: Int64
    thinned: int

    def save(self, folder: Path) -> None:
        """Write it for `load`."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {**self.entries._asdict(), "first_E1": self.first_E1, "rows_X": self.rows_X, "totals_R": self.totals_R}
        for name, values in (arrays | {"thinned": self.thinned}).items():
            np.save(folder / f"{name}.npy", values)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map a saved index into memory: the processes of a machine share it."""
        saved: dict[str, Any] = {path.stem: _mapped(path) for path in folder.glob("*.npy")}
        saved["tail_words"] = int(saved["tail_words"])
        entries = Entries(**{name: saved[name] for name in Entries._fields})
        return cls(entries, saved["first_E1"], saved["rows_X"], saved["totals_R"], int(saved["thinned"]))


def _mapped(path: Path) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, mmap_mode="r"))
    except ValueError:  # an empty array cannot be mapped
        return np.asarray(np.load(path))


class IndexMaker:
    """Takes held-out rows in order and makes their index.

    Args:
        rule: lengths of n-grams.
        max_ngrams: when there are more, they are thinned.
    """

    def __init__(self, rule: Contamination, *, max_ngrams: int = MAX_NGRAMS) -> None:
        self._rule, self._max = rule, max_ngrams
        self._parts: list[tuple[UInt64, UInt64, NDArray[np.uint8], Int32, Bool]] = []
        self._count, self._rows = 0, 0
        self._thinned = 1

    def add(self, *columns: pa.Array | pa.ChunkedArray) -> None:
        """Take rows: a column of texts, and one of second texts where there are pairs."""
        for texts in columns:
            part = self._ngrams(*utf8(texts))
            self._parts.append(part)
            self._count += len(part[0])
        self._rows += len(columns[0])
        while self._count > self._max and self._thinned < _MOST_THINNED:
            self._thinned *= 2
            self._parts = [self._kept(part) for part in self._parts]
            self._count = sum(len(part[0]) for part in self._parts)

    def index(self) -> NgramIndex:
        """The index of all rows so far."""
        empty = [(np.zeros(0, np.uint64),) * 2 + (np.zeros(0, np.uint8), np.zeros(0, np.int32), np.zeros(0, bool))]
        parts, self._parts = empty + self._parts, []
        hashes_X, tails_X, lengths_X, rows_X = (np.concatenate([part[n] for part in parts]) for n in range(4))
        del parts
        order_X = np.lexsort((rows_X, hashes_X, lengths_X, tails_X))
        hashes_X, tails_X = hashes_X[order_X], tails_X[order_X]
        lengths_X, rows_X = lengths_X[order_X], rows_X[order_X]
        del order_X
        is_new = np.ones(len(hashes_X), bool)
        is_new[1:] = (hashes_X[1:] != hashes_X[:-1]) | (lengths_X[1:] != lengths_X[:-1])
        is_pair = is_new.copy()
        is_pair[1:] |= rows_X[1:] != rows_X[:-1]
        first_E = np.flatnonzero(is_new)
        first_E1 = np.append(np.cumsum(is_pair)[first_E] - 1, is_pair.sum()).astype(np.int64)
        tails_T, first_T = np.unique(tails_X[first_E], return_index=True)
        entries = Entries(
            bit_table(tails_T),
            tails_T,
            np.append(first_T, len(first_E)).astype(np.int64),
            lengths_X[first_E].astype(np.int64),
            hashes_X[first_E],
            self._rule.tail_words(),
        )
        pairs_X = rows_X[is_pair]
        return NgramIndex(entries, first_E1, pairs_X, np.bincount(pairs_X, minlength=self._rows), self._thinned)

    def _ngrams(
        self, bytes_U: NDArray[np.uint8], offsets_N1: Int64
    ) -> tuple[UInt64, UInt64, NDArray[np.uint8], Int32, Bool]:
        rule, tail = self._rule, self._rule.tail_words()
        found = words(bytes_U, offsets_N1)
        counts_N, first_N = np.diff(found.first_N1), found.first_N1[:-1]
        by_chars_N = 2 * found.alone_N >= counts_N
        long_N = np.where(by_chars_N, rule.characters, rule.words)
        least_N = np.where(by_chars_N, min(rule.short_characters, rule.characters), min(rule.short_words, rule.words))
        length_N = np.where(counts_N >= long_N, long_N, np.where(counts_N >= least_N, counts_N, 0))
        tails_W = windows(found.hashes_W, tail)
        parts = []
        for length in np.unique(length_N[length_N > 0]).tolist():
            rows = np.flatnonzero(length_N == length)
            spans = counts_N[rows] - length + 1
            of_row = np.repeat(rows, spans)
            first = np.concatenate([np.zeros(1, np.int64), np.cumsum(spans)[:-1]])
            start = np.arange(len(of_row)) - np.repeat(first - first_N[rows], spans)
            hashes = _at(found.hashes_W, start, length)
            least = np.minimum.reduceat(mixed(hashes), first)
            anchor = mixed(hashes) == np.repeat(least, spans)
            of = (of_row + self._rows).astype(np.int32)
            lengths = np.full(len(start), length, np.uint8)
            parts.append(self._kept((hashes, tails_W[start + length - tail], lengths, of, anchor)))
        empty = (np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.uint8), np.zeros(0, np.int32))
        hashes_X, tails_X, lengths_X, rows_X, anchors_X = (
            np.concatenate(c) for c in zip((*empty, np.zeros(0, bool)), *parts, strict=True)
        )
        return hashes_X, tails_X, lengths_X, rows_X, anchors_X

    def _kept(
        self, part: tuple[UInt64, UInt64, NDArray[np.uint8], Int32, Bool]
    ) -> tuple[UInt64, UInt64, NDArray[np.uint8], Int32, Bool]:
        if self._thinned == 1:
            return part
        stays = part[4] | ((mixed(part[0]) >> np.uint64(20)) % np.uint64(self._thinned) == 0)
        return part[0][stays], part[1][stays], part[2][stays], part[3][stays], part[4][stays]


def _at(hashes_W: UInt64, start: Int64, length: int) -> UInt64:
    """The hash of the run of so many words from each start on."""
    if len(start) * 4 > len(hashes_W):
        return windows(hashes_W, length)[start]
    total = np.zeros(len(start), np.uint64)
    base = windows(np.array([1, 0], np.uint64), 2)[0]
    for place in range(length):
        total = total * base + hashes_W[start + place]
    return total


def findings(index: NgramIndex, *columns: pa.Array | pa.ChunkedArray, first_row: int) -> NDArray[np.void]:
    """Which n-grams stand in which documents, each once, by rising document.

    Args:
        index: of the held-out rows.
        columns: texts, and second texts where there are pairs.
        first_row: the number of the first document.
    """
    keys = [np.zeros(0, np.uint64)]
    for texts in columns:
        bytes_U, offsets_N1 = utf8(texts)
        hits = search(bytes_U, offsets_N1, index.entries)
        keys.append(np.unique(hits.texts_H.astype(np.uint64) << np.uint64(32) | hits.entries_H.astype(np.uint64)))
    both = np.unique(np.concatenate(keys))
    found_F = np.empty(len(both), FINDING)
    found_F["document"] = (both >> np.uint64(32)).astype(np.int64) + first_row
    found_F["entry"] = (both & np.uint64(0xFFFFFFFF)).astype(np.int32)
    return found_F


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was found of the held-out rows.

    Attributes:
        documents: the numbers of contaminated documents, rising.
        found_R: n-grams of each row that stand in some document and are not common.
        common_R: n-grams of each row that are common.
        best_R: n-grams of each row in the document that holds most of them, the first of equals.
        best_document_R: that document; -1 where there is none.
        common_E: whether an n-gram is common.
    """

    documents: Int64
    found_R: Int64
    common_R: Int64
    best_R: Int64
    best_document_R: Int64
    common_E: Bool


class Findings:
    """Collects findings on disk, in the order of documents, and judges them.

    Args:
        path: of the file; replaced.
        index: that of the findings.
    """

    def __init__(self, path: Path, index: NgramIndex) -> None:
        self._path, self._index = path, index
        self._documents_E = np.zeros(len(index.entries.hashes_E), np.int64)
        path.unlink(missing_ok=True)

    def add(self, found_F: NDArray[np.void]) -> None:
        """Take findings of further documents."""
        self._documents_E += np.bincount(found_F["entry"], minlength=len(self._documents_E))
        with self._path.open("ab") as file:
            found_F.tofile(file)

    def overlap(self, rule: Contamination) -> Overlap:
        """What the findings say; memory: a bounded piece of them at a time."""
        index, rows = self._index, len(self._index.totals_R)
        common_E = self._documents_E > rule.common if rule.common else np.zeros(len(self._documents_E), bool)
        best_R, best_document_R = np.zeros(rows, np.int64), np.full(rows, -1, np.int64)
        documents = [np.zeros(0, np.int64)]
        for found_F in self._chunks():
            pair_P, counts_P, rare_P = _pairs(index, found_F, common_E)
            document_P, row_P = (pair_P >> np.uint64(32)).astype(np.int64), (pair_P & _LOW).astype(np.int64)
            document_P += int(found_F["document"][0])
            totals_P = index.totals_R[row_P]
            counts_as = (rare_P > 0) & (rare_P >= rule.fraction * totals_P)
            counts_as |= (totals_P >= _WHOLE_NGRAMS) & (counts_P >= max(rule.fraction, _WHOLE_FRACTION) * totals_P)
            documents.append(np.unique(document_P[counts_as]))
            order = np.lexsort((document_P, -counts_P, row_P))
            is_first = np.append(True, np.diff(row_P[order]) != 0)[: len(order)]
            top = order[is_first]
            better = top[counts_P[top] > best_R[row_P[top]]]
            best_R[row_P[better]], best_document_R[row_P[better]] = counts_P[better], document_P[better]
        sizes_E = np.diff(index.first_E1)
        found_X = np.repeat((self._documents_E > 0) & ~common_E, sizes_E)
        common_X = np.repeat(common_E, sizes_E)
        found_R = np.bincount(index.rows_X[found_X], minlength=rows)
        common_R = np.bincount(index.rows_X[common_X], minlength=rows)
        return Overlap(np.concatenate(documents), found_R, common_R, best_R, best_document_R, common_E)

    def _chunks(self) -> Iterator[NDArray[np.void]]:
        """Findings of whole documents, about so many at once, and of not too many pairs with rows."""
        if not self._path.exists():
            return
        sizes_E = np.diff(self._index.first_E1)
        left_F = np.zeros(0, FINDING)
        with self._path.open("rb") as file:
            while len(new_F := np.fromfile(file, FINDING, _CHUNK_FINDINGS)):
                left_F = np.concatenate([left_F, new_F])
                is_first = np.append(True, np.diff(left_F["document"]) != 0)
                starts = np.flatnonzero(is_first)
                pairs = np.cumsum(sizes_E[left_F["entry"]])
                begin = 0
                for start in starts[1:].tolist():
                    if pairs[start - 1] - (pairs[begin - 1] if begin else 0) > _CHUNK_FINDINGS:
                        yield left_F[begin:start]
                        begin = start
                if starts[-1] > begin:
                    yield left_F[begin : starts[-1]]
                left_F = left_F[starts[-1] :]
        if len(left_F):
            yield left_F


_LOW = np.uint64(0xFFFFFFFF)


def _pairs(index: NgramIndex, found_F: NDArray[np.void], common_E: Bool) -> tuple[UInt64, Int64, Int64]:
    """Pairs of document (counted from the first) and row, the n-grams they share, and how many are not common."""
    entry_F = found_F["entry"]
    sizes_F = (index.first_E1[1:] - index.first_E1[:-1])[entry_F]
    ends_F = np.cumsum(sizes_F)
    place = np.arange(int(ends_F[-1])) + np.repeat(index.first_E1[entry_F] - (ends_F - sizes_F), sizes_F)
    document = np.repeat((found_F["document"] - found_F["document"][0]).astype(np.uint64), sizes_F)
    keys = document << np.uint64(32) | index.rows_X[place].astype(np.uint64)
    pair_P, inverse, counts_P = np.unique(keys, return_inverse=True, return_counts=True)
    rare_P = np.bincount(inverse, np.repeat(~common_E[entry_F], sizes_F), len(pair_P)).astype(np.int64)
    return pair_P, counts_P.astype(np.int64), rare_P
