import pytest

from leafout.core.errors import LeafoutError
from leafout.training.config import TrainingConfig


@pytest.mark.parametrize("budget", [{}, {"steps": 3, "minutes": 1}, {"tokens": 1, "epochs": 2}])
def test_a_budget_is_exactly_one_thing(budget: dict[str, int]) -> None:
    with pytest.raises(LeafoutError, match="give one of `minutes`, `steps`, `tokens`, `epochs`"):
        TrainingConfig.read({"budget": budget})


@pytest.mark.parametrize(
    ("key", "value"),
    [("peak_rate", -1), ("peak_rate", float("nan")), ("warmup", 1), ("batch_tokens", 0), ("precision", "fp16")],
)
def test_values_out_of_range_are_refused(key: str, value: object) -> None:
    with pytest.raises(LeafoutError, match=key):
        TrainingConfig.read({key: value})


@pytest.mark.parametrize("budget", [{"minutes": 0.5}, {"steps": 3}, {"tokens": 10_000}, {"epochs": 0.5}])
def test_each_budget_is_taken(budget: dict[str, float]) -> None:
    assert TrainingConfig.read({"budget": budget}).plain()["budget"].items() >= budget.items()
