"""The phases that find equal and nearly equal documents, and what is known from an earlier corpus.

Memory of the decision: 30 bytes a document, beside what `near_duplicates` says of its own.

Legend: N documents that are left of all parts.
"""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafout.corpus import parts
from leafout.corpus.cleaning.phases import Phases
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.ids import content_id
from leafout.corpus.kernels.letters import letter_keys, mixed
from leafout.corpus.key_groups import KeyGroups
from leafout.corpus.near_duplicates import best_of_clusters, clusters_on_disk, keys_of
from leafout.corpus.near_index import NearIndex
from leafout.corpus.text_stores import ipc_texts, joined_texts

KEYS = "keys"
REASONS = ("", "known", "conflicting_label", "duplicate", "near_duplicate")
"""Why a document goes, by the number that stands for it; 0 stays."""

KNOWN, CONFLICT, DUPLICATE, NEAR = 1, 2, 3, 4

_EXACT, _LABELS, _BANDS, _LENGTHS, _KNOWN = "exact.npy", "labels.npy", "bands.npy", "lengths.npy", "known.npy"
_LISTED_CLUSTERS = 100_000
_MOST = np.iinfo(np.int64).max

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Keying:
    """How a part's documents get their keys.

    Attributes:
        phase: the folder of the parts of this phase.
        kept: the documents of each part.
        rules: what is kept.
        against: earlier corpora with an index, proved whole already.
    """

    phase: Path
    kept: tuple[Path, ...]
    rules: CleanRules
    against: tuple[Path, ...]


def key_parts(phases: Phases, last: str, rules: CleanRules, against: tuple[Path, ...]) -> None:
    """Do the phase of keys: for each document the key of its letters, of its label, and its band keys."""
    keying = Keying(phases.scratch / KEYS, tuple(phases.kept(last)), rules, against)
    phases.each(partial(_key_part, keying=keying), range(phases.num_parts), note="duplicates: keys")


def decide(phases: Phases, last: str, rules: CleanRules) -> NDArray[np.int8]:
    """Why each document goes: a number of `REASONS` [N].

    Args:
        phases: where parts lie.
        last: the phase that holds the documents.
        rules: what is kept.
    """
    found = phases.scratch / "duplicates.npy"
    if found.exists():
        decided: NDArray[np.int8] = np.load(found)
        return decided
    reason_N = _joined(phases, _KNOWN).astype(np.int8) * KNOWN
    labels_N = _joined(phases, _LABELS)
    if rules.dedup:
        _decide_equal(phases, labels_N, reason_N, rules.conflicts)
    phases.look()
    if rules.near_dedup is not None:
        _decide_near(phases, last, labels_N, reason_N, rules)
    beside = found.with_suffix(".partial.npy")
    np.save(beside, reason_N)
    beside.rename(found)
    return reason_N


def band_files(phases: Phases) -> list[Path]:
    """The band keys of each part."""
    return [phases.part(KEYS, number) / _BANDS for number in range(phases.num_parts)]


def _key_part(number: int, *, keying: Keying) -> int:
    if parts.is_made(keying.phase, number):
        return number
    table = parts.read_part(keying.kept[number], columns=["text", "text_b", "label"])
    with parts.making(keying.phase, number) as out:
        np.save(out / _EXACT, _letter_keys(table))
        np.save(out / _LABELS, _label_keys(table["label"]))
        np.save(out / _LENGTHS, pc.fill_null(pc.utf8_length(table["text"]), 0).to_numpy().astype(np.int32))
        batch = table.combine_chunks().to_batches()
        texts = joined_texts(batch[0]) if batch else pa.array([], pa.large_string())
        near = keying.rules.near_dedup
        known_N = np.zeros(len(texts), bool)
        if near is not None:
            np.save(out / _BANDS, keys_of(texts, threshold=near.threshold))
            for folder in keying.against:
                known_N |= NearIndex.open(folder, prove=False).matches(texts, threshold=near.threshold) >= 0
        np.save(out / _KNOWN, known_N)
    return number


def _letter_keys(table: pa.Table) -> NDArray[np.uint64]:
    """A key of the letters of both texts; of all characters where there is no letter."""
    keys_N = letter_keys(table["text"])
    if table["text_b"].null_count < table.num_rows:
        keys_N = np.where(
            table["text_b"].is_valid().to_numpy(), mixed(keys_N + letter_keys(table["text_b"]) * np.uint64(3)), keys_N
        )
    bare = letter_keys(pa.array([""]))[0]
    for place in np.flatnonzero(letter_keys(table["text"]) == bare).tolist():
        row = (table["text"][place].as_py(), table["text_b"][place].as_py())
        keys_N[place] = int(content_id("bare", *row), 16)
    return keys_N


def _label_keys(labels: pa.ChunkedArray) -> Int64:
    """A number for each label, 0 for none; the same in every part."""
    coded = labels.combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    numbers = np.array([int(content_id("label", name)[:15], 16) | 1 for name in names] + [0], np.int64)
    places: Int64 = coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return numbers[places]


def _joined(phases: Phases, name: str) -> NDArray[Any]:
    found = [np.load(phases.part(KEYS, number) / name) for number in range(phases.num_parts)]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _decide_equal(phases: Phases, labels_N: Int64, reason_N: NDArray[np.int8], conflicts: str) -> None:
    """Of documents with equal letters the first stays, the first with a label where any has one."""
    groups = KeyGroups(phases.scratch / "equal")
    keys_N = _joined(phases, _EXACT)
    rows_N = np.flatnonzero(reason_N == 0)
    groups.add(keys_N[rows_N], rows_N)
    for rows_G, starts_K in groups.groups():
        labels_G = labels_N[rows_G]
        sizes_K = np.diff(np.append(starts_K, len(rows_G)))
        place_G = np.where(labels_G != 0, np.arange(len(rows_G)), len(rows_G))
        first_K = np.minimum.reduceat(place_G, starts_K)
        stays_K = np.where(first_K < len(rows_G), first_K, starts_K)
        least_K = np.minimum.reduceat(np.where(labels_G != 0, labels_G, _MOST), starts_K)
        differ_K = (least_K < np.maximum.reduceat(labels_G, starts_K)) & (conflicts == "drop")
        reason_N[rows_G] = np.where(np.repeat(differ_K, sizes_K), CONFLICT, DUPLICATE)
        reason_N[rows_G[stays_K[~differ_K]]] = 0
    groups.remove()


def _decide_near(phases: Phases, last: str, labels_N: Int64, reason_N: NDArray[np.int8], rules: CleanRules) -> None:
    """Of near-duplicates with one label the best copy stays."""
    near = rules.near_dedup
    assert near is not None
    kept = phases.kept(last)
    roots_N = clusters_on_disk(
        band_files(phases),
        ipc_texts(kept),
        threshold=near.threshold,
        scratch=phases.scratch / "near",
        progress=partial(_tell_bands, phases),
    )
    alive = np.flatnonzero(reason_N == 0)
    pairs = np.stack([roots_N[alive], labels_N[alive]], axis=1)
    _, cluster = np.unique(pairs, axis=0, return_inverse=True)
    cluster = cluster.reshape(-1)
    shared = np.flatnonzero(np.bincount(cluster)[cluster] > 1)
    rows, cluster = alive[shared], cluster[shared]
    about = _rows_of(kept, rows)
    stays = best_of_clusters(
        cluster,
        near,
        lengths_N=_joined(phases, _LENGTHS)[rows].astype(np.int64),
        times=about["time"].combine_chunks(),
        sources=about["source"].combine_chunks(),
    )
    reason_N[rows[~stays]] = NEAR
    _list_clusters(phases.scratch / "near_duplicates.jsonl", cluster, stays, about["id"])


def _tell_bands(phases: Phases, done: int, of: int) -> None:
    phases.run.progress(done, of, unit="bands", note="near-duplicates")
    phases.look()


def _rows_of(kept: list[Path], rows: Int64) -> pa.Table:
    """Id, source and time of rows that rise over all parts."""
    names = ["id", "source", "time"]
    found, start = [pa.schema([(name, pa.string()) for name in names]).empty_table()], 0
    for path in kept:
        table = parts.read_part(path, columns=names)
        low, high = np.searchsorted(rows, [start, start + table.num_rows])
        found.append(table.take(pa.array(rows[low:high] - start)))
        start += table.num_rows
    return pa.concat_tables(found)


def _list_clusters(path: Path, cluster: Int64, stays: NDArray[np.bool_], ids: pa.ChunkedArray) -> None:
    """Write the clusters, in the order of their first documents, the first 100,000 of them."""
    order = np.argsort(cluster, kind="stable")  # clusters are numbered by their first documents
    cuts = np.flatnonzero(np.diff(cluster[order])) + 1
    groups = np.split(order, cuts[:_LISTED_CLUSTERS])[: _LISTED_CLUSTERS if len(cluster) else 0]
    with path.open("w", encoding="utf-8") as file:
        for group in groups:
            names = ids.take(pa.array(group)).to_pylist()
            best = next(name for name, stay in zip(names, stays[group], strict=True) if stay)
            gone = [name for name, stay in zip(names, stays[group], strict=True) if not stay]
            file.write(json.dumps({"kept": best, "dropped": gone}) + "\n")
