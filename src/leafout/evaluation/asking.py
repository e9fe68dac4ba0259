"""Ask a classifier, and fit the floor that stands beside it.

Legend: N rows, L labels.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import Run
from leafout.evaluation.floor import Floor, fit_floor
from leafout.evaluation.locked import ExamRows, labelled_part
from leafout.inference.load import Classifier
from leafout.tasks.classify import Classify


@dataclass(frozen=True, slots=True)
class Told:
    """What a classifier said, and how long it took.

    Attributes:
        logits_NL: of every row.
        full_fraction: rows that fill its longest input, most of them cut.
        num_tokens: of all rows.
        seconds: encoding and computing.
    """

    logits_NL: NDArray[np.float32]
    full_fraction: float
    num_tokens: int
    seconds: float

    def speed(self) -> dict[str, float]:
        """For `notes/`."""
        rows = len(self.logits_NL)
        per_second = {"rows_per_second": rows / self.seconds, "tokens_per_second": self.num_tokens / self.seconds}
        return {"seconds": round(self.seconds, 3), **{name: round(value, 1) for name, value in per_second.items()}}


def ask(classifier: Classifier, rows: ExamRows, *, batch_rows: int, run: Run) -> Told:
    """Ask every row.

    Raises:
        LeafoutError: when an answer is not a number.
        Stopped: when that was asked for.
    """
    parts: list[NDArray[np.float32]] = []
    num_full = num_tokens = 0
    start = time.perf_counter()
    for first in range(0, len(rows), batch_rows):
        if run.should_stop():
            raise Stopped
        run.progress(first, len(rows), unit="rows")
        part = slice(first, first + batch_rows)
        examples = classifier.encode(rows.texts[part], None if rows.pairs is None else rows.pairs[part])
        num_tokens += sum(len(example.ids) for example in examples)
        num_full += sum(len(example.ids) >= classifier.release.max_tokens for example in examples)
        parts.append(classifier.logits(examples))
    logits_NL = np.concatenate(parts)
    if not np.isfinite(logits_NL).all():
        raise LeafoutError("the release answers with NaN or infinity", where=str(classifier.release.path))
    run.progress(len(rows), len(rows), unit="rows")
    seconds = max(time.perf_counter() - start, 1e-9)
    return Told(logits_NL, round(num_full / len(rows), 6), num_tokens, seconds)


def floor_of(rows: Path, task: Classify, *, max_rows: int, run: Run) -> Floor | None:
    """The linear floor over `train`, its penalty chosen on `val`; None where `train` has no row to learn from."""
    train = labelled_part(rows, "train", task, max_rows=max_rows, seed=run.seed)
    if not len(train):
        run.say("warning: `train` has no labelled row, so there is no floor beside the exam")
        return None
    val = labelled_part(rows, "val", task, max_rows=max_rows, seed=run.seed)
    run.progress(0, None, note=f"fitting a linear floor on {len(train)} rows")
    return fit_floor(train, val, len(task.labels))
