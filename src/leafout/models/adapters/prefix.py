"""Prefixes: in each layer, keys and values that stand before every text and are learnt (Li and Liang 2021).

They are learnt directly, without the network that Li and Liang made them with: Liu et al. 2022 ("P-tuning v2") found
that it helps on some tasks and harms on others.

In BERT's layout the text stands at later positions by as many tokens, as transformers and peft have it; so it can be
shorter by as many.

Legend: P tokens of the prefix, D width, N layers.
"""

import torch
from torch import Tensor, nn

from leafout.models.encoder import Encoder
from leafout.models.heads import Classifier

_DEVIATION = 0.02


def fit_prefix(model: Classifier, tokens: int, seed: int) -> None:
    """Put keys and values before the texts of all layers, in place.

    Args:
        model: whose encoder receives them.
        tokens: P.
        seed: of their first values.
    """
    generator = torch.Generator().manual_seed(seed)
    device = model.head.weight.device
    for layer in model.encoder.layers:
        first = torch.randn(tokens, 2 * model.dims.width, generator=generator) * _DEVIATION
        layer.register_parameter("prefix", nn.Parameter(first.to(device)))
    _shift(model, tokens)


def drop_prefix(model: Classifier) -> None:
    """Take them away again."""
    for layer in model.encoder.layers:
        layer.register_parameter("prefix", None)
    _shift(model, 0)


def prefix_of(model: Classifier) -> Tensor:
    """The keys and values of all layers side by side, [P, N * 2 * D], as peft stores them."""
    return torch.cat([layer.get_parameter("prefix").detach() for layer in model.encoder.layers], 1)


def fill_prefix(model: Classifier, values: Tensor) -> None:
    """Copy what `prefix_of` gave into a model that has a prefix."""
    with torch.no_grad():
        for layer, part in zip(model.encoder.layers, values.chunk(model.dims.layers, 1), strict=True):
            layer.get_parameter("prefix").copy_(part)


def _shift(model: Classifier, tokens: int) -> None:
    if isinstance(model.encoder, Encoder):
        model.encoder.first_place = tokens
