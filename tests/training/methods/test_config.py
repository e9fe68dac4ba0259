import pytest

from leafout.core.errors import LeafoutError
from leafout.training.methods.config import MethodTraining


def test_full_tuning_is_what_is_meant_without_a_word() -> None:
    assert MethodTraining().method == "full"
    assert MethodTraining.read({"method": "lora", "lora": {"rank": 4, "targets": ["qkv"]}}).lora.targets == ("qkv",)


@pytest.mark.parametrize(
    "values",
    [
        {"method": "lore"},
        {"lora": {"rank": 0}},
        {"lora": {"alpha": 0}},
        {"lora": {"ranks": 4}},
        {"adalora": {"first_rank": 4, "last_rank": 5}},
        {"adalora": {"warmup": 0.5, "final": 0.5}},
        {"method": "adalora", "budget": {"minutes": 1}},
        {"method": "adalora", "average": 0.9},
        {"prefix": {"tokens": 0}},
        {"adapter": {"reduction": 0}},
    ],
)
def test_wrong_values_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(LeafoutError):
        MethodTraining.read(values)


def test_a_prefix_takes_positions_where_it_is_asked_for() -> None:
    assert MethodTraining.read({"prefix": {"tokens": 4}}).taken_positions == 0
    assert MethodTraining.read({"method": "prefix", "prefix": {"tokens": 4}}).taken_positions == 4
