import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from leafout.metrics.classify import Int64, accuracy, confusion, macro_f1, per_class, scores


def draw(seed: int, num_rows: int, num_labels: int) -> tuple[Int64, Int64]:
    random = np.random.default_rng(seed)
    true = random.integers(0, num_labels, num_rows)
    predicted = np.where(random.random(num_rows) < 0.6, true, random.integers(0, num_labels, num_rows))
    return true, predicted


@pytest.mark.parametrize(("num_rows", "num_labels"), [(1, 2), (7, 2), (40, 3), (500, 9), (30, 60)])
def test_scores_are_those_of_scikit_learn(num_rows: int, num_labels: int) -> None:
    for seed in range(5):
        true, predicted = draw(seed, num_rows, num_labels)
        found = scores(true, predicted, num_labels)
        assert found["accuracy"] == pytest.approx(accuracy_score(true, predicted), abs=1e-12)
        wanted = f1_score(true, predicted, average="macro", zero_division=0)
        assert found["macro_f1"] == pytest.approx(wanted, abs=1e-12)


def test_the_table_of_labels_is_that_of_scikit_learn() -> None:
    for seed in range(5):
        true, predicted = draw(seed, 60, 8)
        counts = confusion(true, predicted, 8)
        assert (counts == confusion_matrix(true, predicted, labels=range(8))).all()
        found = per_class(counts)
        wanted = precision_recall_fscore_support(true, predicted, labels=range(8), zero_division=0)
        for one, other in zip((found.precision_L, found.recall_L, found.f1_L, found.rows_L), wanted, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)


def test_a_label_that_never_occurs_does_not_pull_the_mean_down() -> None:
    assert scores(np.array([0, 1]), np.array([0, 1]), 3)["macro_f1"] == 1.0


def test_a_label_that_is_only_answered_counts_as_zero() -> None:
    assert scores(np.array([0, 0, 1]), np.array([0, 2, 1]), 3)["macro_f1"] == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_no_rows_score_nan() -> None:
    empty = np.zeros(0, np.int64)
    assert np.isnan(scores(empty, empty, 2)["accuracy"])
    assert np.isnan(scores(empty, empty, 2)["macro_f1"])


def test_many_matrices_are_scored_at_once() -> None:
    matrices = np.stack([confusion(*draw(seed, 50, 4), 4) for seed in range(6)])
    assert accuracy(matrices).tolist() == [float(accuracy(matrix)) for matrix in matrices]
    assert macro_f1(matrices).tolist() == [float(macro_f1(matrix)) for matrix in matrices]


@pytest.mark.parametrize("wrong", [-1, 2])
def test_an_index_that_is_no_label_is_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match="true index lies outside 0 to 1"):
        confusion(np.array([0, wrong]), np.array([0, 1]), 2)
    with pytest.raises(ValueError, match="predicted index lies outside 0 to 1"):
        confusion(np.array([0, 1]), np.array([0, wrong]), 2)
