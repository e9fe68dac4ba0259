from torch import nn

from leafout.training.methods.config import MethodTraining
from leafout.training.methods.lora import Lora
from leafout.training.methods.method import RATES, Full, method_of


def test_each_name_has_its_method_and_rate() -> None:
    model = nn.Linear(2, 2)
    full = method_of(MethodTraining(), model, seed=1)
    assert isinstance(full, Full)
    assert full.fit_into(model) is model
    assert full.merge(model) is model
    found = method_of(MethodTraining.read({"method": "lora", "lora": {"rank": 2, "targets": ["out"]}}), model, seed=1)
    assert isinstance(found, Lora)
    assert (found.shape.rank, found.targets, found.seed) == (2, ("out",), 1)
    assert RATES.keys() == set(MethodTraining.model_fields["method"].annotation.__args__)  # type: ignore[union-attr]
