import pytest

from leafout.training.config import TrainingConfig
from leafout.training.schedule import evaluation_steps, rate_factor


def factors(steps: int = 100, **values: object) -> list[float]:
    config = TrainingConfig.read({"warmup": 0.1, **values})
    return [rate_factor(step, steps, config) for step in range(steps)]


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
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


def test_no_rate_is_zero_even_for_one_step() -> None:
    assert factors(1) == [1.0]
    assert min(factors(3, warmup=0.0)) > 0


@pytest.mark.parametrize(("steps", "evaluations"), [(100, 8), (3, 8), (1, 1), (7, 3)])
def test_the_last_step_is_always_looked_at(steps: int, evaluations: int) -> None:
    found = evaluation_steps(steps, evaluations)
    assert max(found) == steps
    assert min(found) >= 1
    assert len(found) == min(steps, evaluations)
