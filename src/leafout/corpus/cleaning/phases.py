"""What the phases of cleaning share: where parts lie, what is in them, and the way of a document that goes.

A phase makes for each part a folder with `kept.arrow` (documents that go on), `dropped.arrow` (those that do not, with
a `reason`) and the part's ledger. It is done once, by any worker; the result depends on the part alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.errors import Stopped
from leafout.core.parallel import Workers
from leafout.core.run import Run
from leafout.corpus import parts
from leafout.corpus.documents import SCHEMA
from leafout.corpus.ledger import Ledger

KEPT, DROPPED = "kept.arrow", "dropped.arrow"

DROPPED_SCHEMA = SCHEMA.append(pa.field("reason", pa.string())).append(pa.field("score", pa.float32()))
"""Of documents that go: why, and the score that a filter gave them, where one did."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the parts of all phases lie, and who works on them.

    Attributes:
        scratch: the folder of the phases.
        num_parts: of each phase.
        workers: do the work.
        run: is told how far it is, and says when to stop.
    """

    scratch: Path
    num_parts: int
    workers: Workers
    run: Run

    def kept(self, phase: str) -> list[Path]:
        """The kept documents of a phase, part by part."""
        return [self.part(phase, number) / KEPT for number in range(self.num_parts)]

    def part(self, phase: str, number: int) -> Path:
        """Where a part of a phase lies."""
        return parts.made_at(self.scratch / phase, number)

    def each(self, work: Callable[[Any], int], tasks: Sequence[Any], *, note: str) -> None:
        """Do a phase: one task a part."""
        for done, _ in enumerate(self.workers.in_order(work, tasks, should_stop=self.run.should_stop), 1):
            self.run.progress(done, len(tasks), unit="parts", note=note)

    def look(self) -> None:
        """Stop here when asked to.

        Raises:
            Stopped: when asked to.
        """
        if self.run.should_stop():
            raise Stopped


def finish_part(
    out: Path,
    table: pa.Table,
    reasons: Sequence[str | None],
    edited: Counter[str],
    *,
    scores: NDArray[np.float32] | None = None,
) -> None:
    """Write a part: the documents without a reason as kept, the others as dropped, and the ledger.

    Args:
        out: the folder of the part.
        table: documents of `SCHEMA`.
        reasons: why each goes, None where it stays.
        edited: documents that each rule changed.
        scores: of a filter that was asked.
    """
    goes = pa.array([reason is not None for reason in reasons], pa.bool_())
    stays = pa.array([reason is None for reason in reasons], pa.bool_())
    kept = table.filter(stays)
    score = pa.nulls(table.num_rows, pa.float32()) if scores is None else pa.array(scores, pa.float32())
    dropped = table.append_column("reason", pa.array(reasons, pa.string())).append_column("score", score).filter(goes)
    parts.write_table(out / KEPT, kept)
    parts.write_table(out / DROPPED, dropped)
    counts = Counter(reason for reason in reasons if reason is not None)
    with Ledger(out) as ledger:
        ledger.dropped.update(counts)
        ledger.edited.update(edited)
        ledger.read, ledger.kept = table.num_rows, kept.num_rows
