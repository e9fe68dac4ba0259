"""Packed parts to the shards of an artifact: all documents once, then those that are packed again, and so on.

The result depends on the sequence of documents alone, not on where parts end. Parts are mapped, a few MB at a time.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.tokenization.counts import Counts, load_counts, no_counts
from leafout.tokenization.pack import COPIES
from leafout.tokenization.shards import ShardWriter, TokenShards, read_shards

Int64 = NDArray[np.int64]
_DOCUMENTS = 4096


def join(made: Sequence[Path], out: Path, *, num_ids: int, look: Callable[[], None] = lambda: None) -> Counts:
    """Write the shards of parts in order.

    Args:
        made: folders of `pack_part`.
        out: receives the shards.
        num_ids: ids are below it.
        look: called now and then; may raise.

    Returns:
        What was counted in all of them.
    """
    counts, most = no_counts(num_ids), 0
    for folder in made:
        counts.add(load_counts(folder))
        most = max(most, int(np.load(folder / COPIES).max(initial=0)))
    with ShardWriter(out, num_ids=num_ids) as writer:
        for turn in range(most):
            for folder in made:
                look()
                again_D = np.flatnonzero(np.load(folder / COPIES) > turn)
                shards = read_shards(folder)
                for start in range(0, len(again_D), _DOCUMENTS):
                    _write(writer, shards, again_D[start : start + _DOCUMENTS])
    return counts


def _write(writer: ShardWriter, shards: TokenShards, chosen_D: Int64) -> None:
    """Copy documents, rows of neighbours at once."""
    breaks = np.flatnonzero(np.diff(chosen_D) != 1) + 1
    for run in np.split(chosen_D, breaks):
        bounds_D = shards.documents[run[0] : run[-1] + 2]
        bounds_S = shards.sentences[bounds_D[0] : bounds_D[-1] + 1]
        writer.write(shards.ids[bounds_S[0] : bounds_S[-1]], np.diff(bounds_S), np.diff(bounds_D))
