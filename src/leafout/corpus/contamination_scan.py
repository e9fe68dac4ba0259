"""Training documents streamed past the n-grams of held-out rows, on several cores, and what is told of each row.

Legend: N training documents, R held-out rows.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.errors import Stopped
from leafout.core.parallel import in_order
from leafout.core.run import Run
from leafout.corpus.contamination import MAX_NGRAMS, Findings, IndexMaker, NgramIndex, Overlap, findings
from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.parts import Part, is_made, made_at, making, read_rows, save_array, workers_for

READ_BYTES = 8 << 20
"""Parts of documents are cut about so large: a reader holds one."""

_TEXTS = ["text", "text_b"]
_TOLD = ["id", "source", "line"]
_MAX_TOLD = 100_000
_MOSTLY = 0.5
_INDEX = 0
"""The part of the scratch that holds the index."""

Bool = NDArray[np.bool_]


def scan(
    held_out: Iterator[pa.Table],
    parts: Sequence[Part],
    rule: Contamination,
    scratch: Path,
    run: Run,
    mask_N: Bool,
    *,
    max_ngrams: int = MAX_NGRAMS,
) -> tuple[NgramIndex, Overlap]:
    """Index held-out rows and look for them in documents.

    Args:
        held_out: tables of the rows, in order.
        parts: of the documents.
        rule: lengths and limits.
        scratch: receives the index and what is found; what an earlier sitting left there is not made again.
        run: workers, progress, stop.
        mask_N: which documents count as training text.
        max_ngrams: of the index; more are thinned.
    """
    if not is_made(scratch, _INDEX):
        maker = IndexMaker(rule, max_ngrams=max_ngrams)
        for table in held_out:
            maker.add(*_texts_of(table))
        with making(scratch, _INDEX) as folder:
            maker.index().save(folder)
        del maker
    index = NgramIndex.load(made_at(scratch, _INDEX))
    found = Findings(scratch / "findings.bin", index)
    total = len(mask_N)
    if len(index.entries.hashes_E):
        work = partial(_find, scratch)
        answers = in_order(work, parts, workers=workers_for(parts, run.workers), should_stop=run.should_stop)
        for part, found_F in zip(parts, answers, strict=True):
            found.add(found_F[mask_N[found_F["document"]]])
            run.progress(part.first_row + part.rows, total, unit="documents", note="contamination")
    return index, found.overlap(rule)


def _texts_of(table: pa.Table) -> list[pa.ChunkedArray]:
    second = table["text_b"]
    return [table["text"]] if second.null_count == len(second) else [table["text"], second]


def _find(scratch: Path, part: Part) -> NDArray[np.void]:
    path, folder = scratch / f"found-{part.number:05d}.npy", made_at(scratch, _INDEX)
    if not path.exists():
        index = _loaded(folder, (folder / "hashes_E.npy").stat().st_mtime_ns)
        save_array(path, findings(index, *_texts_of(read_rows(part, columns=_TEXTS)), first_row=part.first_row))
        pa.default_memory_pool().release_unused()
    found_F: NDArray[np.void] = np.load(path)
    return found_F


@lru_cache(maxsize=1)
def _loaded(folder: Path, changed: int) -> NgramIndex:  # noqa: ARG001 a rewritten index is another one
    return NgramIndex.load(folder)


def places(parts: Sequence[Part], rows: NDArray[np.int64]) -> dict[int, dict[str, Any]]:
    """Id, source and line of documents by their number; only parts that hold one are read."""
    wanted = np.unique(rows[rows >= 0])
    found: dict[int, dict[str, Any]] = {}
    for part in parts:
        inside = wanted[np.searchsorted(wanted, part.first_row) : np.searchsorted(wanted, part.first_row + part.rows)]
        if len(inside):
            told = read_rows(part, columns=_TOLD).take(pa.array(inside - part.first_row)).to_pylist()
            found.update(zip(inside.tolist(), told, strict=True))
    return found


def tell(
    path: Path, tables: Iterator[tuple[str, pa.Table]], index: NgramIndex, found: Overlap, where: Sequence[Part]
) -> dict[str, dict[str, int]]:
    """Write a line for each held-out row that stands in training documents, in part or whole.

    Args:
        path: of the notes; lines are added.
        tables: the held-out rows in the order of the index, each table with the name of its side.
        index: their n-grams.
        found: what was found of them.
        where: the parts of the training documents.

    Returns:
        for each side `rows`; `too_short` to be looked for; `found` with an n-gram that is not common; `mostly` with
        half of their n-grams or more in one document.
    """
    told_R = _told(index, found)
    documents = places(where, found.best_document_R[told_R])
    counts: dict[str, dict[str, int]] = {}
    first = 0
    with path.open("a", encoding="utf-8") as file:
        for side, table in tables:
            rows = np.arange(first, first + table.num_rows)
            first += table.num_rows
            count = counts.setdefault(side, dict.fromkeys(("rows", "too_short", "found", "mostly"), 0))
            count["rows"] += len(rows)
            count["too_short"] += int((index.totals_R[rows] == 0).sum())
            count["found"] += int((found.found_R[rows] > 0).sum())
            count["mostly"] += int(_mostly(index, found)[rows].sum())
            chosen = rows[told_R[rows]]
            about = table.select(_TOLD).take(pa.array(chosen - rows[0])).to_pylist() if len(chosen) else []
            for row, said in zip(chosen.tolist(), about, strict=True):
                line = {"side": side, **said, **_figures(index, found, row)}
                line["where"] = documents.get(int(found.best_document_R[row]))
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return counts


def _told(index: NgramIndex, found: Overlap) -> Bool:
    told_R = (found.found_R > 0) | _mostly(index, found)
    told_R[np.flatnonzero(told_R)[_MAX_TOLD:]] = False
    return told_R


def _mostly(index: NgramIndex, found: Overlap) -> Bool:
    mostly: Bool = (index.totals_R > 0) & (found.best_R >= _MOSTLY * index.totals_R)
    return mostly


def _figures(index: NgramIndex, found: Overlap, row: int) -> dict[str, Any]:
    total = int(index.totals_R[row])
    return {
        "ngrams": total,
        "found": int(found.found_R[row]),
        "common": int(found.common_R[row]),
        "fraction": round(int(found.found_R[row]) / total, 4),
        "in_one_document": round(int(found.best_R[row]) / total, 4),
    }


def tables_of(parts: Sequence[Part], columns: Sequence[str], run: Run) -> Iterator[tuple[Part, pa.Table]]:
    """Each part and its rows; between two of them the stage can be stopped.

    Raises:
        Stopped: when somebody asked for it.
    """
    for part in parts:
        if run.should_stop():
            raise Stopped
        table = read_rows(part, columns=columns)
        yield part, table
        del table
        pa.default_memory_pool().release_unused()  # else it keeps three times as much
