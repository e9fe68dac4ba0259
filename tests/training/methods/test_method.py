from torch import nn

from leafout.models.adapters.adalora import Timetable
from leafout.training.methods.adalora import AdaLora
from leafout.training.methods.config import MethodTraining
from leafout.training.methods.lora import Lora
from leafout.training.methods.method import RATES, Full, method_of


def test_each_name_has_its_method_and_rate() -> None:
    model = nn.Linear(2, 2)
    full = method_of(MethodTraining(), model, seed=1, steps=100)
    assert isinstance(full, Full)
    assert full.fit_into(model) is model
    assert full.merge(model) is model
    found = method_of(
        MethodTraining.read({"method": "lora", "lora": {"rank": 2, "targets": ["out"]}}), model, seed=1, steps=100
    )
    assert isinstance(found, Lora)
    assert (found.shape.rank, found.targets, found.seed) == (2, ("out",), 1)
    assert RATES.keys() == set(MethodTraining.model_fields["method"].annotation.__args__)  # type: ignore[union-attr]


def test_the_timetable_of_ranks_is_made_of_the_steps() -> None:
    config = MethodTraining.read({"method": "adalora", "adalora": {"warmup": 0.2, "final": 0.5}})
    found = method_of(config, nn.Linear(2, 2), seed=1, steps=1000)
    assert isinstance(found, AdaLora)
    assert found.timetable == Timetable(steps=1000, warmup=200, final=500, every=10)
