"""All parts of a reading as one sequence of documents: unique names, and no source over its cap.

Legend: N documents of all parts, B documents of a batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from numpy.typing import NDArray

from leafout.corpus.ids import ordinals, with_ordinals
from leafout.corpus.intake.reading import DOCUMENTS, KEYS
from leafout.corpus.readers.record import INNER

_MIX = np.uint64(0x9E3779B97F4A7C15)


def merged(parts: Sequence[Path], scratch: Path, caps: Mapping[str, int]) -> Iterator[tuple[pa.Table, int]]:
    """The documents of parts in order, batch by batch, and how many of each batch a cap leaves out.

    Memory: 5 bytes a document, and a batch.

    Args:
        parts: what `read_share` made.
        scratch: for the sorting of names.
        caps: the most documents of sources that match a pattern; an even sample by content stays.
    """
    keys = [np.load(part / KEYS) for part in parts]
    ordinals_N = ordinals(keys, scratch)
    kept_N = _within_caps(parts, keys, caps) if caps else np.ones(len(ordinals_N), bool)
    start = 0
    for part in parts:
        for batch in _batches(part):
            end = start + batch.num_rows
            ids = with_ordinals(batch.column("id"), ordinals_N[start:end])
            table = pa.Table.from_batches([batch]).set_column(batch.schema.get_field_index("id"), "id", ids)
            kept_B = kept_N[start:end]
            yield (table if kept_B.all() else table.filter(pa.array(kept_B))), int((~kept_B).sum())
            start = end


def _batches(part: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(part / DOCUMENTS)) as source, pa.ipc.open_file(source) as file:
        for number in range(file.num_record_batches):
            yield file.get_batch(number)


def _within_caps(
    parts: Sequence[Path], keys: Sequence[NDArray[np.uint64]], caps: Mapping[str, int]
) -> NDArray[np.bool_]:
    """Which documents stay: of each pattern those whose mixed keys are the smallest."""
    keys_N = np.concatenate(keys) * _MIX
    pattern_N = np.concatenate([_patterns(part, list(caps)) for part in parts])
    kept_N = np.ones(len(keys_N), bool)
    for place, most in enumerate(caps.values()):
        rows = np.flatnonzero(pattern_N == place)
        if len(rows) > most:
            order = np.argsort(keys_N[rows], kind="stable")
            kept_N[rows[order[most:]]] = False
    return kept_N


def _patterns(part: Path, patterns: list[str]) -> NDArray[np.int8]:
    """The first pattern that each document's source matches, or -1."""
    known: dict[str, int] = {}
    found = [np.zeros(0, np.int8)]
    for batch in _batches(part):
        encoded = batch.column("source").dictionary_encode()
        names = encoded.dictionary.to_pylist()
        for name in names:
            if name not in known:
                outer = name.partition(INNER)[0]
                matches = (n for n, p in enumerate(patterns) if fnmatchcase(name, p) or fnmatchcase(outer, p))
                known[name] = next(matches, -1)
        places = np.array([known[name] for name in names], np.int8)
        found.append(places[encoded.indices.to_numpy()])
    return np.concatenate(found)
