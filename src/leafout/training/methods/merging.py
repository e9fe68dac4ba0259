"""From a trained model to the folder's: `adapter/` is written, what can be merged is, and proved to be the same."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from leafout.core.device import cores
from leafout.core.errors import LeafoutError
from leafout.models.stream import Stream
from leafout.training.repeatable import repeatable

if TYPE_CHECKING:
    from torch import Tensor, nn

    from leafout.training.methods.method import Method

LARGEST_DIFFERENCE = 1e-4
"""Of two logits, before and after."""


def settled(
    model: "nn.Module", method: "Method", out: Path, *, batches: Callable[[], Iterable[Any]], device: str
) -> tuple["nn.Module", dict[str, float]]:
    """The model as it is saved.

    Args:
        model: trained.
        method: that fitted it.
        out: receives `adapter/`, except from full tuning.
        batches: of rows that both answer, in float32.
        device: of the model.

    Returns:
        The model, and its `merge_difference` where it was merged: the largest of two logits.

    Raises:
        LeafoutError: when it answers otherwise after merging.
    """
    method.write(model, out)
    if not method.merges:
        return method.merge(model), {}
    with repeatable(cores()), torch.no_grad():
        before = _logits(model, batches(), device)
        merged = method.merge(model)
        difference = float((_logits(merged, batches(), device) - before).abs().max())
    if not difference <= LARGEST_DIFFERENCE:
        message = f"merged, the largest difference of two logits is {difference:.2g}, the limit {LARGEST_DIFFERENCE:g}"
        raise LeafoutError(message, where="[method]", hint="try a lower `peak_rate`: the weights have grown too large")
    return merged, {"merge_difference": difference}


def _logits(model: "nn.Module", batches: Iterable[Any], device: str) -> "Tensor":
    model.eval()
    return torch.cat([model(Stream.of(batch, device)).float().cpu() for batch in batches])
