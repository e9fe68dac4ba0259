import random

import numpy as np
import pytest

from leafout.maintenance.drift import CONFIDENCE, INPUTS, LABELS, MAX_ROWS, discrepancy, measure_drift
from leafout.maintenance.features import features
from leafout.maintenance.reference import Seen

_ZH = {"hotel": "酒店房间服务前台早餐床干净安静地铁", "phone": "手机屏幕电池拍照系统信号充电外观流畅"}
_EN = {
    "hotel": "room staff breakfast bed clean quiet lobby",
    "phone": "screen battery camera system signal charge fast",
}


def texts(count: int, topic: str, *, seed: int) -> list[str]:
    """Chinese and English sentences of random words on a topic."""
    draw = random.Random(seed)
    words = [list(_ZH[topic]), _EN[topic].split()]
    made = []
    for number in range(count):
        kind = number % 2
        made.append(("", " ")[kind].join(draw.choice(words[kind]) for _ in range(draw.randint(4, 12))))
    return made


def seen(count: int, *, topic: str = "hotel", seed: int, good: float = 0.6, sure: float = 4.0) -> Seen:
    """A stream: texts, answers of two labels, confidences above a half."""
    draw = np.random.default_rng(seed)
    labels = (draw.random(count) < good).astype(np.int32)
    confidence = (0.5 + 0.5 * draw.beta(sure, 1.5, count)).astype(np.float32)
    return Seen(features(texts(count, topic, seed=seed)), labels, confidence)


def test_other_texts_are_found_by_the_inputs_alone() -> None:
    found = measure_drift(seen(120, topic="phone", seed=1), seen(200, seed=2), seed=0)
    assert found.p_input == found.each[INPUTS] == 0.001
    assert found.p <= 0.003
    assert found.p_output > 0.05
    assert found.rows == (120, 200)


def test_another_label_mix_is_found_by_the_outputs() -> None:
    found = measure_drift(seen(200, seed=1, good=0.3), seen(300, seed=2), seed=0)
    assert found.each[LABELS] <= 0.002
    assert found.each[CONFIDENCE] > 0.05
    assert found.p <= 0.01
    assert found.p_input is not None
    assert found.p_input > 0.05


def test_lower_confidence_is_found_by_the_outputs() -> None:
    found = measure_drift(seen(200, seed=1, sure=1.5), seen(300, seed=2), seed=0)
    assert found.each[CONFIDENCE] <= 0.002
    assert found.p_output <= 0.004
    assert found.p <= 0.01


def test_equal_streams_are_no_drift_and_equal_seeds_give_equal_verdicts() -> None:
    live, reference = seen(150, seed=1), seen(250, seed=2)
    found = measure_drift(live, reference, seed=5)
    assert found.p > 0.05
    assert found == measure_drift(live, reference, seed=5)
    assert found.plain() != measure_drift(live, reference, seed=6).plain()


def test_without_texts_the_answers_alone_are_tested() -> None:
    live = seen(200, seed=1, good=0.3)
    found = measure_drift(Seen(None, live.labels_N, live.confidence_N), seen(300, seed=2), seed=0)
    assert found.p_input is None
    assert set(found.each) == {LABELS, CONFIDENCE}
    assert found.p == found.p_output <= 0.01
    assert found.plain()["p_input"] is None


def test_a_long_stream_is_sampled() -> None:
    live = seen(MAX_ROWS + 50, seed=1)
    assert measure_drift(live, seen(100, seed=2), seed=0, permutations=99).rows == (MAX_ROWS, 100)


def test_answers_that_are_all_alike_are_no_drift() -> None:
    constant = Seen(None, np.zeros(60, np.int32), np.ones(60, np.float32))
    assert measure_drift(constant, constant, seed=0, permutations=99).p == 1


def test_label_mix_and_confidence_are_those_of_the_books() -> None:
    """Chi-square of a two-sample table and Cramer-von Mises as scipy has them."""
    stats = pytest.importorskip("scipy.stats")
    live, reference = seen(80, seed=1, good=0.45), seen(160, seed=2)
    found = measure_drift(live, reference, seed=0, permutations=4999)
    table = [[(side.labels_N == label).sum() for label in (0, 1)] for side in (live, reference)]
    chance = stats.chi2_contingency(table, correction=False).pvalue
    assert found.each[LABELS] == pytest.approx(chance, abs=0.03)
    distance = stats.cramervonmises_2samp(live.confidence_N, reference.confidence_N, method="asymptotic").pvalue
    assert found.each[CONFIDENCE] == pytest.approx(distance, abs=0.03)


def test_the_discrepancy_is_that_of_its_definition() -> None:
    """Gretton et al. 2012, equation 5, with the square of the median distance as the kernel's width."""
    points = features(texts(30, "hotel", seed=1) + texts(10, "phone", seed=2))
    live = np.stack([np.arange(40) < 12, np.arange(40) >= 28]).astype(np.int32)
    plain = points / 127
    distances = ((plain[:, None] - plain[None]) ** 2).sum(axis=2)
    kernel = np.exp(-distances / np.median(distances[np.triu_indices(40, 1)]))
    expected = []
    for row in live.astype(bool):
        inner = kernel[np.ix_(row, row)].mean() + kernel[np.ix_(~row, ~row)].mean()
        expected.append(inner - 2 * kernel[np.ix_(row, ~row)].mean())
    np.testing.assert_allclose(discrepancy(points, live), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.slow
def test_five_percent_of_200_streams_without_drift_raise_an_alarm() -> None:
    whole = seen(4000, seed=11)
    draw = np.random.default_rng(3)
    alarms = []
    for number in range(200):
        order = draw.permutation(len(whole))
        live, reference = whole.at(order[:200]), whole.at(order[200:700])
        found = measure_drift(live, reference, seed=number, permutations=499)
        alarms.append((found.p <= 0.05, (found.p_input or 0) <= 0.05, found.p_output <= 0.05))
    combined, inputs, outputs = np.mean(alarms, axis=0)
    assert 0.02 <= combined <= 0.08
    assert 0.02 <= inputs <= 0.08
    assert 0.02 <= outputs <= 0.08
