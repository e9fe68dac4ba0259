from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.maintenance.decision import Comparison, compare, compare_costs, decide, gates_reason
from leafout.metrics.classify import scores
from leafout.metrics.intervals import Difference

TRUTH = ["好", "差"] * 100


def exam(folder: Path, predicted: Sequence[str], *, truth: Sequence[str] = TRUTH, first: int = 0) -> Path:
    folder.mkdir()
    names = [f"r{first + place}" for place in range(len(truth))]
    table = pa.table(
        {"id": names, "label": list(truth), "predicted": list(predicted), "confidence": [0.5] * len(truth)}
    )
    pq.write_table(table, folder / "predictions.parquet")
    return folder


def wrong_in(share: float, *, seed: int = 0) -> list[str]:
    draw = np.random.default_rng(seed)
    return [{"好": "差", "差": "好"}[label] if draw.random() < share else label for label in TRUTH]


def indices(labels: Sequence[str]) -> NDArray[np.int64]:
    return np.array([label == "好" for label in labels], np.int64)


def test_scores_are_those_of_the_metrics_and_the_gain_is_their_difference(tmp_path: Path) -> None:
    better, worse = wrong_in(0.1, seed=1), wrong_in(0.3, seed=2)
    found = compare(exam(tmp_path / "a", better), exam(tmp_path / "b", worse), metric="macro_f1", seed=0)
    expected = [scores(indices(TRUTH), indices(answers), 2)["macro_f1"] for answers in (better, worse)]
    assert [found.candidate, found.champion] == pytest.approx(expected)
    assert found.gain.value == pytest.approx(expected[0] - expected[1])
    assert found.gain.low < found.gain.value < found.gain.high
    assert found.rows == 200
    assert found == compare(tmp_path / "a", tmp_path / "b", metric="macro_f1", seed=0)
    assert found.plain()["gain"]["low"] == round(found.gain.low, 6)


def test_a_surely_better_candidate_is_promoted_and_a_worse_one_kept_out(tmp_path: Path) -> None:
    good, bad = exam(tmp_path / "good", wrong_in(0.05)), exam(tmp_path / "bad", wrong_in(0.3, seed=1))
    up = decide(compare(good, bad, metric="accuracy", seed=0), min_gain=0.05)
    assert up.promote
    assert "on the same 200 rows" in up.reason
    assert "surely at least the +0.05 asked for" in up.reason
    down = decide(compare(bad, good, metric="accuracy", seed=0), min_gain=-0.01)
    assert not down.promote
    assert "surely less than the -0.01" in down.reason


def test_what_is_not_sure_is_kept_out_unless_a_small_loss_is_accepted() -> None:
    unsure = Comparison("accuracy", 50, 0.82, 0.8, Difference(value=0.02, low=-0.03, high=0.07, not_better=0.2))
    kept = decide(unsure, min_gain=0.0)
    assert not kept.promote
    assert "not surely" in kept.reason
    assert decide(unsure, min_gain=-0.03).promote


def test_equal_answers_are_no_loss(tmp_path: Path) -> None:
    same = wrong_in(0.2)
    found = compare(exam(tmp_path / "a", same), exam(tmp_path / "b", same), metric="macro_f1", seed=0)
    assert (found.gain.low, found.gain.high) == (0, 0)
    assert decide(found, min_gain=0.0).promote


def test_a_row_that_one_side_cannot_answer_is_a_wrong_answer(tmp_path: Path) -> None:
    both = exam(tmp_path / "a", [*TRUTH, "新"], truth=[*TRUTH, "新"])
    found = compare(both, exam(tmp_path / "b", TRUTH), metric="accuracy", seed=0)
    assert (found.candidate, found.champion, found.rows) == (1, 200 / 201, 201)


def test_rows_with_other_labels_are_refused(tmp_path: Path) -> None:
    other = exam(tmp_path / "b", TRUTH, truth=["差", *TRUTH[1:]])
    with pytest.raises(LeafoutError, match="`r0` has the label `好` in one exam and `差`"):
        compare(exam(tmp_path / "a", TRUTH), other, metric="accuracy", seed=0)


def test_an_exam_without_predictions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    good = exam(tmp_path / "a", TRUTH)
    with pytest.raises(LeafoutError, match="no usable"):
        compare(good, tmp_path / "empty", metric="accuracy", seed=0)
    (tmp_path / "empty" / "predictions.parquet").write_bytes(b"PAR1 is not enough")
    with pytest.raises(LeafoutError, match="no usable"):
        compare(good, tmp_path / "empty", metric="accuracy", seed=0)
    with pytest.raises(LeafoutError):
        compare_costs(good, good, seed=0)


def costs(folder: Path, nats: NDArray[np.float64], *, size: int = 100) -> Path:
    folder.mkdir()
    names = [f"d{place}" for place in range(len(nats))]
    pq.write_table(pa.table({"id": names, "nats": nats, "bytes": [size] * len(nats)}), folder / "predictions.parquet")
    return folder


def test_generators_are_compared_by_bits_for_each_byte(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    hard = draw.uniform(50, 150, 80)
    found = compare_costs(costs(tmp_path / "a", hard * 0.9), costs(tmp_path / "b", hard), seed=0)
    assert found.champion == pytest.approx(hard.mean() / np.log(2) / 100)
    assert found.gain.value == pytest.approx(0.1 * found.champion)
    assert decide(found, min_gain=0.05).promote
    assert not decide(compare_costs(tmp_path / "b", tmp_path / "a", seed=0), min_gain=0.0).promote
    with pytest.raises(LeafoutError, match="other documents"):
        compare_costs(tmp_path / "a", costs(tmp_path / "c", hard, size=7), seed=0)


def test_failed_gates_are_the_reason() -> None:
    assert gates_reason(["a", "b"]) == "the candidate did not pass its gates: a; b"
