"""The exam of a classifier: everything that its answers to the locked rows say, in one object without a clock.

Legend: N rows, L labels, K bins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafout.evaluation.floor import Floor
from leafout.evaluation.locked import ExamRows
from leafout.inference.release import Release
from leafout.metrics.calibration import brier, log_loss, reliability
from leafout.metrics.classify import confusion, per_class
from leafout.metrics.intervals import Intervals, classification, paired_difference, ratio
from leafout.tasks.classify import softmax

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
_HISTOGRAM_BINS = 20
_LEAST_ROWS = 20
"""A language with fewer rows has no figures of its own."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the release said, and its floor where there is one.

    Attributes:
        probabilities_NL: of the release.
        predicted_N: its likeliest labels.
        confidence_N: their probabilities.
        abstains_N: whether a threshold holds the answer back.
        floor_N: the labels that the floor gives; None without a floor.
    """

    probabilities_NL: Float64
    predicted_N: Int64
    confidence_N: Float64
    abstains_N: NDArray[np.bool_]
    floor_N: Int64 | None

    @classmethod
    def of(cls, release: Release, logits_NL: NDArray[np.floating], floor_N: Int64 | None) -> "Answers":
        """Read logits as the service would."""
        probabilities_NL = softmax(logits_NL)
        predicted_N = probabilities_NL.argmax(axis=1)
        confidence_N = probabilities_NL.max(axis=1)
        said = zip(predicted_N.tolist(), confidence_N.tolist(), strict=True)
        abstains_N = np.array([release.abstains(release.labels[label], sure) for label, sure in said], np.bool_)
        return cls(probabilities_NL, predicted_N, confidence_N, abstains_N, floor_N)


def examine(
    release: Release, rows: ExamRows, answers: Answers, *, floor: Floor | None, samples: int, seed: int
) -> dict[str, Any]:
    """What `exam.json` says of a classifier.

    Args:
        release: what was asked.
        rows: what it was asked.
        answers: what it said.
        floor: the linear model beside it.
        samples: bootstrap resamples.
        seed: of the resamples.
    """
    labels, true_N = release.labels, rows.labels_N
    is_right_N = answers.predicted_N == true_N
    found = classification(true_N, answers.predicted_N, len(labels), samples=samples, seed=seed)
    counts_LL = confusion(true_N, answers.predicted_N, len(labels))
    bins = reliability(answers.confidence_N, is_right_N)
    ones_N = np.ones(len(rows))
    brier_N, loss_N = brier(answers.probabilities_NL, true_N), log_loss(answers.probabilities_NL, true_N)
    exam: dict[str, Any] = {
        "task": "classify",
        "num_rows": len(rows),
        "num_read": rows.num_read,
        "left_out": {"without_label": rows.num_unlabelled, "unknown_labels": rows.unknown},
        "labels": list(labels),
        "accuracy": found.accuracy.plain(),
        "macro_f1": found.macro_f1.plain(),
        "brier": ratio(brier_N, ones_N, samples=samples, seed=seed).plain(),
        "log_loss": ratio(loss_N, ones_N, samples=samples, seed=seed).plain(),
        "ece": _rounded(bins.ece),
        "per_label": _per_label(labels, counts_LL, found),
        "confusion": counts_LL.tolist(),
        "reliability": bins.plain(),
        "confidence": _histogram(answers.confidence_N, is_right_N),
        "languages": _languages(rows, answers, len(labels), samples=samples, seed=seed),
    }
    if release.thresholds:
        exam["abstention"] = _abstention(release, answers, is_right_N)
    if floor is not None and answers.floor_N is not None:
        exam |= _beside(true_N, answers.predicted_N, answers.floor_N, floor, len(labels), samples=samples, seed=seed)
    return exam


def figures(exam: Mapping[str, Any]) -> dict[str, float]:
    """The flat figures that gates look at."""
    found = {name: exam[name]["value"] for name in ("accuracy", "macro_f1", "brier", "log_loss")}
    found |= {"ece": exam["ece"], "rows": float(exam["num_rows"])}
    found |= {f"f1_{row['label']}": row["f1"]["value"] for row in exam["per_label"]}
    for name, part in exam["languages"].items():
        found |= {f"{score}_{name}": part[score]["value"] for score in ("accuracy", "macro_f1")}
    abstention = exam.get("abstention", {"abstained_fraction": 0.0})
    found |= {name: abstention[name] for name in ("abstained_fraction", "selective_accuracy") if name in abstention}
    if "floor" in exam:
        found |= {f"floor_{score}": exam["floor"][score]["value"] for score in ("accuracy", "macro_f1")}
        found["gain_over_floor"] = exam["gain_over_floor"]["value"]
    parity = exam.get("parity", {})
    return found | {name: parity[name] for name in ("agreement", "flip_rate") if name in parity}


def worst(rows: ExamRows, answers: Answers, labels: Sequence[str], most: int) -> list[dict[str, Any]]:
    """The most confident wrong answers, the surest first; each language has its share of the places."""
    wrong = np.flatnonzero(answers.predicted_N != rows.labels_N).tolist()
    wrong.sort(key=lambda place: (-round(float(answers.confidence_N[place]), 6), rows.ids[place]))
    rank: dict[str, int] = {}
    ranked = []
    for order, place in enumerate(wrong):
        name = rows.languages[place]
        rank[name] = rank.get(name, 0) + 1
        ranked.append((rank[name], order, place))
    taken = sorted(order for _, order, _ in sorted(ranked)[:most])
    return [_error(rows, answers, labels, wrong[order]) for order in taken]


def _error(rows: ExamRows, answers: Answers, labels: Sequence[str], place: int) -> dict[str, Any]:
    said = {
        "id": rows.ids[place],
        "source": rows.sources[place],
        "line": rows.lines[place],
        "language": rows.languages[place],
        "text": rows.texts[place],
        "label": labels[rows.labels_N[place]],
        "predicted": labels[answers.predicted_N[place]],
        "confidence": _rounded(answers.confidence_N[place]),
        "probability_of_label": _rounded(answers.probabilities_NL[place, rows.labels_N[place]]),
    }
    return said if rows.pairs is None else {**said, "text_b": rows.pairs[place]}


def _per_label(labels: Sequence[str], counts_LL: Int64, found: Intervals) -> list[dict[str, Any]]:
    table = per_class(counts_LL)
    return [
        {
            "label": label,
            "precision": _rounded(table.precision_L[place]),
            "recall": _rounded(table.recall_L[place]),
            "f1": found.f1_L[place].plain(),
            "rows": int(table.rows_L[place]),
        }
        for place, label in enumerate(labels)
    ]


def _languages(rows: ExamRows, answers: Answers, num_labels: int, *, samples: int, seed: int) -> dict[str, Any]:
    """Scores of each language that has rows enough; empty where there is but one."""
    language_N = np.array(rows.languages)
    names, counts = np.unique(language_N, return_counts=True)
    said: dict[str, Any] = {}
    for name in names[counts >= _LEAST_ROWS].tolist() if len(names) > 1 else []:
        is_its_N = language_N == name
        true_N, predicted_N = rows.labels_N[is_its_N], answers.predicted_N[is_its_N]
        found = classification(true_N, predicted_N, num_labels, samples=samples, seed=seed)
        ece = reliability(answers.confidence_N[is_its_N], predicted_N == true_N).ece
        scores = {"accuracy": found.accuracy.plain(), "macro_f1": found.macro_f1.plain()}
        said[name] = {"rows": len(true_N), **scores, "ece": _rounded(ece)}
        if answers.floor_N is not None:
            floor = classification(true_N, answers.floor_N[is_its_N], num_labels, samples=samples, seed=seed)
            said[name]["floor_macro_f1"] = floor.macro_f1.plain()
    return said


def _histogram(confidence_N: Float64, is_right_N: NDArray[np.bool_]) -> dict[str, Any]:
    """Right and wrong answers by confidence, in bins of equal width."""
    edges = np.linspace(0.0, 1.0, _HISTOGRAM_BINS + 1)
    sides = {"right": is_right_N, "wrong": ~is_right_N}
    counts = {name: np.histogram(confidence_N[side], edges)[0].tolist() for name, side in sides.items()}
    return {"edges": [_rounded(edge) for edge in edges], **counts}


def _abstention(release: Release, answers: Answers, is_right_N: NDArray[np.bool_]) -> dict[str, Any]:
    answered_N = ~answers.abstains_N
    said: dict[str, Any] = {
        "thresholds": dict(sorted(release.thresholds.items())),
        "abstained_fraction": _rounded(answers.abstains_N.mean()),
    }
    if answered_N.any():
        said["selective_accuracy"] = _rounded(is_right_N[answered_N].mean())
    return said


def _beside(
    true_N: Int64, predicted_N: Int64, floor_N: Int64, floor: Floor, num_labels: int, *, samples: int, seed: int
) -> dict[str, Any]:
    found = classification(true_N, floor_N, num_labels, samples=samples, seed=seed)
    difference = {
        score: paired_difference(true_N, floor_N, predicted_N, num_labels, score=score, samples=samples, seed=seed)
        for score in ("macro_f1", "accuracy")
    }
    about = {"num_train": floor.num_train, "ngrams": len(floor.columns.keys_D), "c": floor.c}
    return {
        "floor": {"accuracy": found.accuracy.plain(), "macro_f1": found.macro_f1.plain(), **about},
        "gain_over_floor": difference["macro_f1"].plain(),
        "accuracy_gain_over_floor": difference["accuracy"].plain(),
    }


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 6)
