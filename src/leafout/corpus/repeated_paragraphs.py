"""Paragraphs that stood in the corpus before are taken out; the first one stays.

Follows CCNet (Wenzek et al. 2020, "CCNet: Extracting High Quality Monolingual Datasets from Web Crawl Data", section
3.1): 64-bit hashes of normalised paragraphs, over the whole corpus. A document costs 8 bytes of memory while they are
compared, a paragraph 16 bytes of scratch disk.

Legend: N documents, L paragraphs, G paragraphs of shared keys, K keys.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.dealt import Dealt, borders_of, save
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.pieces import keys, split
from leafout.corpus.key_groups import KeyGroups
from leafout.corpus.parts import read_part
from leafout.corpus.repeat_rules import RepeatedParagraphs
from leafout.corpus.repeated_lines import without_pieces
from leafout.corpus.repetition import Edits, editable_texts


def survey(part: Path, out: Path, *, rule: RepeatedParagraphs) -> None:
    """Write the keys of a part's paragraphs.

    Args:
        part: an Arrow file of documents (`parts.write_table`).
        out: the file to write.
        rule: which paragraphs count.
    """
    bytes_U, offsets_N1 = utf8(editable_texts(read_part(part)))
    pieces = split(bytes_U, offsets_N1, blank_lines=rule.between == "blank_line")
    keys_L, lengths_L, _ = keys(bytes_U, pieces, rule.fold())
    chosen = np.flatnonzero(lengths_L >= rule.min_chars)
    own = {"keys": keys_L[chosen], "paragraphs": chosen, "paragraphs_of": np.diff(pieces.first_N1)}
    save(out, own)


def decide(parts: Sequence[Path], surveys: Sequence[Path], folder: Path, *, rule: RepeatedParagraphs) -> None:
    """Find the paragraphs that stood before and write for each part which of its own go.

    Args:
        parts: all of the corpus, in order.
        surveys: what `survey` wrote of each.
        folder: receives a file for each part (see `dealt.decision`), and scratch meanwhile.
        rule: whether repeats inside a document count.
    """
    assert len(parts) == len(surveys)
    groups = KeyGroups(folder / "paragraph-keys")
    paragraphs_of, totals = list[NDArray[np.int64]](), list[int]()
    for path in surveys:
        with np.load(path) as own:
            groups.add(own["keys"], own["paragraphs"] + sum(totals))
            paragraphs_of.append(own["paragraphs_of"])
            totals.append(int(own["paragraphs_of"].sum()))
    first_N1 = borders_of(np.concatenate([np.zeros(0, np.int64), *paragraphs_of]))
    dealt = Dealt(folder, borders_of(totals))
    for found_G, starts_K in groups.groups():
        sizes_K = np.diff(np.append(starts_K, len(found_G)))
        leader_G = np.repeat(found_G[starts_K], sizes_K)
        gone_G = found_G != leader_G
        if not rule.inside:
            document_G, of_leader_G = (
                np.searchsorted(first_N1, side_G, side="right") for side_G in (found_G, leader_G)
            )
            gone_G &= document_G != of_leader_G
        dealt.add(found_G[gone_G])
    groups.remove()
    dealt.finish()


def apply(table: pa.Table, decision: Path, *, rule: RepeatedParagraphs) -> tuple[pa.Table, Edits]:
    """A part's documents without the paragraphs that were decided to go.

    Args:
        table: of the part as `survey` saw it.
        decision: of that part.
        rule: what parts paragraphs.
    """
    return without_pieces(table, np.load(decision)[:, 0], blank_lines=rule.between == "blank_line")
