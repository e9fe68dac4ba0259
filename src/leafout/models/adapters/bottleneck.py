"""Bottleneck adapters: a small network behind a product learns, the product stands still (Houlsby et al. 2019).

    y = W x        y + up(activation(down(y)))        up starts near 0, so that at first nothing is changed

It stands before the residual sum: behind attention and feed-forward part (`houlsby`), or behind the latter alone, which
Pfeiffer et al. 2021 found as good with half the weights (`pfeiffer`).

Legend: T tokens of all rows, I inputs, O outputs of the product.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from leafout.models.attention import activate

_DEVIATION = 0.01
"""Of first weights, cut at two of them (Houlsby et al. 2019, section 3.1)."""


@dataclass(frozen=True, slots=True)
class BottleneckShape:
    """What is decided for all places alike.

    Attributes:
        reduction: the small network is so many times narrower than the model.
        activation: between its two products.
    """

    reduction: int = 16
    activation: str = "gelu"

    def narrow(self, width: int) -> int:
        """How wide it is."""
        return max(1, width // self.reduction)


class Bottleneck(nn.Module):
    """A product with a small network behind it.

    Args:
        product: whose weights stand still.
        shape: of the network.
        generator: of its first weights.
    """

    def __init__(self, product: nn.Linear, shape: BottleneckShape, generator: torch.Generator) -> None:
        super().__init__()
        self.product, self.shape = product.requires_grad_(requires_grad=False), shape
        width, device = product.out_features, product.weight.device
        narrow = shape.narrow(width)
        self.down, self.up = nn.Linear(width, narrow, device=device), nn.Linear(narrow, width, device=device)
        for part in (self.down, self.up):
            first = torch.empty(part.weight.shape)
            nn.init.trunc_normal_(first, 0.0, _DEVIATION, -2 * _DEVIATION, 2 * _DEVIATION, generator=generator)
            with torch.no_grad():
                part.weight.copy_(first)
                part.bias.zero_()

    def forward(self, inputs_TI: Tensor) -> Tensor:
        """The product and what the network adds, [T, O]."""
        outputs_TO: Tensor = self.product(inputs_TI)
        added_TO: Tensor = self.up(activate(self.down(outputs_TO), self.shape.activation))
        return outputs_TO + added_TO

    def tensors(self) -> dict[str, Tensor]:
        """The network by names of its own."""
        return {f"{name}.{kind}": values for name in ("down", "up") for kind, values in self._part(name).items()}

    def _part(self, name: str) -> dict[str, Tensor]:
        part = self.get_submodule(name)
        return {kind: values.detach() for kind, values in part.named_parameters()}


def fit_bottlenecks(model: nn.Module, names: Iterable[str], shape: BottleneckShape, seed: int) -> None:
    """Put small networks behind the products of a model, in place."""
    generator = torch.Generator().manual_seed(seed)
    for name in names:
        product = model.get_submodule(name)
        assert isinstance(product, nn.Linear)
        model.set_submodule(name, Bottleneck(product, shape, generator))


def bottlenecks_in(model: nn.Module) -> dict[str, Bottleneck]:
    """The products of a model that have small networks behind them, by name."""
    return {name: module for name, module in model.named_modules() if isinstance(module, Bottleneck)}
