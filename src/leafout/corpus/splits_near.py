"""Clusters of near-duplicates over folders of documents, in bounded memory; see `near_duplicates`.

On disk 168 bytes a row at a similarity of 0.8; in memory about 32 a row while a band is sorted. A split that
goes on finds what is on disk.
"""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.parallel import in_order
from leafout.core.run import Run
from leafout.corpus.documents import shards
from leafout.corpus.near_duplicates import clusters_on_disk, keys_of
from leafout.corpus.parts import Part, read_rows, save_array, workers_for
from leafout.corpus.text_stores import TEXT_COLUMNS, joined_texts, parquet_texts

_BANDS = "bands"


def near_clusters(
    folders: Sequence[Path], parts: Sequence[Part], *, threshold: float, scratch: Path, run: Run
) -> NDArray[np.int64]:
    """For each row the first row of its cluster of near-duplicates.

    Args:
        folders: of documents, as one sequence of rows.
        parts: those rows, cut.
        threshold: least Jaccard similarity.
        scratch: a folder for keys and what was found, removed by the caller.
        run: workers, progress, stop.
    """
    roots = scratch / "roots.npy"
    if roots.exists():
        found: NDArray[np.int64] = np.load(roots)
        return found
    scratch.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(scratch / _BANDS, ignore_errors=True)  # of a split that was stopped
    work = partial(_write_keys, scratch, threshold)
    total = sum(part.rows for part in parts)
    keys = []
    made = in_order(work, parts, workers=workers_for(parts, run.workers), should_stop=run.should_stop)
    for part, path in zip(parts, made, strict=True):
        keys.append(path)
        run.progress(part.first_row + part.rows, total, unit="documents", note="near-duplicates")
    store = parquet_texts([path for folder in folders for path in shards(folder)])
    found = clusters_on_disk(keys, store, threshold=threshold, scratch=scratch / _BANDS)
    save_array(roots, found)
    for path in keys:
        path.unlink()
    return found


def _write_keys(scratch: Path, threshold: float, part: Part) -> Path:
    path = scratch / f"keys-{part.number:05d}.npy"
    if path.exists():
        return path
    batches = read_rows(part, columns=list(TEXT_COLUMNS)).combine_chunks().to_batches()
    save_array(path, np.concatenate([keys_of(joined_texts(batch), threshold=threshold) for batch in batches], axis=1))
    pa.default_memory_pool().release_unused()
    return path
