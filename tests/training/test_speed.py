from collections.abc import Callable

import pytest

from leafout.core.run import QuietRun
from leafout.training.speed import Meter, Pace, Step, pace_of, steps_within


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def taking(self, seconds: float, value: int = 0) -> Callable[[], int]:
        def work() -> int:
            self.now += seconds
            return value

        return work


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("time.monotonic", made)
    return made


def test_minutes_become_steps_with_evaluations_and_the_trial_paid(clock: Clock) -> None:
    pace = pace_of(lambda _: clock.taking(0.5, value=1000)(), clock.taking(2.0), mean_tokens=2000.0, seconds=100)
    # 13 trial steps of 0.5 s and an evaluation of 2 s are spent, 5 evaluations to come; a mean step takes 1 s
    assert pace == Pace(step_seconds=1.0, look_seconds=2.0, spent_seconds=8.5)
    assert steps_within(pace, 100, looks=5) == int(100 - 6.5 - 2 - 10)


def test_a_trial_takes_a_small_part_of_the_budget(clock: Clock) -> None:
    pace = pace_of(lambda _: clock.taking(3.0, value=10)(), clock.taking(0.0), mean_tokens=10, seconds=30)
    assert pace.spent_seconds == 6


def test_a_trial_without_a_budget_takes_as_many_steps_as_it_may(clock: Clock) -> None:
    taken: list[int] = []

    def step(number: int) -> int:
        taken.append(number)
        return clock.taking(3.0, value=10)()

    assert pace_of(step, clock.taking(0.0), mean_tokens=5, trials=3).step_seconds == 1.5
    assert taken == [0, 0, 1, 2]


def test_at_least_one_step_is_taken() -> None:
    assert steps_within(Pace(9.0, 9.0, 20.0), 1, looks=9) == 1


def test_a_meter_counts_tokens_of_training_alone(clock: Clock) -> None:
    meter = Meter()
    for loss in (1.0, 2.0):
        clock.now += 1
        meter.add(Step(loss=loss, rate=0.1, norm=3.0, tokens=500, seconds=1.0))
    with meter.paused():
        clock.now += 50
    found = meter.figures()
    assert found == {"loss": 1.5, "rate": 0.1, "gradient_norm": 3.0, "tokens_per_second": 500.0}


def test_progress_is_shown_a_few_times_a_second_and_at_the_end(clock: Clock) -> None:
    shown: list[tuple[float, str]] = []

    class Watching(QuietRun):
        def progress(self, done: float, total: float | None, *, unit: str = "", note: str = "") -> None:
            shown.append((done, note))

    meter = Meter()
    for done in range(1, 31):
        clock.now += 0.05
        meter.add(Step(loss=2.0, rate=0.1, norm=3.0, tokens=500, seconds=0.05))
        if done == 1:
            meter.figures()
        meter.show(Watching(), done, 30)
    assert 5 <= len(shown) <= 10
    assert shown[-1] == (30, "loss 2.000, 10.0k tokens/s")
