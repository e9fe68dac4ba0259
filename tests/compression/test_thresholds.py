import numpy as np

from leafout.compression.thresholds import thresholds


def logits(confidences: list[float], label: int) -> np.ndarray:
    sure = np.array(confidences)
    pair = np.stack([np.log(sure), np.log(1 - sure)], axis=1)
    return (pair if label == 0 else pair[:, ::-1]).astype(np.float32)


def test_the_lowest_confidence_above_which_enough_are_right_is_chosen() -> None:
    rows = logits([0.95, 0.9, 0.8, 0.7, 0.6], 0)
    true = np.array([0, 0, 0, 1, 1])
    found = thresholds(rows, true, ["好", "bad"], precision=0.75)
    assert 0.69 < found["好"] <= 0.7  # 3 of 4 are right at 0.7, 3 of 5 at 0.6


def test_a_label_that_is_always_right_needs_none() -> None:
    assert thresholds(logits([0.9, 0.6], 1), np.array([1, 1]), ["好", "bad"], precision=0.99) == {}


def test_a_label_that_is_never_right_is_never_given() -> None:
    assert thresholds(logits([0.9, 0.6], 1), np.array([0, 0]), ["好", "bad"], precision=0.5) == {"bad": 1.0}


def test_equal_confidences_are_taken_together() -> None:
    found = thresholds(logits([0.9, 0.8, 0.8], 0), np.array([0, 0, 1]), ["好", "bad"], precision=0.9)
    assert found["好"] > 0.85
