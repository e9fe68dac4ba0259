"""Layers whose inner values are computed again for the gradients, not kept (Chen et al. 2016, "sublinear memory").

Only the input of each layer is kept: about a tenth of the memory of a long update, for a third more time. Dropout draws
the same numbers again, so the gradients are the same bit for bit.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def through(layer: nn.Module, *inputs: Any, recompute: bool) -> Tensor:
    """The output of a layer; with `recompute`, nothing but its inputs is kept where gradients are wanted."""
    if recompute and layer.training and torch.is_grad_enabled():
        again: Tensor = checkpoint(layer, *inputs, use_reentrant=False, preserve_rng_state=True)
        return again
    out: Tensor = layer(*inputs)
    return out


def recompute_layers(model: nn.Module, *, wanted: bool) -> bool:
    """Set whether the layers of a model are computed again, of ours or of transformers.

    Returns:
        False where it is wanted and no part of the model knows how.
    """
    found = False
    for part in model.modules():
        if hasattr(part, "recompute"):
            setattr(part, "recompute", wanted)  # noqa: B010 - modules have no such field for mypy
            found = True
        elif wanted and getattr(part, "supports_gradient_checkpointing", False) is True:
            older = getattr(part, "gradient_checkpointing_enable", None)
            enable: Any = getattr(part, "activation_checkpointing_enable", older)
            enable({"use_reentrant": False})
            found = True
    return found or not wanted
