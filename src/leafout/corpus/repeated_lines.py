"""Boilerplate: lines that stand in many documents of a site ("Share on Twitter", "责任编辑：...") are taken out.

A document costs 16 bytes of memory while lines are compared, a line 16 bytes of scratch disk.

Legend: N documents, L lines, G lines of shared keys, K keys.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafout.corpus.dealt import Dealt, borders_of, save
from leafout.corpus.hosts import hosts
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.letters import mixed
from leafout.corpus.kernels.pieces import Pieces, keys, split, without
from leafout.corpus.key_groups import KeyGroups
from leafout.corpus.parts import read_part
from leafout.corpus.repeat_rules import RepeatedLines
from leafout.corpus.repetition import EXAMPLE_CHARS, Edits, editable_texts, with_texts

Int64 = NDArray[np.int64]


def survey(part: Path, out: Path, *, rule: RepeatedLines) -> None:
    """Write the keys of a part's lines, with the site of each document.

    Args:
        part: an Arrow file of documents (`parts.write_table`).
        out: the file to write.
        rule: which lines count.
    """
    table = read_part(part)
    bytes_U, offsets_N1 = utf8(editable_texts(table))
    pieces = split(bytes_U, offsets_N1)
    keys_L, _, letters_L = keys(bytes_U, pieces, rule.fold())
    counts_L = (letters_L >= rule.min_letters) & _at_edges(pieces, rule.edge_lines)
    sites_N = _sites(table, rule.site)
    lines_of_N = np.diff(pieces.first_N1)
    site_L = np.repeat(sites_N, lines_of_N)
    chosen = np.flatnonzero(counts_L)
    own = {"keys": mixed(keys_L[chosen] ^ site_L[chosen]), "lines": chosen, "lines_of": lines_of_N, "sites": sites_N}
    save(out, own)


def decide(parts: Sequence[Path], surveys: Sequence[Path], folder: Path, *, rule: RepeatedLines) -> None:
    """Find the boilerplate of every site and write for each part which of its lines go.

    Args:
        parts: all of the corpus, in order.
        surveys: what `survey` wrote of each.
        folder: receives a file for each part (see `dealt.decision`), and scratch meanwhile.
        rule: how often is often.
    """
    assert len(parts) == len(surveys)
    groups = KeyGroups(folder / "line-keys")
    sites, lines_of = list[NDArray[np.uint64]](), list[Int64]()
    totals = list[int]()
    for path in surveys:
        with np.load(path) as own:
            groups.add(own["keys"], own["lines"] + sum(totals))
            sites.append(own["sites"])
            lines_of.append(own["lines_of"])
            totals.append(int(own["lines_of"].sum()))
    site_N = np.concatenate([np.zeros(0, np.uint64), *sites])
    first_N1 = borders_of(np.concatenate([np.zeros(0, np.int64), *lines_of]))
    names_S, size_S = np.unique(site_N, return_counts=True)
    dealt = Dealt(folder, borders_of(totals))
    for lines_G, starts_K in groups.groups():
        document_G = np.searchsorted(first_N1, lines_G, side="right") - 1
        new_G = np.ones(len(lines_G), bool)
        new_G[1:] = document_G[1:] != document_G[:-1]
        new_G[starts_K] = True
        documents_K = np.add.reduceat(new_G, starts_K, dtype=np.int64)
        of_K = size_S[np.searchsorted(names_S, site_N[document_G[starts_K]])]
        gone_K = (documents_K >= rule.min_documents) & (documents_K >= rule.min_fraction * of_K - 1e-9)
        sizes_K = np.diff(np.append(starts_K, len(lines_G)))
        dealt.add(lines_G[np.repeat(gone_K, sizes_K)])
    groups.remove()
    dealt.finish()


def apply(table: pa.Table, decision: Path, *, rule: RepeatedLines) -> tuple[pa.Table, Edits]:  # noqa: ARG001 as the others
    """A part's documents without the lines that were decided to go.

    Args:
        table: of the part as `survey` saw it.
        decision: of that part.
        rule: nothing of it matters here; the three searches are called alike.
    """
    return without_pieces(table, np.load(decision)[:, 0], blank_lines=False)


def without_pieces(table: pa.Table, gone: Int64, *, blank_lines: bool) -> tuple[pa.Table, Edits]:
    """Documents without some of their lines or paragraphs, given by number."""
    texts = editable_texts(table)
    bytes_U, offsets_N1 = utf8(texts)
    pieces = split(bytes_U, offsets_N1, blank_lines=blank_lines)
    gone_L = np.zeros(len(pieces.starts_L), bool)
    gone_L[gone] = True
    changed_N = np.zeros(table.num_rows, bool)
    changed_N[np.searchsorted(pieces.first_N1, gone, side="right") - 1] = True
    new, edits = with_texts(table, without(bytes_U, offsets_N1, pieces, gone_L), changed_N)
    edits.pieces = len(gone)
    edits.examples = _examples(bytes_U, pieces, gone)
    return new, edits


def _examples(bytes_U: NDArray[np.uint8], pieces: Pieces, gone: Int64) -> Counter[str]:
    counts: Counter[bytes] = Counter(
        bytes_U[start : min(end, start + 4 * EXAMPLE_CHARS)].tobytes()
        for start, end in zip(pieces.starts_L[gone].tolist(), pieces.ends_L[gone].tolist(), strict=True)
    )
    named: Counter[str] = Counter()
    for data, count in counts.items():
        named[data.decode("utf-8", "ignore").strip()[:EXAMPLE_CHARS]] += count
    return named


def _at_edges(pieces: Pieces, edge_lines: int) -> NDArray[np.bool_]:
    if not edge_lines:
        return np.ones(len(pieces.starts_L), bool)
    lines_of_N = np.diff(pieces.first_N1)
    from_start_L = np.arange(len(pieces.starts_L)) - np.repeat(pieces.first_N1[:-1], lines_of_N)
    at_edge: NDArray[np.bool_] = (
        np.minimum(from_start_L, np.repeat(lines_of_N, lines_of_N) - 1 - from_start_L) < edge_lines
    )
    return at_edge


def _sites(table: pa.Table, by: str) -> NDArray[np.uint64]:
    """A number for the site of each document."""
    if by == "corpus":
        return np.zeros(table.num_rows, np.uint64)
    source = pc.fill_null(table.column("source"), "").combine_chunks()
    if by == "host":
        source = pc.coalesce(hosts(table.column("url")).combine_chunks(), source)
    coded = source.dictionary_encode()
    numbers = np.array([_site_key(name) for name in coded.dictionary.to_pylist()], np.uint64)
    chosen: NDArray[np.uint64] = numbers[coded.indices.to_numpy(zero_copy_only=False)]
    return chosen


def _site_key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
