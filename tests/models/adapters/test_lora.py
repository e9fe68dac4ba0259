import math
from pathlib import Path

import pytest
import torch
from torch import nn

from leafout.models.adapters.lora import LowRank, LowRankShape
from leafout.models.adapters.places import Part


def made(shape: LowRankShape, *parts: tuple[int, int]) -> LowRank:
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    return LowRank(nn.Linear(6, 9), [Part(start, height, f"at{start}") for start, height in parts], shape, generator)


def test_at_first_nothing_is_changed() -> None:
    for shape in (LowRankShape(rank=2), LowRankShape(rank=2, dora=True)):
        module, inputs = made(shape, (0, 3), (6, 3)), torch.randn(4, 6)
        torch.testing.assert_close(module(inputs), module.product(inputs))
        assert float(module.down.detach().abs().max()) <= 1 / math.sqrt(6)


def test_the_scale_is_alpha_by_the_rank_or_its_root() -> None:
    assert LowRankShape(rank=4, alpha=6, rs=False).scale == 1.5
    assert LowRankShape(rank=4, alpha=6).scale == 3


@pytest.mark.parametrize("dora", [False, True])
def test_each_part_learns_its_own_and_rows_between_stay(dora: bool) -> None:
    module, inputs = made(LowRankShape(rank=2, alpha=2, rs=False, dora=dora), (0, 3), (6, 3)), torch.randn(4, 6)
    before = module.product(inputs).detach()
    with torch.no_grad():
        module.up.normal_()
    after = module(inputs).detach()
    tensors = module.tensors()
    weight = module.product.weight.detach()
    last = weight[6:] + tensors["at6.lora_B.weight"] @ tensors["at6.lora_A.weight"]
    if dora:
        last = last * (weight[6:].norm(dim=1) / last.norm(dim=1))[:, None]
    torch.testing.assert_close(after[:, 6:], inputs @ last.T + module.product.bias[6:])
    torch.testing.assert_close(after[:, 3:6], before[:, 3:6])
    torch.testing.assert_close(module.merged()(inputs), after)


def test_only_the_narrow_products_learn_and_norms_with_dora(tmp_path: Path) -> None:
    module = made(LowRankShape(rank=2, dora=True, dropout=0.5), (0, 9))
    module(torch.randn(4, 6)).square().sum().backward()
    assert {name for name, p in module.named_parameters() if p.grad is not None} == {"down", "up", "norms"}
    assert module.tensors().keys() == {"at0.lora_A.weight", "at0.lora_B.weight", "at0.lora_magnitude_vector"}


def test_dropout_is_for_training_alone() -> None:
    module, inputs = made(LowRankShape(rank=2, dropout=0.5), (0, 9)), torch.randn(40, 6)
    with torch.no_grad():
        module.up.normal_()
    calm = module.eval()(inputs)
    torch.testing.assert_close(module(inputs), calm)
    assert not torch.equal(module.train()(inputs), calm)
