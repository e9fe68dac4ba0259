import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from leafout.evaluation import linear
from leafout.evaluation.linear import Float64, Linear, fit, minimise
from leafout.evaluation.ngrams import SparseRows
from leafout.metrics.classify import Int64


def draw(num_labels: int, *, num_rows: int = 120, num_columns: int = 30) -> tuple[SparseRows, Int64]:
    random = np.random.default_rng(num_labels)
    labels = random.integers(0, num_labels, num_rows)
    parts = [
        np.unique(
            np.append(random.integers(0, num_columns, 6), (labels[row] * 3 + random.integers(0, 4)) % num_columns)
        )
        for row in range(num_rows)
    ]
    starts = np.cumsum([0, *(len(part) for part in parts)])
    values = random.random(starts[-1]).astype(np.float32)
    return SparseRows(starts.astype(np.int64), np.concatenate(parts).astype(np.int32), values), labels


def reference(rows: SparseRows, num_columns: int = 30) -> Float64:
    dense = np.zeros((len(rows), num_columns))
    for row in range(len(rows)):
        part = slice(rows.starts_N1[row], rows.starts_N1[row + 1])
        dense[row, rows.columns_E[part]] = rows.values_E[part]
    return dense


@pytest.mark.parametrize("c", [0.5, 10.0])
def test_the_solution_is_that_of_scikit_learn(c: float) -> None:
    rows, labels = draw(4)
    found = fit(rows, labels, num_columns=30, num_labels=4, c=c, tolerance=1e-12)
    wanted = LogisticRegression(C=c, tol=1e-8, max_iter=2000).fit(reference(rows), labels)
    np.testing.assert_allclose(found.weights_DK.T, wanted.coef_, atol=2e-3)
    centred = found.intercepts_K - found.intercepts_K.mean()
    np.testing.assert_allclose(centred, wanted.intercept_ - wanted.intercept_.mean(), atol=2e-3)


def test_two_labels_share_the_penalty() -> None:
    rows, labels = draw(2)
    found = fit(rows, labels, num_columns=30, num_labels=2, c=4.0, tolerance=1e-12)
    wanted = LogisticRegression(C=8.0, tol=1e-8, max_iter=2000).fit(reference(rows), labels)
    np.testing.assert_allclose(found.weights_DK[:, 1] - found.weights_DK[:, 0], wanted.coef_[0], atol=2e-3)


def test_where_it_starts_makes_no_difference() -> None:
    rows, labels = draw(3)
    cold = fit(rows, labels, num_columns=30, num_labels=3, c=2.0, tolerance=1e-12)
    elsewhere = Linear(np.full((30, 3), 0.5), np.array([1.0, -2.0, 0.0]))
    warm = fit(rows, labels, num_columns=30, num_labels=3, c=2.0, start=elsewhere, tolerance=1e-12)
    np.testing.assert_allclose(warm.logits(rows).argmax(axis=1), cold.logits(rows).argmax(axis=1))
    np.testing.assert_allclose(warm.weights_DK, cold.weights_DK, atol=1e-3)


def test_equal_calls_give_equal_bits() -> None:
    rows, labels = draw(3)
    one, two = (fit(rows, labels, num_columns=30, num_labels=3, c=2.0) for _ in range(2))
    assert one.weights_DK.tobytes() == two.weights_DK.tobytes()


def test_logits_are_a_product_of_matrices() -> None:
    rows, _ = draw(3)
    random = np.random.default_rng(0)
    model = Linear(random.normal(size=(30, 3)), random.normal(size=3))
    np.testing.assert_allclose(model.logits(rows), reference(rows) @ model.weights_DK + model.intercepts_K, atol=1e-9)


def test_the_compiled_loops_say_what_the_plain_ones_say(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, labels = draw(3, num_rows=20)
    compiled = fit(rows, labels, num_columns=30, num_labels=3, c=2.0)
    monkeypatch.setattr(linear, "_kernel", lambda function: function)
    plain = fit(rows, labels, num_columns=30, num_labels=3, c=2.0)
    np.testing.assert_allclose(compiled.weights_DK, plain.weights_DK, atol=1e-6)


def test_a_valley_that_bends_is_followed_to_its_end() -> None:
    def bent(point: Float64) -> tuple[float, Float64]:
        """Long and narrow, and steeper than a parabola."""
        scale = np.array([1.0, 100.0])
        return float((scale * point**2).sum() + (point**4).sum()), 2 * scale * point + 4 * point**3

    found = minimise(bent, np.array([30.0, -20.0]), tolerance=1e-16)
    np.testing.assert_allclose(found, 0.0, atol=1e-6)


def test_rows_without_entries_get_the_commonest_label() -> None:
    empty = SparseRows(np.zeros(6, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    found = fit(empty, np.array([1, 1, 0, 1, 2]), num_columns=0, num_labels=3, c=1.0)
    assert found.logits(empty).argmax(axis=1).tolist() == [1] * 5
