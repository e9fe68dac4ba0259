"""An index beside a cleaned corpus: new documents are checked against it without reading the corpus again.

Four files in `near_index/`: `index.json` (format, parameters, the parts and their rows, digests), and for each band
its sorted keys with the row of each (`keys.npy` [B, N], `rows.npy` [B, N]), which are mapped and searched: 12 bytes a
document and band, 252 at a threshold of 0.8. Equal corpora give equal bytes. A candidate's text is fetched from the row
group that holds it and compared exactly; the document of the index is the earlier one, and stays.

Legend: B bands, N documents of the index, M new texts, C candidates.
"""

import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafout.core.durable import reserve, write_json
from leafout.core.errors import LeafoutError
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.minhash import shingles
from leafout.corpus.kernels.near_pairs import jaccards
from leafout.corpus.near_candidates import banding
from leafout.corpus.near_duplicates import keys_of
from leafout.corpus.text_stores import TextStore, parquet_texts

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

FOLDER = "near_index"
VERSION = 1
"""Goes up when units, hashes, bands or files change: keys of different versions must not meet."""

_SORTED_ROWS = 1 << 22
"""Keys sorted at a time, 24 bytes each."""

_OF_A_KEY = 8
"""Of the documents that share a key with a new text so many are candidates, the earliest."""

_FETCHED = 256
"""Candidates whose texts are fetched together."""


def write_index(
    folder: Path,
    keys: Sequence[UInt64 | Path],
    *,
    threshold: float,
    stays_N: NDArray[np.bool_] | None = None,
) -> None:
    """Write the index of the documents in a folder.

    Memory: 24 bytes a document while a band is sorted, 100 MB at most; larger bands are sorted in several passes.

    Args:
        folder: holds `part-*.parquet`, already written; receives `near_index/`.
        keys: the `near_duplicates.keys_of` of the documents in order, in parts, or `.npy` files of them.
        threshold: that of the keys.
        stays_N: which columns of the keys are documents of the folder; all of them when None.

    Raises:
        ValueError: when the keys are not as many as the documents.
    """
    parts = [(path.name, int(pq.read_metadata(path).num_rows)) for path in sorted(folder.glob("part-*.parquet"))]
    num_documents = sum(rows for _, rows in parts)
    found = [np.load(part, mmap_mode="r") if isinstance(part, Path) else part for part in keys]
    num_keys = sum(part.shape[1] for part in found) if stays_N is None else int(stays_N.sum())
    if num_keys != num_documents:
        raise ValueError(f"{num_keys} keys for {num_documents} documents")
    cut = banding(threshold)
    out = folder / FOLDER
    out.mkdir(exist_ok=True)
    shape = (cut.bands, num_documents)
    all_keys = np.lib.format.open_memmap(out / "keys.npy", "w+", np.dtype("<u8"), shape) if num_documents else None
    all_rows = np.lib.format.open_memmap(out / "rows.npy", "w+", np.dtype("<u4"), shape) if num_documents else None
    if all_keys is None or all_rows is None:  # an empty file cannot be mapped
        np.save(out / "keys.npy", np.zeros(shape, np.dtype("<u8")))
        np.save(out / "rows.npy", np.zeros(shape, np.dtype("<u4")))
    else:
        for name in ("keys.npy", "rows.npy"):
            reserve(out / name, (out / name).stat().st_size)
        for band in range(cut.bands):
            _sort_band([part[band] for part in found], stays_N, all_keys[band], all_rows[band])
        all_keys.flush()
        all_rows.flush()
    about = {
        "format": "leafout near index",
        "version": VERSION,
        "threshold": threshold,
        "bands": cut.bands,
        "rows_of_a_band": cut.rows,
        "parts": parts,
        "sha256": {name: _digest(out / name) for name in ("keys.npy", "rows.npy")},
    }
    write_json(out / "index.json", about)


def _sort_band(
    parts: Sequence[UInt64], stays_N: NDArray[np.bool_] | None, keys_N: UInt64, rows_N: NDArray[np.uint32]
) -> None:
    """Sort by key, then row; a range of keys at a time, so that memory holds but one range."""
    passes = -(-len(keys_N) // _SORTED_ROWS)
    borders = [2**64 * number // passes for number in range(passes + 1)]
    written = 0
    for low, high in pairwise(borders):
        found_keys, found_rows = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        place = row = 0
        for part in parts:
            chunk = np.array(part) if stays_N is None else part[stays_N[place : place + len(part)]]
            inside = np.flatnonzero((chunk >= np.uint64(low)) & (chunk <= np.uint64(high - 1)))
            found_keys.append(chunk[inside])
            found_rows.append(inside + row)
            place, row = place + len(part), row + len(chunk)
        range_keys, range_rows = np.concatenate(found_keys), np.concatenate(found_rows)
        order = np.lexsort((range_rows, range_keys))
        keys_N[written : written + len(order)] = range_keys[order]
        rows_N[written : written + len(order)] = range_rows[order]
        written += len(order)


class NearIndex:
    """Finds the document of a corpus that a new text nearly repeats; made by `open`.

    Args:
        about: what `index.json` says.
        keys_BN: sorted in each band.
        rows_BN: the row of each key.
        store: the texts of the corpus.
    """

    def __init__(self, about: dict[str, Any], keys_BN: UInt64, rows_BN: NDArray[np.uint32], store: TextStore) -> None:
        self.threshold = float(about["threshold"])
        self.num_documents = int(keys_BN.shape[1])
        self._keys_BN, self._rows_BN, self._store = keys_BN, rows_BN, store

    @classmethod
    def open(cls, folder: Path, *, prove: bool = True) -> Self:
        """Open the index of a folder of documents, and prove it whole.

        Args:
            folder: a cleaned corpus with `near_index/`.
            prove: read the files through and compare their digests; once for each piece of work is enough.

        Raises:
            LeafoutError: when there is none, it is of another format or other parameters, it is damaged, or the
                documents beside it are others.
        """
        about = _described(folder)
        _check_parts(folder, about)
        arrays = []
        for name, kind in (("keys.npy", "<u8"), ("rows.npy", "<u4")):
            path = folder / FOLDER / name
            if not path.is_file() or (prove and _digest(path) != about["sha256"].get(name)):
                raise _refused(folder, f"`{name}` of the index of near-duplicates is damaged or missing")
            found = np.load(path, mmap_mode="r" if path.stat().st_size > 1024 else None)
            if found.dtype != np.dtype(kind) or found.shape != (about["bands"], sum(n for _, n in about["parts"])):
                raise _refused(folder, f"`{name}` of the index of near-duplicates is not what `index.json` says")
            arrays.append(found)
        paths = [folder / name for name, _ in about["parts"]]
        return cls(about, arrays[0], arrays[1], parquet_texts(paths))

    def matches(self, texts: pa.Array, *, threshold: float) -> Int64:
        """The document of the index that each text nearly repeats [M]: the most similar, of equals the earliest; or -1.

        Each row group with candidates is decoded once a call: give many texts at once.

        Args:
            texts: strings, of a document as `text_stores.joined_texts` gives them.
            threshold: least Jaccard similarity, that of the index or higher.

        Raises:
            LeafoutError: when the threshold is lower than the index was made for.
        """
        if threshold < self.threshold:
            raise LeafoutError(
                f"the index of near-duplicates was made for a threshold of {self.threshold}, not {threshold}",
                where="[near_dedup.threshold]",
                hint=f"use {self.threshold} or more, or clean the earlier corpus again with {threshold}",
            )
        best_M, similarity_M = np.full(len(texts), -1, np.int64), np.zeros(len(texts))
        text_C, row_C = self._candidates(keys_of(texts, threshold=self.threshold))
        for start in range(0, len(row_C), _FETCHED):
            text, row = text_C[start : start + _FETCHED], row_C[start : start + _FETCHED]
            similarity = self._similarities(texts, text, row)
            for place in np.flatnonzero(similarity >= threshold).tolist():
                if similarity[place] > similarity_M[text[place]]:  # rows rise: of equals the earliest was there before
                    best_M[text[place]], similarity_M[text[place]] = row[place], similarity[place]
        return best_M

    def _similarities(self, texts: pa.Array, text_C: Int64, row_C: Int64) -> NDArray[np.float64]:
        new, new_C = np.unique(text_C, return_inverse=True)
        old, old_C = np.unique(row_C, return_inverse=True)
        taken = texts.take(pa.array(new)).cast(pa.large_string())
        made = shingles(*utf8(pa.chunked_array([taken, self._store.texts(old)])))
        return jaccards(made.values_S, made.starts_N1, new_C, old_C + len(new))

    def _candidates(self, keys_BM: UInt64) -> tuple[Int64, Int64]:
        """Texts and rows that share a key, each pair once, by rising rows."""
        pairs = [np.zeros(0, np.uint64)]
        for band, keys_M in enumerate(keys_BM):
            first_M = np.searchsorted(self._keys_BN[band], keys_M, side="left")
            last_M = np.searchsorted(self._keys_BN[band], keys_M, side="right")
            for step in range(_OF_A_KEY):
                text = np.flatnonzero(first_M + step < last_M)
                rows = self._rows_BN[band][first_M[text] + step]
                pairs.append(rows.astype(np.uint64) << np.uint64(32) | text.astype(np.uint64))
        pair_C = np.unique(np.concatenate(pairs))
        return (pair_C & np.uint64(0xFFFFFFFF)).astype(np.int64), (pair_C >> np.uint64(32)).astype(np.int64)


def _described(folder: Path) -> dict[str, Any]:
    path = folder / FOLDER / "index.json"
    if not path.is_file():
        raise _refused(folder, "the folder has no index of near-duplicates (`near_index/index.json`)")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        form, version = about["format"], about["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _refused(folder, "`index.json` of the index of near-duplicates is damaged") from None
    if form != "leafout near index" or version != VERSION:
        raise _refused(folder, f"the index of near-duplicates is of version {version}, this leafout reads {VERSION}")
    try:
        threshold = float(about["threshold"])
        cut = (int(about["bands"]), int(about["rows_of_a_band"]))
        parts = [(str(name), int(rows)) for name, rows in about["parts"]]
        digests = {str(name): str(digest) for name, digest in about["sha256"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _refused(folder, "`index.json` of the index of near-duplicates is damaged") from None
    wanted = banding(threshold)
    if cut != (wanted.bands, wanted.rows):
        message = f"the index of near-duplicates has {cut[0]} bands of {cut[1]}, this leafout uses {wanted.bands} of"
        raise _refused(folder, f"{message} {wanted.rows}")
    return {"threshold": threshold, "bands": cut[0], "parts": parts, "sha256": digests}


def _check_parts(folder: Path, about: dict[str, Any]) -> None:
    there = [path.name for path in sorted(folder.glob("part-*.parquet"))]
    named = [name for name, _ in about["parts"]]
    if there != named:
        raise _refused(folder, f"the index of near-duplicates is of {len(named)} parts, the folder holds {len(there)}")
    for name, rows in about["parts"]:
        found = int(pq.read_metadata(folder / name).num_rows)
        if found != rows:
            raise _refused(folder, f"`{name}` has {found} rows, the index of near-duplicates knows {rows}")


def _refused(folder: Path, message: str) -> LeafoutError:
    return LeafoutError(message, where=str(folder), hint="run `leafout clean` again on the corpus it belongs to")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
