from typing import Literal

import pytest
import torch
from torch import nn

from leafout.training.config import TrainingConfig
from leafout.training.optim import gradient_norm, make_optimizer, optimizer_tensors, restore_optimizer, set_rate


class Toy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict({"words": nn.Embedding(4, 3), "layers": nn.ModuleList([nn.Linear(3, 3)] * 1)})
        self.norm = nn.LayerNorm(3)
        self.head = nn.Linear(3, 2)
        self.frozen = nn.Parameter(torch.ones(2, 2), requires_grad=False)

    def forward(self) -> torch.Tensor:
        hidden = self.encoder["layers"][0](self.encoder["words"].weight)  # type: ignore[index]  # a ModuleList
        summed: torch.Tensor = self.head(self.norm(hidden)).square().sum()
        return summed


def made(**values: object) -> tuple[Toy, torch.optim.Optimizer]:
    torch.manual_seed(0)
    toy = Toy()
    return toy, make_optimizer(toy, TrainingConfig.read({"weight_decay": 0.1, **values}))


def test_matrices_decay_and_nothing_else_does() -> None:
    toy, optimizer = made()
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    for name, parameter in toy.named_parameters():
        if name == "frozen":
            assert id(parameter) not in decay
        else:
            assert decay[id(parameter)] == (0.1 if parameter.ndim == 2 else 0), name


def test_lower_layers_have_smaller_rates() -> None:
    toy = Toy()
    optimizer = make_optimizer(toy, TrainingConfig(), layer_decay=0.5, num_layers=1)
    set_rate(optimizer, 1.0)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    found = {name: rates[id(p)] for name, p in toy.named_parameters() if p.requires_grad}
    assert found["head.weight"] == 1
    assert found["encoder.layers.0.weight"] == 0.5
    assert found["encoder.words.weight"] == 0.25


@pytest.mark.parametrize("name", ["bert.encoder.layer.3.output.weight", "transformer.h.3.ln_1.weight"])
def test_layers_of_other_architectures_are_found(name: str) -> None:
    from leafout.training.optim import _depth_below_head

    assert _depth_below_head(name, 4) == 1
    assert _depth_below_head("bert.embeddings.word_embeddings.weight", 4) == 5
    assert _depth_below_head("classifier.bias", 4) == 0


@pytest.mark.parametrize("kind", ["adamw", "adafactor"])
def test_an_optimizer_that_was_put_back_goes_on_alike(kind: str) -> None:
    toy, optimizer = made(optimizer=kind)
    other, fresh = made(optimizer=kind)
    for _ in range(2):
        step(toy, optimizer)
    other.load_state_dict(toy.state_dict())
    kept = {name: values.clone() for name, values in optimizer_tensors(toy, optimizer).items()}
    restore_optimizer(other, fresh, kept)
    for pair in ((toy, optimizer), (other, fresh)):
        step(*pair)
    for ours, theirs in zip(toy.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def step(toy: Toy, optimizer: torch.optim.Optimizer) -> None:
    toy().backward()
    set_rate(optimizer, 0.01)
    optimizer.step()
    optimizer.zero_grad()


def test_gradients_are_clipped_to_a_norm_and_the_norm_before_is_told() -> None:
    toy, _ = made()
    (1000 * toy()).backward()
    before = gradient_norm(toy, 0)
    assert gradient_norm(toy, 1.0) == pytest.approx(before)
    assert gradient_norm(toy, 0) == pytest.approx(1.0, rel=1e-4)


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))
        self.seen: list[tuple[str, float]] = []

    def before_update(self) -> None:
        self.seen.append(("before", float(self.weight.detach()[0])))

    def after_update(self) -> None:
        self.seen.append(("after", float(self.weight.detach()[0])))


@pytest.mark.parametrize("name", ["adamw", "adafactor"])
def test_a_module_can_have_a_word_in_each_update(name: Literal["adamw", "adafactor"]) -> None:
    module = Counting()
    optimizer = make_optimizer(nn.Sequential(module), TrainingConfig(optimizer=name))
    set_rate(optimizer, 0.1)
    for _ in range(2):
        module.weight.grad = torch.ones(2)
        optimizer.step()
    assert [when for when, _ in module.seen] == ["before", "after", "before", "after"]
    values = [value for _, value in module.seen]
    assert values[0] == 1 > values[1] == values[2] > values[3]
