import pytest

from leafout.training.config import TrainingConfig
from leafout.training.schedule import evaluation_steps, rate_factor


def factors(steps: int = 100, **values: object) -> list[float]:
    config = TrainingConfig.read({"warmup": 0.1, **values})
    return [rate_factor(step, steps, config) for step in range(steps)]


@pytest.mark.parametrize("schedule", ["linear", "cosine", "wsd", "inverse_sqrt", "constant"])
def test_the_rate_rises_to_its_peak_and_never_rises_again(schedule: str) -> None:
    found = factors(schedule=schedule)
    assert found[0] == pytest.approx(1 / 11)
    assert found[:11] == sorted(found[:11])
    assert max(found) == found[10] == 1
    assert found[10:] == sorted(found[10:], reverse=True)


def test_linear_and_cosine_end_where_they_should() -> None:
    assert factors(schedule="linear")[-1] == pytest.approx(1 / 90)
    assert factors(schedule="cosine")[55] == pytest.approx(0.5)
    assert factors(schedule="linear", final_rate=0.2)[-1] == pytest.approx(0.2 + 0.8 / 90)
    assert set(factors(schedule="constant")[10:]) == {1.0}


def test_wsd_stands_still_and_falls_at_the_end() -> None:
    found = factors(schedule="wsd", cooldown=0.3)
    assert set(found[10:71]) == {1.0}
    assert found[71:] == [pytest.approx(1 - place / 30) for place in range(1, 30)]
    assert factors(schedule="wsd", cooldown=1.0) == factors(schedule="linear")
    assert min(factors(1, schedule="wsd")) > 0


def test_the_inverse_root_does_not_ask_how_long_a_run_is() -> None:
    short, long = factors(100, schedule="inverse_sqrt"), factors(1000, schedule="inverse_sqrt", warmup=0.01)
    assert short == long[:100]
    assert short[43] == pytest.approx(0.5)


def test_no_rate_is_zero_even_for_one_step() -> None:
    assert factors(1) == [1.0]
    assert min(factors(3, warmup=0.0)) > 0


@pytest.mark.parametrize(("steps", "evaluations"), [(100, 8), (3, 8), (1, 1), (7, 3)])
def test_the_last_step_is_always_looked_at(steps: int, evaluations: int) -> None:
    found = evaluation_steps(steps, evaluations)
    assert max(found) == steps
    assert min(found) >= 1
    assert len(found) == min(steps, evaluations)
