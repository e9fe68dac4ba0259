import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as reference_log_loss

from leafout.metrics.calibration import brier, ece, log_loss, reliability, selective


def test_bins_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    confidence = random.random(400)
    is_right = random.random(400) < confidence**2
    found = reliability(confidence, is_right, num_bins=10)
    accuracy, mean_confidence = calibration_curve(is_right, confidence, n_bins=10)
    np.testing.assert_allclose(found.accuracy_K, accuracy, atol=1e-12)
    np.testing.assert_allclose(found.confidence_K, mean_confidence, atol=1e-12)
    assert found.rows_K.sum() == 400
    wanted = sum(rows * abs(a - c) for rows, a, c in zip(found.rows_K, accuracy, mean_confidence, strict=True)) / 400
    assert found.ece == pytest.approx(wanted)


def test_an_honest_classifier_has_a_small_error_and_a_boaster_a_large_one() -> None:
    random = np.random.default_rng(1)
    confidence = random.uniform(0.5, 1.0, 20_000)
    assert ece(confidence, random.random(20_000) < confidence) < 0.02
    assert ece(np.full(20_000, 0.99), random.random(20_000) < 0.7) == pytest.approx(0.29, abs=0.01)


def test_the_ends_fall_into_the_outer_bins() -> None:
    found = reliability(np.array([0.0, 1.0, 0.5]), np.array([False, True, True]), num_bins=2)
    assert found.rows_K.tolist() == [2, 1]
    assert [row["rows"] for row in found.plain()] == [2, 1]


def test_no_rows_have_no_error() -> None:
    assert reliability(np.zeros(0), np.zeros(0, np.bool_)).ece == 0.0
    assert reliability(np.zeros(0), np.zeros(0, np.bool_)).plain() == []


def test_brier_and_log_loss_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(2)
    true = random.integers(0, 2, 50)
    second = random.random(50)
    probabilities = np.stack([1 - second, second], axis=1)
    assert brier(probabilities, true).mean() == pytest.approx(2 * brier_score_loss(true, second))
    assert log_loss(probabilities, true).mean() == pytest.approx(reference_log_loss(true, probabilities))


def test_a_truth_that_was_ruled_out_has_a_finite_loss() -> None:
    assert np.isfinite(log_loss(np.array([[0.0, 1.0]]), np.array([0]))).all()
    assert brier(np.array([[0.0, 1.0]]), np.array([0]))[0] == 2.0


def test_the_surest_answers_come_first() -> None:
    coverage, accuracy = selective(np.array([0.6, 0.9, 0.7, 0.8]), np.array([False, True, True, False]))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert accuracy.tolist() == [1.0, 0.5, 2 / 3, 0.5]
