"""Weights, gradients and optimizer shared out among processes (Rajbhandari et al. 2020, "ZeRO") by `fully_shard`.

What lies on a disk is always whole: a tensor is gathered when it is saved, and each process takes its piece when it is
loaded, so checkpoints fit any number of processes and either mode.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from leafout.core.errors import LeafoutError

if TYPE_CHECKING:
    from leafout.training.job import Objective
    from leafout.training.processes import Processes


class Lesson(nn.Module):
    """A model and what it is taught, as one module: its forward is the loss.

    Attributes:
        model: the one that is trained.
    """

    def __init__(self, model: nn.Module, objective: "Objective") -> None:
        super().__init__()
        self.model, self.objective = model, objective

    def forward(self, batch: Any, totals: tuple[int, ...]) -> torch.Tensor:
        """The loss of a part of an update."""
        return self.objective.loss(self.model, batch, totals)


def lesson_of(
    model: nn.Module, objective: "Objective", processes: "Processes", *, device: str, optimizer: str
) -> Lesson:
    """The model as this process trains it.

    Under `fsdp` a copy is shared out, and the model itself waits in main memory for whole weights (see `whole`).

    Args:
        model: with its first weights, the same in each process.
        objective: what it is taught.
        processes: which share it.
        device: `cpu` or `cuda`.
        optimizer: its name in the config.

    Raises:
        LeafoutError: for an optimizer that cannot be shared out.
    """
    if processes.count == 1 or processes.mode != "fsdp":
        return Lesson(model, objective)
    if optimizer != "adamw":
        hint = "optimizer: adamw, or --parallel ddp"
        raise LeafoutError(f"`{optimizer}` cannot be shared out among processes", where="[optimizer]", hint=hint)
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import FSDPModule, fully_shard

    mesh = init_device_mesh(device, (processes.count,))
    lesson = Lesson(copy.deepcopy(model), objective)
    model.to("cpu")
    for part in [*_layers(lesson), lesson]:
        fully_shard(part, mesh=mesh)
    for part in lesson.modules():
        if isinstance(part, FSDPModule):
            part.set_gradient_divide_factor(1.0)  # sums: a loss is divided by what the whole update holds
            part.set_force_sum_reduction_for_comms(enable=True)  # gloo knows no scaled sum
    return lesson


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    """The layers of a model: what lies in its outermost lists."""
    for child in module.children():
        if isinstance(module, nn.ModuleList) and not isinstance(child, nn.ModuleList):
            yield child
        else:
            yield from _layers(child)


@contextmanager
def whole(lesson: Lesson, model: nn.Module, device: str) -> Iterator[nn.Module]:
    """The model with the weights that it has learnt so far, on its device; all processes have to ask."""
    if lesson.model is not model:
        model.to(device)
        gather_into(lesson, model)
    try:
        yield model
    finally:
        if lesson.model is not model:
            model.to("cpu")


def gather_into(lesson: Lesson, model: nn.Module) -> None:
    """Give a model the weights that were learnt; all processes have to ask."""
    if lesson.model is model:
        return
    own = dict([*model.named_parameters(), *model.named_buffers()])
    with torch.no_grad():
        for name, values in [*lesson.model.named_parameters(), *lesson.model.named_buffers()]:
            own[name].copy_(whole_tensor(values.detach()))


def whole_tensor(values: torch.Tensor) -> torch.Tensor:
    """A tensor as a whole; of one that is shared out, all processes have to ask."""
    if hasattr(values, "full_tensor"):
        found: torch.Tensor = values.full_tensor()
        return found
    return values


def whole_tensors(tensors: Mapping[str, torch.Tensor], *, keep: bool) -> dict[str, torch.Tensor]:
    """Tensors as wholes, one after another; nothing is kept where it is not wanted."""
    found: dict[str, torch.Tensor] = {}
    for name, values in tensors.items():
        one = whole_tensor(values)
        if keep:
            found[name] = one
    return found


def laid_like(values: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """A whole tensor as another lies: on its device, and the same piece of it where that one is shared out."""
    if not hasattr(own, "full_tensor") or hasattr(values, "full_tensor") or values.shape != own.shape:
        return values.to(own.device)
    from torch.distributed.tensor import DTensor, distribute_tensor

    assert isinstance(own, DTensor)
    return distribute_tensor(values.to(own.device), own.device_mesh, own.placements, src_data_rank=None)
