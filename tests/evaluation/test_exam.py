from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leafout.evaluation.exam import Answers, examine, figures, worst
from leafout.evaluation.floor import LabelledTexts, fit_floor
from leafout.evaluation.locked import ExamRows
from leafout.inference.release import Release
from leafout.metrics.calibration import ece

LABELS = ("好", "差", "neutral")
RELEASE = Release(
    path=Path("nowhere"),
    task="classify",
    format="onnx",
    precision="fp32",
    labels=LABELS,
    max_tokens=32,
    pair=False,
    thresholds={},
    languages=(),
    model="",
    architecture="B",
)


def asked(count: int = 90, seed: int = 0) -> tuple[ExamRows, Any]:
    random = np.random.default_rng(seed)
    true = random.integers(0, 3, count)
    logits = random.normal(size=(count, 3)).astype(np.float32)
    logits[np.arange(count), true] += 1.5
    rows = ExamRows(
        ids=[f"row{number:03d}" for number in range(count)],
        texts=[f"书 {number}" for number in range(count)],
        pairs=None,
        sources=["data/a.csv"] * count,
        lines=list(range(count)),
        languages=["zh" if number % 3 else "en" for number in range(count)],
        labels_N=true,
        num_read=count,
        num_unlabelled=0,
        unknown={},
    )
    return rows, logits


def exam_of(rows: ExamRows, logits: Any, release: Release = RELEASE, **values: Any) -> dict[str, Any]:
    answers = Answers.of(release, logits, values.pop("floor_N", None))
    return examine(release, rows, answers, floor=values.pop("floor", None), samples=100, seed=0)


def test_labels_have_their_figures_and_bounds() -> None:
    rows, logits = asked()
    exam = exam_of(rows, logits)
    table = {row["label"]: row for row in exam["per_label"]}
    assert list(table) == list(LABELS)
    counts = np.array(exam["confusion"])
    assert table["差"]["recall"] == pytest.approx(counts[1, 1] / counts[1].sum(), abs=1e-6)
    assert table["差"]["precision"] == pytest.approx(counts[1, 1] / counts[:, 1].sum(), abs=1e-6)
    assert all(row["f1"]["low"] < row["f1"]["value"] < row["f1"]["high"] for row in table.values())
    assert sum(row["rows"] for row in table.values()) == 90


def test_calibration_is_that_of_the_answers() -> None:
    rows, logits = asked()
    exam = exam_of(rows, logits)
    answers = Answers.of(RELEASE, logits, None)
    assert exam["ece"] == round(ece(answers.confidence_N, answers.predicted_N == rows.labels_N), 6)
    assert sum(part["rows"] for part in exam["reliability"]) == 90
    assert sum(exam["confidence"]["right"]) + sum(exam["confidence"]["wrong"]) == 90
    assert sum(exam["confidence"]["right"]) == round(exam["accuracy"]["value"] * 90)


def test_a_threshold_holds_unsure_answers_back() -> None:
    rows, logits = asked()
    release = replace(RELEASE, thresholds={"好": 0.99, "差": 0.0})
    exam = exam_of(rows, logits, release)
    answers = Answers.of(release, logits, None)
    held = (answers.predicted_N == 0) & (answers.confidence_N < 0.99)
    assert exam["abstention"]["abstained_fraction"] == round(held.mean(), 6) > 0
    right = (answers.predicted_N == rows.labels_N)[~held].mean()
    assert exam["abstention"]["selective_accuracy"] == round(float(right), 6)
    assert figures(exam)["selective_accuracy"] == exam["abstention"]["selective_accuracy"]


def test_one_that_never_answers_has_no_accuracy_of_its_answers() -> None:
    rows, logits = asked()
    exam = exam_of(rows, logits, replace(RELEASE, thresholds=dict.fromkeys(LABELS, 1.0)))
    assert exam["abstention"]["abstained_fraction"] == 1.0
    assert "selective_accuracy" not in figures(exam)


def test_without_thresholds_nothing_is_held_back() -> None:
    rows, logits = asked()
    exam = exam_of(rows, logits)
    assert "abstention" not in exam
    assert figures(exam)["abstained_fraction"] == 0.0


def test_the_floor_stands_beside_with_a_paired_difference() -> None:
    rows, logits = asked()
    floor = fit_floor(LabelledTexts(rows.texts, None, rows.labels_N), None, 3)
    exam = exam_of(rows, logits, floor=floor, floor_N=rows.labels_N)
    assert exam["floor"]["accuracy"]["value"] == 1.0
    assert exam["gain_over_floor"]["value"] == pytest.approx(exam["macro_f1"]["value"] - 1.0, abs=2e-6)
    assert figures(exam)["gain_over_floor"] < 0
    assert figures(exam)["floor_macro_f1"] == 1.0


def test_one_language_alone_has_no_table_of_languages() -> None:
    rows, logits = asked()
    assert exam_of(replace(rows, languages=["zh"] * 90), logits)["languages"] == {}


def test_the_worst_errors_are_shared_out_among_languages() -> None:
    rows, logits = asked(300)
    logits[np.array(rows.languages) == "en"] *= 0.1  # English answers are all unsure
    answers = Answers.of(RELEASE, logits, None)
    errors = worst(rows, answers, LABELS, 10)
    assert [error["language"] for error in errors].count("en") == 5
    assert all(error["label"] != error["predicted"] for error in errors)
    sure = [error["confidence"] for error in errors]
    assert sure == sorted(sure, reverse=True)
    wrong = answers.confidence_N[answers.predicted_N != rows.labels_N]
    assert sure[0] == pytest.approx(wrong.max(), abs=1e-6)
    assert all(error["probability_of_label"] < error["confidence"] for error in errors)


def test_no_more_errors_are_listed_than_there_are() -> None:
    rows, logits = asked()
    answers = Answers.of(RELEASE, logits, None)
    wrong = int((answers.predicted_N != rows.labels_N).sum())
    assert len(worst(rows, answers, LABELS, 1000)) == wrong
    assert worst(rows, answers, LABELS, 0) == []


def test_a_perfect_exam_has_no_errors() -> None:
    rows, logits = asked()
    logits[np.arange(90), rows.labels_N] += 50
    answers = Answers.of(RELEASE, logits, None)
    assert worst(rows, answers, LABELS, 10) == []
    assert exam_of(rows, logits)["accuracy"] == {"value": 1.0, "low": 1.0, "high": 1.0}
