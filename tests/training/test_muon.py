import math

import pytest
import torch
from torch import nn

from leafout.training.config import TrainingConfig
from leafout.training.muon import Muon, orthogonal
from leafout.training.optim import make_optimizer, optimizer_tensors, restore_optimizer, set_rate


class Toy(nn.Module):
    """Words, two layers with fused matrices, and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(7, 4)
        self.layers = nn.ModuleList(nn.ModuleDict({"qkv": nn.Linear(4, 12), "out": nn.Linear(12, 4)}) for _ in range(2))
        self.head = nn.Linear(4, 3)

    def forward(self) -> torch.Tensor:
        hidden = self.words.weight
        for layer in self.layers:
            hidden = hidden + layer["out"](torch.tanh(layer["qkv"](hidden)))  # type: ignore[index]  # a ModuleDict
        summed: torch.Tensor = self.head(hidden).square().sum()
        return summed


def made(**values: object) -> tuple[Toy, torch.optim.Optimizer]:
    torch.manual_seed(0)
    toy = Toy()
    return toy, make_optimizer(toy, TrainingConfig.read({"optimizer": "muon", **values}))


def step(toy: Toy, optimizer: torch.optim.Optimizer, rate: float = 0.01) -> None:
    toy().backward()
    set_rate(optimizer, rate)
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 16, 4), (1, 4, 16)])
def test_all_directions_of_an_orthogonal_matrix_are_about_as_long(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(1)
    values = torch.randn(shape) @ torch.diag_embed(torch.linspace(0.2, 5, shape[2]).expand(shape[0], -1))
    found = orthogonal(values)
    lengths = torch.linalg.svdvals(found)
    assert lengths.min() > 0.5
    assert lengths.max() < 1.3
    left, _, right = torch.linalg.svd(values, full_matrices=False)
    overlap = (found * (left @ right)).sum((1, 2)) / (found.norm(dim=(1, 2)) * math.sqrt(min(shape[1:])))
    assert overlap.min() > 0.9


def test_the_iteration_is_that_of_torch() -> None:
    torch.manual_seed(1)
    values = torch.randn(2, 6, 10)
    wanted = torch.stack(
        [torch.optim._muon._zeropower_via_newtonschulz(one, (3.4445, -4.7750, 2.0315), 5, 1e-7) for one in values]
    )
    assert (orthogonal(values) - wanted).abs().max() < 0.03  # torch computes it in bf16


def test_matrices_of_layers_are_made_orthogonal_and_the_rest_goes_by_adamw() -> None:
    toy, optimizer = made()
    before = {name: parameter.detach().clone() for name, parameter in toy.named_parameters()}
    step(toy, optimizer)
    remembered = {name.rpartition("/")[0]: name.rpartition("/")[2] for name in optimizer_tensors(toy, optimizer)}
    for name, parameter in toy.named_parameters():
        is_matrix = name.startswith("layers.") and name.endswith("weight")
        assert (remembered[name] == "momentum") is is_matrix, name
        if not is_matrix:
            continue
        moved = (before[name] * (1 - 0.01 * 0.01) - parameter.detach()) / 0.01
        for block in torch.split(moved, 4) if name.endswith("qkv.weight") else [moved]:
            lengths = torch.linalg.svdvals(block) / (0.2 * math.sqrt(max(block.shape)))
            assert lengths.max() < 1.3, name
            assert lengths.median() > 0.6, name  # the gradient of so small a layer has hardly more directions


def test_an_optimizer_that_was_put_back_goes_on_alike() -> None:
    (toy, optimizer), (other, fresh) = made(), made()
    for _ in range(2):
        step(toy, optimizer)
    other.load_state_dict(toy.state_dict())
    kept = {name: values.clone() for name, values in optimizer_tensors(toy, optimizer).items()}
    restore_optimizer(other, fresh, kept)
    for pair in ((toy, optimizer), (other, fresh)):
        step(*pair)
    assert all(torch.equal(a, b) for a, b in zip(toy.parameters(), other.parameters(), strict=True))


def test_the_loss_falls() -> None:
    toy, optimizer = made()
    before = float(toy().detach())
    for _ in range(20):
        step(toy, optimizer, 0.02)
    assert float(toy().detach()) < 0.5 * before


def test_a_parameter_without_a_gradient_stays() -> None:
    weight, other = nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2, 2))
    groups = [{"params": [weight, other], "weight_decay": 0.1, "rate_scale": 1.0}]
    optimizer = Muon(groups, [{"params": [nn.Parameter(torch.ones(2))], "weight_decay": 0.0}], beta2=0.98)
    weight.grad = torch.eye(2)
    optimizer.step()
    assert torch.equal(other, torch.ones(2, 2))
    assert not torch.equal(weight, torch.ones(2, 2))
