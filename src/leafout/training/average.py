"""A running average of the weights: smoother than the last ones, and often better (Polyak and Juditsky 1992).

Exponential, with a memory that is short at first: after step t at most (1 + t) / (10 + t) of the old average stays, as
in the moving averages of Abadi et al. 2016 ("TensorFlow").
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from leafout.training.checkpoint import Tensors, load_tensors, model_tensors
from leafout.training.sharding import laid_like

if TYPE_CHECKING:
    from torch import nn


class Average:
    """The average of a model's weights over steps.

    Args:
        model: whose weights it starts with.
        decay: how much of the old average stays at a step.
        tensors: an average to go on from.
    """

    def __init__(self, model: "nn.Module", decay: float, tensors: Mapping[str, torch.Tensor] | None = None) -> None:
        self._decay = decay
        own = model_tensors(model)
        start = tensors or own
        self.tensors: Tensors = {name: laid_like(values, own[name]).clone() for name, values in start.items()}

    def add(self, model: "nn.Module", step: int) -> None:
        """Take the weights after step `step` (from 1 on) into the average."""
        share = 1 - min(self._decay, (1 + step) / (10 + step))
        now = model_tensors(model)
        names = [name for name, values in self.tensors.items() if values.is_floating_point()]
        torch._foreach_lerp_([self.tensors[name] for name in names], [now[name] for name in names], share)

    @contextmanager
    def in_place(self, model: "nn.Module") -> Iterator[None]:
        """Within the block the model has the average for its weights."""
        before = {name: values.clone() for name, values in model_tensors(model).items()}
        load_tensors(model, self.tensors)
        try:
            yield
        finally:
            load_tensors(model, before)
