"""Two exams of the same rows held against each other: which answers changed, and whether the difference is chance."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafout.core.artifact import Artifact

if TYPE_CHECKING:
    import pyarrow as pa

PREDICTIONS = "predictions.parquet"
_CHANGED = 20


@dataclass(frozen=True)
class Paired:
    """What became of the rows that both exams answered.

    Attributes:
        rows: how many there are.
        only_first, only_second: rows in one exam alone.
        differences: second minus first by score, with `low`, `high` and `not_better`; the 95 % interval is that of a
            paired bootstrap.
        fixed, broken: rows that only the second, only the first answered rightly.
        changed: how many answers differ.
        examples: of changed answers: id, label, first, second, confidence of the second, text where it is at hand.
    """

    rows: int
    only_first: int
    only_second: int
    differences: Mapping[str, Mapping[str, float]]
    fixed: int
    broken: int
    changed: int
    examples: tuple[Mapping[str, Any], ...]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"examples": [dict(one) for one in self.examples]}


def compare_exams(first: Artifact, second: Artifact) -> Paired | None:
    """Hold two exams against each other, row by row; None when they share no rows with labels.

    Args:
        first: the exam to compare with.
        second: the exam whose gain is asked.
    """
    one, other = _answers(first.path), _answers(second.path)
    if one is None or other is None:
        return None
    shared = [row for row in one if row in other and one[row]["label"] == other[row]["label"]]
    if not shared:
        return None
    return _paired([one[row] for row in shared], [other[row] for row in shared], len(one), len(other))


def _paired(one: list[dict[str, Any]], other: list[dict[str, Any]], size_one: int, size_other: int) -> Paired:
    import numpy as np

    from leafout.metrics.intervals import Score, paired_difference

    labels = {name for row in (*one, *other) for name in (row["label"], row["predicted"])}
    place = {label: number for number, label in enumerate(sorted(labels))}
    true_N = np.array([place[row["label"]] for row in one], np.int64)
    first_N = np.array([place[row["predicted"]] for row in one], np.int64)
    second_N = np.array([place[row["predicted"]] for row in other], np.int64)
    scores: tuple[Score, ...] = ("accuracy", "macro_f1")
    differences: dict[str, Mapping[str, float]] = {
        score: paired_difference(true_N, first_N, second_N, len(place), score=score).plain() for score in scores
    }
    changed = np.flatnonzero(first_N != second_N).tolist()
    return Paired(
        rows=len(one),
        only_first=size_one - len(one),
        only_second=size_other - len(other),
        differences=differences,
        fixed=int(((first_N != true_N) & (second_N == true_N)).sum()),
        broken=int(((first_N == true_N) & (second_N != true_N)).sum()),
        changed=len(changed),
        examples=tuple(_example(one[row], other[row]) for row in changed[:_CHANGED]),
    )


def _example(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: other[name] for name in ("confidence", "text", "source", "line") if other.get(name) is not None}
    return {"id": one["id"], "label": one["label"], "first": one["predicted"], "second": other["predicted"], **rest}


def _answers(folder: Path) -> dict[str, dict[str, Any]] | None:
    """The answers of an exam by the id of the row; None where there are none."""
    import pyarrow.parquet as pq

    if not (folder / PREDICTIONS).is_file():
        return None
    table: pa.Table = pq.read_table(folder / PREDICTIONS)
    if not {"id", "label", "predicted"} <= set(table.column_names):
        return None
    wanted = [
        name
        for name in ("id", "label", "predicted", "confidence", "text", "source", "line")
        if name in table.column_names
    ]
    return {row["id"]: row for row in table.select(wanted).to_pylist()}
