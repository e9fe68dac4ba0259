"""The optimizer: weight decay on matrices only, smaller rates for lower layers where that is asked for."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch

from leafout.training.config import TrainingConfig
from leafout.training.muon import Muon
from leafout.training.sharding import laid_like, whole_tensor

if TYPE_CHECKING:
    from torch import nn

_LAYER = re.compile(r"(?:^|\.)(\d+)\.")
_EMBEDDING = re.compile(r"^encoder\.(?:words|places|types|norm)\.|embedding|\bwte\b|\bwpe\b")


def make_optimizer(
    model: "nn.Module", config: TrainingConfig, *, layer_decay: float = 1.0, num_layers: int = 0
) -> torch.optim.Optimizer:
    """AdamW in one fused kernel, Adafactor, or Muon.

    Args:
        model: whose parameters that require gradients are trained; its `Updating` modules are called at each step.
        config: rate, decay, kind.
        layer_decay: the rate of each layer as a fraction of the one above; the head has the full rate (Howard and
            Ruder 2018, "discriminative fine-tuning").
        num_layers: of the model; needed for `layer_decay` alone.
    """
    groups = list(_groups(model, config.weight_decay, layer_decay, num_layers, apart=config.optimizer == "muon"))
    optimizer: torch.optim.Optimizer
    if config.optimizer == "adafactor":
        optimizer = torch.optim.Adafactor(groups, lr=1.0)
    elif config.optimizer == "muon":
        rest = [group for group in groups if not group["hidden"]]
        optimizer = Muon([group for group in groups if group["hidden"]], rest, beta2=config.beta2)
    else:
        optimizer = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, config.beta2), eps=1e-8, fused=True)
    for module in model.modules():
        if isinstance(module, Updating):
            optimizer.register_step_pre_hook(_called(module.before_update))
            optimizer.register_step_post_hook(_called(module.after_update))
    return optimizer


@runtime_checkable
class Updating(Protocol):
    """A module that has a word in each update."""

    def before_update(self) -> None:
        """Called with the gradients of a step."""

    def after_update(self) -> None:
        """Called with the new weights."""


def _called(function: Callable[[], None]) -> Callable[..., None]:
    def hook(*_: Any) -> None:
        function()

    return hook


def _groups(
    model: "nn.Module", weight_decay: float, layer_decay: float, num_layers: int, *, apart: bool
) -> Iterator[dict[str, Any]]:
    found: dict[tuple[float, float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decay = weight_decay if parameter.ndim > 1 else 0.0
            scale = layer_decay ** _depth_below_head(name, num_layers) if layer_decay != 1 else 1.0
            hidden = apart and parameter.ndim == 2 and _LAYER.search(name) is not None and "bias" not in name
            found.setdefault((decay, scale, hidden), []).append(parameter)
    for (decay, scale, hidden), parameters in found.items():
        yield {"params": parameters, "weight_decay": decay, "rate_scale": scale, "hidden": hidden}


def _depth_below_head(name: str, num_layers: int) -> int:
    layer = _LAYER.search(name)
    if layer is not None:
        return num_layers - int(layer[1])
    return num_layers + 1 if _EMBEDDING.search(name) else 0


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give each group its share of the rate of this step."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["rate_scale"]


def optimizer_tensors(model: "nn.Module", optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """What the optimizer remembers, by `<parameter>/<what>`."""
    return {
        f"{name}/{what}": values
        for name, parameter in model.named_parameters()
        for what, values in optimizer.state.get(parameter, {}).items()
    }


def restore_optimizer(
    model: "nn.Module", optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]
) -> None:
    """Give an optimizer back what it remembered."""
    parameters = dict(model.named_parameters())
    for name, values in tensors.items():
        parameter, _, what = name.rpartition("/")
        owner = parameters[parameter]
        optimizer.state[owner][what] = laid_like(values, owner)


def gradient_norm(model: "nn.Module", clip: float) -> float:
    """The norm of all gradients together; they are scaled down to norm `clip` where it is larger (0 never does)."""
    parameters = [parameter for parameter in model.parameters() if parameter.grad is not None]
    norm = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    if clip:
        torch.nn.utils.clip_grads_with_norm_(parameters, clip, norm)
    return float(whole_tensor(norm))
