import pytest
import torch
from torch import nn

from leafout.training.average import Average


def filled(value: float) -> nn.Linear:
    model = nn.Linear(2, 1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(value)
    return model


def test_its_memory_is_short_at_first_and_then_what_was_asked_for() -> None:
    average = Average(filled(0.0), 0.5)
    average.add(filled(1.0), 1)
    assert float(average.tensors["bias"]) == pytest.approx(1 - 2 / 11)
    average.add(filled(0.0), 1000)
    assert float(average.tensors["bias"]) == pytest.approx(0.5 * (1 - 2 / 11))


def test_within_the_block_the_model_has_the_average() -> None:
    model = filled(3.0)
    average = Average(filled(1.0), 0.9)
    with pytest.raises(RuntimeError, match="amid"), average.in_place(model):
        assert float(model.bias.detach()) == 1.0
        raise RuntimeError("amid")
    assert float(model.bias.detach()) == 3.0
    assert float(average.tensors["bias"]) == 1.0


def test_an_average_goes_on_from_its_tensors() -> None:
    first = Average(filled(1.0), 0.9)
    second = Average(filled(9.0), 0.9, first.tensors)
    second.add(filled(1.0), 50)
    assert float(second.tensors["weight"][0, 0]) == pytest.approx(1.0)
    assert float(first.tensors["weight"][0, 0]) == 1.0
