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
    """Hold two exams against each other, row by row; None when they share no rows.

    Args:
        first: the exam to compare with.
        second: the exam whose gain is asked.
    """
    one, other = _answers(first.path), _answers(second.path)
    if one is None or other is None:
        return None
    if all("nats" in row for side in (one, other) for row in side.values()):
        return _paired_costs(one, other)
    shared = [row for row in one if row in other and one[row].get("label") == other[row].get("label")]
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


def _paired_costs(one: Mapping[str, dict[str, Any]], other: Mapping[str, dict[str, Any]]) -> Paired | None:
    """Two exams of generators: how many bits for each byte the second saves on the same documents."""
    import math

    import numpy as np

    from leafout.metrics.intervals import ratio_difference

    shared = [name for name in one if name in other and one[name]["bytes"] == other[name]["bytes"]]
    if not shared:
        return None
    bits_D = [np.array([side[name]["nats"] / math.log(2) for name in shared]) for side in (one, other)]
    bytes_D = np.array([one[name]["bytes"] for name in shared], np.float64)
    saved = ratio_difference(bits_D[0], bits_D[1], bytes_D).plain()
    better, worse = int((bits_D[1] < bits_D[0]).sum()), int((bits_D[1] > bits_D[0]).sum())
    sizes = len(one) - len(shared), len(other) - len(shared)
    return Paired(len(shared), *sizes, {"bits_per_byte saved": saved}, better, worse, better + worse, ())


def _example(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: other[name] for name in ("confidence", "text", "source", "line") if other.get(name) is not None}
    return {"id": one["id"], "label": one["label"], "first": one["predicted"], "second": other["predicted"], **rest}


def _answers(folder: Path) -> dict[str, dict[str, Any]] | None:
    """The answers of an exam by the id of the row; None where there are none."""
    import pyarrow.parquet as pq

    if not (folder / PREDICTIONS).is_file():
        return None
    table: pa.Table = pq.read_table(folder / PREDICTIONS)
    columns = set(table.column_names)
    if not ({"id", "label", "predicted"} <= columns or {"id", "nats", "bytes"} <= columns):
        return None
    wanted = ("id", "label", "predicted", "confidence", "text", "source", "line", "nats", "bytes")
    table = table.select([name for name in wanted if name in columns])
    return {row["id"]: row for row in table.to_pylist()}
