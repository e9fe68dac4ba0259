import torch
from torch import nn

from leafout.models.adapters.bottleneck import Bottleneck, BottleneckShape, bottlenecks_in, fit_bottlenecks


def made(seed: int) -> nn.Sequential:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8))
    fit_bottlenecks(model, ["0", "2"], BottleneckShape(reduction=3, activation="relu"), seed)
    return model


def test_a_network_of_its_own_stands_behind_each_product() -> None:
    model, inputs = made(1), torch.randn(4, 6)
    assert list(bottlenecks_in(model)) == ["0", "2"]
    first = bottlenecks_in(model)["0"]
    assert {name: tuple(values.shape) for name, values in first.tensors().items()} == {
        "down.weight": (2, 8),
        "down.bias": (2,),
        "up.weight": (8, 2),
        "up.bias": (8,),
    }
    plain = first.product(inputs)
    assert float((first(inputs) - plain).detach().abs().max()) < 0.01
    with torch.no_grad():
        first.up.weight.normal_()
        first.up.bias.normal_()
    wanted = plain + torch.relu(plain @ first.down.weight.T + first.down.bias) @ first.up.weight.T + first.up.bias
    torch.testing.assert_close(first(inputs), wanted)


def test_only_the_network_learns() -> None:
    model = made(1)
    model(torch.randn(4, 6)).square().sum().backward()
    trained = {name for name, p in model.named_parameters() if p.grad is not None}
    assert trained == {f"{n}.{part}.{kind}" for n in "02" for part in ("down", "up") for kind in ("weight", "bias")}


def test_first_weights_are_small_and_depend_on_the_seed() -> None:
    first, again, other = (made(seed).get_parameter("2.down.weight") for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert 0 < float(first.detach().abs().max()) <= 0.02


def test_it_is_at_least_one_wide() -> None:
    module = Bottleneck(nn.Linear(2, 4), BottleneckShape(reduction=16), torch.Generator())
    assert module.down.out_features == 1
