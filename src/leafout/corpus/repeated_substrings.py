"""Long stretches of text that stood in the corpus before are cut out; the first one stays.

The aim is that of Lee et al. 2022, "Deduplicating Training Data Makes Language Models Better" (ExactSubstr, section
4.1), without a suffix array: winnowed fingerprints find the places that can repeat, and stretches around equal
fingerprints are compared byte for byte (`kernels/winnow.py`, `kernels/repeats.py`). Every repeat of at least
`min_chars` is found, and nothing else is cut.

A document costs 8 bytes of memory while places are compared, a byte of text about a quarter of a byte of scratch disk.

Legend: N documents, F fingerprints, G places of shared fingerprints, M places of a block, K groups, P parts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.durable import reserve
from leafout.corpus.dealt import Dealt, borders_of, save
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.repeats import Contexts, reach, repeats
from leafout.corpus.kernels.winnow import fingerprints
from leafout.corpus.key_groups import KeyGroups
from leafout.corpus.parts import read_part
from leafout.corpus.repeat_rules import RepeatedSubstrings
from leafout.corpus.repetition import EXAMPLE_CHARS, Edits, editable_texts, with_texts
from leafout.text.cut_borders import whole_sentences, whole_words

Int64 = NDArray[np.int64]

_BLOCK_PLACES = 1 << 16
"""Places whose surroundings are held at once: some 25 MB for the default length."""


def survey(part: Path, out: Path, *, rule: RepeatedSubstrings) -> None:
    """Write the fingerprints of a part's texts.

    Args:
        part: an Arrow file of documents (`parts.write_table`).
        out: the file to write.
        rule: how long a repeat is.
    """
    bytes_U, offsets_N1 = utf8(editable_texts(read_part(part)))
    window = rule.min_chars - rule.ngram() + 1
    keys_F, places_F = fingerprints(bytes_U, offsets_N1, ngram=rule.ngram(), window=window)
    own = {"keys": keys_F, "places": places_F, "sizes": np.diff(offsets_N1)}
    save(out, own)


def decide(parts: Sequence[Path], surveys: Sequence[Path], folder: Path, *, rule: RepeatedSubstrings) -> None:
    """Find the stretches that stood before and write for each part where its own are.

    Args:
        parts: all of the corpus, in order.
        surveys: what `survey` wrote of each.
        folder: receives a file for each part (see `dealt.decision`), and scratch meanwhile.
        rule: how long a repeat is.
    """
    groups = KeyGroups(folder / "substring-keys")
    sizes, totals = list[Int64](), list[int]()
    for path in surveys:
        with np.load(path) as own:
            groups.add(own["keys"], own["places"] + sum(totals))
            sizes.append(own["sizes"])
            totals.append(int(own["sizes"].sum()))
    corpus = _Corpus(parts, borders_of(totals), borders_of(np.concatenate([np.zeros(0, np.int64), *sizes])))
    dealt = Dealt(folder, corpus.borders_P1, width=2)
    for places_G, starts_K in groups.groups():
        for places_M, groups_K1 in _blocks(places_G, starts_K):
            contexts = corpus.contexts(places_M, rule, folder / "contexts.bin")
            found_M2 = repeats(contexts, groups_K1, ngram=rule.ngram(), units=rule.min_chars)
            dealt.add(found_M2[found_M2[:, 0] >= 0])
    groups.remove()
    (folder / "contexts.bin").unlink(missing_ok=True)
    dealt.finish()


def apply(table: pa.Table, decision: Path, *, rule: RepeatedSubstrings) -> tuple[pa.Table, Edits]:
    """A part's documents without the stretches that were decided to go.

    Args:
        table: of the part as `survey` saw it.
        decision: of that part.
        rule: at what borders a cut may stand.
    """
    texts = editable_texts(table)
    bytes_U, offsets_N1 = utf8(texts)
    cuts_M2 = np.load(decision)
    rows_M = np.searchsorted(offsets_N1, cuts_M2[:, 0], side="right") - 1
    changed_N, new = np.zeros(table.num_rows, bool), {}
    pieces, examples = 0, Counter[str]()
    for first, last in pairwise(np.flatnonzero(np.diff(rows_M, prepend=-1, append=-1)).tolist()):
        row = int(rows_M[first])
        start = int(offsets_N1[row])
        text, gone = _cut(bytes_U[start : int(offsets_N1[row + 1])].tobytes(), cuts_M2[first:last] - start, rule)
        if gone:
            changed_N[row], new[row] = True, text
            pieces += len(gone)
            examples.update(stretch[:EXAMPLE_CHARS] for stretch in gone)
    rows = pa.array(changed_N)
    fresh = pa.array([new[row] for row in sorted(new)], texts.type)
    replaced = pa.compute.replace_with_mask(texts, rows, fresh)
    done, edits = with_texts(table, replaced, changed_N)
    edits.pieces, edits.examples = pieces, examples
    return done, edits


class _Corpus:
    """All parts as one sequence of bytes."""

    def __init__(self, parts: Sequence[Path], borders_P1: Int64, texts_N1: Int64) -> None:
        self.borders_P1 = borders_P1
        self._parts, self._texts_N1 = parts, texts_N1

    def contexts(self, places_M: Int64, rule: RepeatedSubstrings, scratch: Path) -> Contexts:
        """The surroundings of places; in a scratch file where they are many."""
        text_M = np.searchsorted(self._texts_N1, places_M, side="right") - 1
        limits_M2 = np.empty((len(places_M), 2), np.int64)
        limit = partial(reach, ngram=rule.ngram(), units=rule.min_chars)
        for base, bytes_U, chosen in self._by_part(places_M):
            text = text_M[chosen]
            starts, ends = self._texts_N1[text] - base, self._texts_N1[text + 1] - base
            limits_M2[chosen] = limit(bytes_U, places_M[chosen] - base, starts, ends) + base
        starts_M1 = borders_of(limits_M2[:, 1] - limits_M2[:, 0])
        size = max(int(starts_M1[-1]), 1)
        large = len(places_M) > 2 * _BLOCK_PLACES
        if large:
            reserve(scratch, size)
        bytes_B = np.memmap(scratch, np.uint8, "r+", shape=(size,)) if large else np.empty(size, np.uint8)
        for base, bytes_U, chosen in self._by_part(places_M):
            for member, (first, last) in zip(chosen.tolist(), (limits_M2[chosen] - base).tolist(), strict=True):
                bytes_B[starts_M1[member] : starts_M1[member + 1]] = bytes_U[first:last]
        return Contexts(bytes_B, starts_M1, limits_M2[:, 0].copy(), places_M, text_M)

    def _by_part(self, places_M: Int64) -> Iterator[tuple[int, NDArray[np.uint8], Int64]]:
        part_M = np.searchsorted(self.borders_P1, places_M, side="right") - 1
        order_M = np.argsort(part_M, kind="stable")
        borders = np.searchsorted(part_M[order_M], np.arange(len(self._parts) + 1))
        for number, path in enumerate(self._parts):
            if borders[number + 1] > borders[number]:
                bytes_U, _ = utf8(editable_texts(read_part(path)))
                yield int(self.borders_P1[number]), bytes_U, order_M[borders[number] : borders[number + 1]]


def _blocks(places_G: Int64, starts_K: Int64) -> Iterator[tuple[Int64, Int64]]:
    """Whole groups, so many at once that their places are not many more than a block's."""
    borders_K1 = np.append(starts_K, len(places_G))
    first = 0
    while first < len(starts_K):
        last = int(np.searchsorted(borders_K1, borders_K1[first] + _BLOCK_PLACES, side="right")) - 1
        last = max(last, first + 1)
        yield places_G[borders_K1[first] : borders_K1[last]], borders_K1[first : last + 1] - borders_K1[first]
        first = last


def _cut(data: bytes, cuts_M2: Int64, rule: RepeatedSubstrings) -> tuple[str, list[str]]:
    """A text without some stretches, and the stretches that went."""
    merged: list[list[int]] = []
    for start, end in cuts_M2.tolist():
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    text = data.decode()
    narrow = {"word": whole_words, "sentence": whole_sentences}.get(rule.cut_at)
    kept, gone, done, place, byte = [], [], 0, 0, 0
    for start, end in merged:
        first = place + len(data[byte:start].decode())
        last = first + len(data[start:end].decode())
        byte, place = end, last
        if narrow is not None:
            first, last = narrow(text, first, last)
        first = max(first, done)
        if last > first:
            kept.append(text[done:first])
            gone.append(text[first:last])
            done = last
    return "".join([*kept, text[done:]]), gone
