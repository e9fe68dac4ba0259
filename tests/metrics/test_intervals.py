import numpy as np
import pytest

from leafout.metrics.classify import Int64, scores
from leafout.metrics.intervals import classification, paired_difference, ratio, ratio_difference


def answers(seed: int, num_rows: int, skill: float, num_labels: int = 3) -> tuple[Int64, Int64]:
    random = np.random.default_rng(seed)
    true = random.integers(0, num_labels, num_rows)
    return true, np.where(random.random(num_rows) < skill, true, random.integers(0, num_labels, num_rows))


def by_hand(true: Int64, predicted: Int64, name: str, num_labels: int = 3) -> list[float]:
    """The plain bootstrap: draw rows, score them, take the quantiles."""
    random = np.random.default_rng(99)
    drawn = []
    for _ in range(1500):
        rows = random.integers(0, len(true), len(true))
        drawn.append(scores(true[rows], predicted[rows], num_labels)[name])
    return [float(bound) for bound in np.quantile(drawn, [0.025, 0.975])]


def test_intervals_are_those_of_the_plain_bootstrap() -> None:
    true, predicted = answers(1, 150, 0.7)
    found = classification(true, predicted, 3, samples=1500, seed=4)
    for name, interval in (("accuracy", found.accuracy), ("macro_f1", found.macro_f1)):
        assert [interval.low, interval.high] == pytest.approx(by_hand(true, predicted, name), abs=0.012)
        assert interval.value == pytest.approx(scores(true, predicted, 3)[name])


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    true_accuracy = 0.7 + 0.3 / 3
    covered = 0
    for seed in range(200):
        interval = classification(*answers(seed, 300, 0.7), 3, samples=200, seed=seed).accuracy
        covered += interval.low <= true_accuracy <= interval.high
    assert 180 <= covered <= 199


def test_equal_seeds_give_equal_intervals() -> None:
    true, predicted = answers(1, 80, 0.7)
    assert classification(true, predicted, 3, seed=4) == classification(true, predicted, 3, seed=4)
    assert classification(true, predicted, 3, seed=4) != classification(true, predicted, 3, seed=5)


def test_each_label_has_an_interval_also_one_without_rows() -> None:
    true, predicted = answers(1, 80, 0.7)
    found = classification(true, predicted, 4)
    assert len(found.f1_L) == 4
    assert (found.f1_L[3].value, found.f1_L[3].high) == (0.0, 0.0)
    assert all(part.low < part.value < part.high for part in found.f1_L[:3])


@pytest.mark.parametrize("score", ["accuracy", "macro_f1"])
def test_a_difference_is_tighter_than_two_intervals_when_systems_agree(score: str) -> None:
    true, first = answers(1, 400, 0.7)
    better = np.random.default_rng(3).random(400) < 0.1
    second = np.where(better, true, first)
    found = paired_difference(true, first, second, 3, score=score, seed=2)  # type: ignore[arg-type] # a parameter
    assert found.value == pytest.approx(scores(true, second, 3)[score] - scores(true, first, 3)[score])
    assert found.low > 0
    assert not found.may_be_chance
    assert found.not_better == 0
    alone = classification(true, first, 3).accuracy
    assert found.high - found.low < 0.6 * (alone.high - alone.low)


def test_a_system_is_no_better_than_itself() -> None:
    true, first = answers(1, 100, 0.7)
    found = paired_difference(true, first, first, 3)
    assert (found.value, found.low, found.high, found.not_better) == (0.0, 0.0, 0.0, 1.0)
    assert found.may_be_chance


def test_noise_alone_is_called_chance_nineteen_times_in_twenty() -> None:
    called = 0
    for seed in range(200):
        true, first = answers(seed, 200, 0.7)
        random = np.random.default_rng(seed)
        second = np.where(random.random(200) < 0.7 + 0.3 / 3, true, (true + 1) % 3)
        called += paired_difference(true, first, second, 3, score="accuracy", samples=200).may_be_chance
    assert 180 <= called <= 199


def test_a_ratio_over_documents_is_bounded_by_drawing_documents() -> None:
    random = np.random.default_rng(0)
    tokens = random.integers(5, 50, 120).astype(float)
    losses = tokens * random.normal(3.0, 0.5, 120)
    found = ratio(losses, tokens, samples=1500, seed=1)
    assert found.value == pytest.approx(losses.sum() / tokens.sum())
    drawn = []
    for _ in range(1500):
        rows = random.integers(0, 120, 120)
        drawn.append(losses[rows].sum() / tokens[rows].sum())
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.02)
    difference = ratio_difference(losses, losses - tokens, tokens)
    assert difference.value == pytest.approx(1.0)
    assert difference.low == pytest.approx(1.0)


def test_many_kinds_of_rows_are_drawn_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    true, predicted = answers(2, 300, 0.5, num_labels=40)
    whole = classification(true, predicted, 40, samples=64)
    monkeypatch.setattr("leafout.metrics.intervals._CHUNK", 1000)
    assert classification(true, predicted, 40, samples=64) == whole


def test_nothing_to_draw_from_is_an_error() -> None:
    empty = np.zeros(0, np.int64)
    with pytest.raises(ValueError, match="no rows"):
        classification(empty, empty, 2)
    with pytest.raises(ValueError, match="no documents"):
        ratio(empty.astype(float), empty.astype(float))


def test_intervals_go_into_json() -> None:
    true, predicted = answers(1, 100, 0.7)
    assert set(classification(true, predicted, 3).accuracy.plain()) == {"value", "low", "high"}
    assert set(paired_difference(true, predicted, true, 3).plain()) == {"value", "low", "high", "not_better"}
