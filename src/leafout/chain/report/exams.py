"""An exam as the report shows it: scores with intervals, floor, labels, confusion, calibration, errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leafout.chain.report.charts import Bin

_SCORES = ("macro_f1", "accuracy", "bits_per_byte", "perplexity", "loss")


@dataclass(frozen=True)
class Score:
    """A figure of an exam with the bounds of its interval, where it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    def words(self) -> str:
        """`0.8123 [0.79, 0.83]`."""
        bounds = "" if self.low is None or self.high is None else f" [{self.low:.4f}, {self.high:.4f}]"
        return f"{self.value:.4f}{bounds}"


@dataclass(frozen=True)
class Exam:
    """What `exam.json` says.

    Attributes:
        rows: how many were answered.
        scores: of the release.
        floor: of the linear (or n-gram) model beside it.
        gain: of the release over the floor, where it was measured.
        labels: in the order of `confusion`.
        per_label: figures of each label: precision, recall, f1, rows.
        confusion: [true][predicted].
        bins: for the reliability diagram.
        says: what the exam means, in sentences.
        languages: figures of each language that has rows enough.
        left_out: rows that were not asked, by reason.
    """

    rows: int
    scores: tuple[Score, ...]
    floor: tuple[Score, ...] = ()
    gain: Score | None = None
    labels: tuple[str, ...] = ()
    per_label: tuple[Mapping[str, Any], ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    bins: tuple[Bin, ...] = ()
    says: tuple[str, ...] = ()
    languages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


def exam_of(step: Mapping[str, Any]) -> Exam | None:
    """The exam of a step's evidence; None where it took none."""
    values = step["evidence"].get("exam")
    return read_exam(values, step["metrics"]) if values else None


def read_exam(values: Mapping[str, Any], metrics: Mapping[str, float]) -> Exam:
    """The exam in the object that `exam.json` holds; `metrics` fills in what it does not have."""
    scores = tuple(score for name in _SCORES if (score := _score(name, values, metrics)) is not None)
    floor = values.get("floor") or {}
    return Exam(
        rows=int(values.get("num_rows", values.get("rows", 0)) or 0),
        scores=scores,
        floor=tuple(score for name in _SCORES if (score := _score(name, floor, {})) is not None),
        gain=_score("gain_over_floor", values, metrics),
        labels=tuple(str(label) for label in values.get("labels") or ()),
        per_label=_per_label(values),
        confusion=tuple(tuple(int(count) for count in row) for row in values.get("confusion") or ()),
        bins=tuple(_bin(one) for one in _reliability(values)),
        says=tuple(str(sentence) for sentence in values.get("says") or ()),
        languages=dict(values.get("languages") or {}),
        left_out=_left_out(values.get("left_out") or {}),
    )


def _score(name: str, values: Mapping[str, Any], metrics: Mapping[str, float]) -> Score | None:
    found = values.get(name, (values.get("intervals") or {}).get(name, metrics.get(name)))
    if isinstance(found, Mapping):
        return Score(name, float(found["value"]), _number(found.get("low")), _number(found.get("high")))
    return None if found is None or isinstance(found, str) else Score(name, float(found))


def _left_out(found: Mapping[str, Any]) -> dict[str, int]:
    """Counts by reason; labels that the release does not know count together."""
    counts = {name: sum(value.values()) if isinstance(value, Mapping) else int(value) for name, value in found.items()}
    return {name: count for name, count in counts.items() if count}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _per_label(values: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found = values.get("per_label") or values.get("per_class") or ()
    if isinstance(found, Mapping):
        return tuple({"label": label, **figures} for label, figures in found.items())
    return tuple(found)


def _reliability(values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = values.get("reliability") or (values.get("calibration") or {}).get("bins") or ()
    return found.get("bins", ()) if isinstance(found, Mapping) else found


def _bin(one: Mapping[str, Any]) -> Bin:
    return Bin(float(one["confidence"]), float(one["accuracy"]), float(one.get("rows", one.get("count", 0))))
