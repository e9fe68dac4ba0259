"""The last phase: what stays becomes shards, what went is written beside its reason, and the ledger is closed.

Legend: N documents that are left of all parts.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.artifact import NOTES
from leafout.corpus import parts
from leafout.corpus.card import Card
from leafout.corpus.cleaning.duplicates import REASONS
from leafout.corpus.cleaning.phases import DROPPED, DROPPED_SCHEMA, KEPT, Phases
from leafout.corpus.documents import DocumentWriter
from leafout.corpus.ledger import Ledger


def write(phases: Phases, out: Path, made: Sequence[str], reason_N: NDArray[np.int8], ledger: Ledger) -> Card:
    """Write documents to `out`, dropped ones to `notes/dropped`, and count all of them.

    Args:
        phases: where parts lie.
        out: the artifact's folder.
        made: the phases in order; the last holds the documents.
        reason_N: why each of those goes, a number of `REASONS`.
        ledger: takes the counts of all parts.

    Returns:
        The card of what stays.
    """
    card = Card()
    folder = out / NOTES / "dropped"
    shutil.rmtree(folder, ignore_errors=True)  # of a stage that was stopped here
    for path in out.glob("part-*.parquet"):
        path.unlink()
    with DocumentWriter(out, card=card) as writer, DocumentWriter(folder, schema=DROPPED_SCHEMA) as dropped:
        for place, phase in enumerate(made):
            for number in range(phases.num_parts):
                part = phases.part(phase, number)
                ledger.take(part, later=place > 0)
                dropped.write_batch(parts.read_part(part / DROPPED))
        start = 0
        for number in range(phases.num_parts):
            phases.look()
            phases.run.progress(number, phases.num_parts, unit="parts", note="writing")
            table = parts.read_part(phases.part(made[-1], number) / KEPT)
            codes = reason_N[start : start + table.num_rows]
            start += table.num_rows
            writer.write_batch(table.filter(pa.array(codes == 0)))
            gone = table.filter(pa.array(codes != 0))
            names = pa.array([REASONS[code] for code in codes[codes != 0].tolist()], pa.string())
            gone = gone.append_column("reason", names)
            dropped.write_batch(gone.append_column("score", pa.nulls(gone.num_rows, pa.float32())))
    for code, name in enumerate(REASONS):
        if code:
            ledger.leave_out(name, int((reason_N == code).sum()))
    return card
