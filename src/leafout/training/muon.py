"""Muon: the momentum of each matrix made orthogonal, so that no direction of an update is much larger than another.

Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks", with the scale of Liu et al. 2025 ("Muon
is scalable for LLM training", section 2.2): an update is as large as one of AdamW, so rate and decay mean the same.
Embeddings, heads, norms and biases go on with AdamW. torch's own Muon multiplies in bf16, which is slow without a chip
for it (23 times here), and takes the fused matrices of attention as one.

Legend: N matrices of one shape, H height, W width.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

_TIMES = 5
_A, _B, _C = 3.4445, -4.7750, 2.0315
_LIKE_ADAMW = 0.2


class Muon(torch.optim.Optimizer):
    """Muon for groups of matrices, AdamW for the rest.

    Args:
        matrices: groups of parameters with two dimensions.
        rest: the other groups.
        beta2: of AdamW.
        momentum: how much of it stays at a step.
    """

    def __init__(
        self,
        matrices: Sequence[dict[str, Any]],
        rest: Sequence[dict[str, Any]],
        *,
        beta2: float,
        momentum: float = 0.95,
    ) -> None:
        super().__init__([*matrices, *rest], {"lr": 1.0, "weight_decay": 0.0})
        self._matrices, self._momentum = list(matrices), momentum
        self._adamw = torch.optim.AdamW(list(rest), lr=1.0, betas=(0.9, beta2), eps=1e-8, fused=True)
        self._adamw.state = self.state

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # noqa: ARG002 - never given
        """Change every parameter that has a gradient."""
        for group in self._matrices:
            alike: dict[tuple[int, ...], list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault(tuple(parameter.shape), []).append(parameter)
            for parameters in alike.values():
                self._move(parameters, rate=group["lr"], decay=group["weight_decay"])
        self._adamw.step()

    def _move(self, parameters: list[Tensor], *, rate: float, decay: float) -> None:
        ahead = []
        for parameter in parameters:
            gradient = parameter.grad
            assert gradient is not None
            state = self.state[parameter]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(parameter)
            buffer = state["momentum"]
            buffer.lerp_(gradient, 1 - self._momentum)
            ahead.append(gradient.lerp(buffer, self._momentum))
        height, width = parameters[0].shape
        blocks = height // width if height % width == 0 and height // width == 3 else 1
        stacked_NHW = torch.stack(ahead).view(len(ahead) * blocks, height // blocks, width)
        scale = _LIKE_ADAMW * math.sqrt(max(height // blocks, width))
        updates = orthogonal(stacked_NHW).view(len(ahead), height, width)
        for parameter, update in zip(parameters, updates, strict=True):
            parameter.mul_(1 - rate * decay).add_(update, alpha=-rate * scale)


def orthogonal(values_NHW: Tensor) -> Tensor:
    """Matrices with the same directions, all of about length 1 (Newton-Schulz, five times)."""
    wide = values_NHW if values_NHW.shape[1] <= values_NHW.shape[2] else values_NHW.mT
    found: Tensor = wide / (wide.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_TIMES):
        square = found @ found.mT
        found = torch.baddbmm(found, torch.baddbmm(square, square, square, beta=_B, alpha=_C), found, beta=_A)
    return found if found.shape == values_NHW.shape else found.mT
