"""Losses that jump: one step far over those before it, by their median and their median deviation.

What to do then is the user's choice. To go back a little and pass over the data in between is what Chowdhery et al.
2022 ("PaLM", section 5.1) did by hand; here it is a function of the losses, so that a resume does the same.
"""

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import torch

from leafout.training.checkpoint import Tensors, load_tensors, model_tensors
from leafout.training.optim import optimizer_tensors, restore_optimizer

if TYPE_CHECKING:
    from torch import nn

WINDOW = 100
"""So many losses are remembered."""

_LEAST = 20
"""With fewer losses before it nothing is a spike."""
_NORMAL = 1.4826
"""A standard deviation in median deviations, for normal errors."""
_FLOOR = 0.01
"""Least deviation, as a fraction of the median: losses that stand still do not make spikes of nothing."""


def is_spike(loss: float, before: Sequence[float], deviations: float) -> bool:
    """Whether a loss lies so many standard deviations over the median of those before it."""
    if len(before) < _LEAST:
        return False
    middle = median(before)
    spread = max(_NORMAL * median(abs(value - middle) for value in before), _FLOOR * abs(middle))
    return loss > middle + deviations * spread


class Calm:
    """Model and optimizer as they were some steps ago, to go back to.

    Args:
        tensors: of a checkpoint; empty before the first `keep`.
    """

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    def keep(self, model: "nn.Module", optimizer: torch.optim.Optimizer) -> None:
        """Remember how they are now."""
        parts = {"model": model_tensors(model), "optimizer": optimizer_tensors(model, optimizer)}
        self.tensors = {
            f"{part}:{name}": values.detach().to("cpu", copy=True)
            for part, tensors in parts.items()
            for name, values in tensors.items()
        }

    def give_back(self, model: "nn.Module", optimizer: torch.optim.Optimizer) -> None:
        """Make them what they were."""
        load_tensors(model, self._part("model"))
        optimizer.state.clear()
        restore_optimizer(model, optimizer, {name: values.clone() for name, values in self._part("optimizer").items()})

    def _part(self, part: str) -> Tensors:
        return {
            name.removeprefix(f"{part}:"): values
            for name, values in self.tensors.items()
            if name.startswith(f"{part}:")
        }
