"""Promote or keep: the candidate's exam beside the champion's, row by row.

Legend: N rows, D documents, L labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from leafout.core.errors import LeafoutError
from leafout.metrics.classify import Int64, scores
from leafout.metrics.intervals import Difference, Score, paired_difference, ratio_difference

Metric = Literal["accuracy", "macro_f1", "bits_per_byte"]
PREDICTIONS = "predictions.parquet"
_ANSWERS = ["id", "label", "predicted"]
_COSTS = ["id", "nats", "bytes"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two exams over the same rows.

    Attributes:
        metric: what was compared.
        rows: how many.
        candidate, champion: their scores.
        gain: how much better the candidate is, with its 95 % interval from a paired bootstrap.
    """

    metric: Metric
    rows: int
    candidate: float
    champion: float
    gain: Difference

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "rows": self.rows,
            "candidate": round(self.candidate, 6),
            "champion": round(self.champion, 6),
            "gain": self.gain.plain(),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Attributes: `promote`, and the `reason` in words with its numbers."""

    promote: bool
    reason: str


def decide(comparison: Comparison, *, min_gain: float) -> Decision:
    """Promote when the candidate surely gains at least `min_gain`: the lower end of the interval must reach it.

    Args:
        comparison: of the two exams.
        min_gain: negative to accept a loss that small.
    """
    found, gain = comparison, comparison.gain
    said = (
        f"{found.metric} is {found.candidate:.4f}, the champion's is {found.champion:.4f} "
        f"on the same {found.rows} rows: the gain is {gain.value:+.4f} "
        f"(95 % interval {gain.low:+.4f} to {gain.high:+.4f})"
    )
    if gain.low >= min_gain:
        return Decision(promote=True, reason=f"{said}, surely at least the {min_gain:+g} asked for")
    if gain.high < min_gain:
        return Decision(promote=False, reason=f"{said}, surely less than the {min_gain:+g} asked for")
    return Decision(promote=False, reason=f"{said}, not surely the {min_gain:+g} asked for; more test rows would tell")


def compare(candidate: Path, champion: Path, *, metric: Score, seed: int) -> Comparison:
    """Hold two exams of classifiers against each other.

    A row that one of them gave no answer to, because it does not know the row's label, counts as a wrong answer of it.

    Args:
        candidate: folder of its exam, with `predictions.parquet`.
        champion: the same of the one that serves.
        metric: of the two.
        seed: draws the resamples.

    Raises:
        LeafoutError: when an exam has no predictions, or the two do not agree on the labels of rows.
    """
    first, second = _answers(candidate), _answers(champion)
    for name in first.keys() & second.keys():
        if first[name][0] != second[name][0]:
            message = f"row `{name}` has the label `{first[name][0]}` in one exam and `{second[name][0]}` in the other"
            raise LeafoutError(message, where=str(candidate), hint="evaluate both on the same rows")
    truth = {name: row[0] for name, row in sorted({**first, **second}.items())}
    if not truth:
        raise LeafoutError("neither exam has an answer", where=str(candidate))
    every = {*truth.values(), *(row[1] for row in (*first.values(), *second.values()))}
    places = {label: place for place, label in enumerate(sorted(every))}
    true_N = np.array([places[label] for label in truth.values()], np.int64)
    answers = [_placed(side, truth, places) for side in (first, second)]
    num_labels = max(len(places), 2)
    by_score = [scores(true_N, predicted_N, num_labels)[metric] for predicted_N in answers]
    gain = paired_difference(true_N, answers[1], answers[0], num_labels, score=metric, seed=seed)
    return Comparison(metric, len(truth), by_score[0], by_score[1], gain)


def compare_costs(candidate: Path, champion: Path, *, seed: int) -> Comparison:
    """Hold two exams of generators against each other: bits for each byte of the same documents, less is better.

    Raises:
        LeafoutError: when an exam has no predictions, or the two are of other documents.
    """
    first, second = (
        {row[0]: (float(row[1]), int(row[2])) for row in _read(side, _COSTS)} for side in (candidate, champion)
    )
    if not first or {name: row[1] for name, row in first.items()} != {name: row[1] for name, row in second.items()}:
        hint = "evaluate both on the same rows"
        raise LeafoutError("the two exams are of other documents", where=str(candidate), hint=hint)
    names = sorted(first)
    bits = [np.array([side[name][0] for name in names]) / np.log(2) for side in (first, second)]
    bytes_D = np.array([first[name][1] for name in names], np.float64)
    total = float(bytes_D.sum())
    gain = ratio_difference(bits[1], bits[0], bytes_D, seed=seed)
    costs = [float(bits_D.sum()) / total for bits_D in bits]
    return Comparison("bits_per_byte", len(names), costs[0], costs[1], gain)


def _answers(exam: Path) -> dict[str, tuple[str, str]]:
    """True label and answer by the id of the row."""
    return {name: (label, predicted) for name, label, predicted in _read(exam, _ANSWERS)}


def _read(exam: Path, columns: list[str]) -> list[tuple[Any, ...]]:
    """Some columns of an exam's predictions, row by row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(exam / PREDICTIONS, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise LeafoutError(f"the exam has no usable `{PREDICTIONS}`: {error!s:.100}", where=str(exam)) from None
    if set(columns) - set(table.column_names):
        raise LeafoutError(f"`{PREDICTIONS}` lacks one of {', '.join(columns)}", where=str(exam))
    return list(zip(*(table[name].to_pylist() for name in columns), strict=True))


def _placed(side: Mapping[str, tuple[str, str]], truth: Mapping[str, str], places: Mapping[str, int]) -> Int64:
    """The index of each answer; a wrong one where there is none."""
    num_labels = max(len(places), 2)
    found = [
        places[side[name][1]] if name in side else (places[label] + 1) % num_labels for name, label in truth.items()
    ]
    return np.array(found, np.int64)


def gates_reason(failures: Sequence[str]) -> str:
    """Why a candidate that fails its gates is kept out."""
    return f"the candidate did not pass its gates: {'; '.join(failures)}"
