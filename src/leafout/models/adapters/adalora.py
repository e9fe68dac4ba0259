"""AdaLoRA: what is learnt beside a product has the form of a singular value decomposition (Zhang et al. 2023).

    y = W x + s B diag(e) A x        rows of A and columns of B are kept near orthogonal; e starts at 0

Training starts with more ranks than there shall be in the end. A rank matters as much as its value and its two vectors
do, by |weight * gradient| smoothed over steps, times how much that varies (sections 3.2 and 3.3); those that matter
least, over the whole model, have their value set to 0.

Legend: T tokens of all rows, O outputs, I inputs, P parts of a product, R ranks of a part at first, U outputs of all
parts, N ranks of all parts (P * R).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.core.errors import LeafoutError
from leafout.models.adapters.lora import side_by_side
from leafout.models.adapters.places import Part

_DEVIATION = 0.02
_PEFT_ADDS = 1e-5
"""To R, before it divides by it."""
_TRAINED = ("down", "up", "values")


@dataclass(frozen=True, slots=True)
class AdaptiveShape:
    """What is decided for all products alike.

    Attributes:
        first_rank: R.
        last_rank: ranks of a part in the end, on average.
        alpha: the weight of what is learnt, before it is divided by R.
        dropout: of the inputs of the narrow products, while training.
        smoothing: of importance, and of how much it varies (beta 1 and beta 2 in the paper).
        orthogonality: weight of the squared distance of A A' and B' B from the identity (gamma).
    """

    first_rank: int = 12
    last_rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    smoothing: float = 0.85
    orthogonality: float = 0.1

    @property
    def scale(self) -> float:
        """What B diag(e) A x is multiplied by."""
        return self.alpha / self.first_rank


@dataclass(frozen=True, slots=True)
class Timetable:
    """When ranks are given up (section 3.3, equation 12).

    Attributes:
        steps: of the training.
        warmup: steps with all ranks.
        final: steps with the last ones.
        every: steps from one choice to the next.
    """

    steps: int
    warmup: int
    final: int
    every: int

    def budget(self, step: int, first: int, last: int) -> int:
        """How many ranks there are after a step, falling by a cubic from `first` to `last`."""
        if step <= self.warmup:
            return first
        if step >= self.steps - self.final:
            return last
        left = 1 - (step - self.warmup) / (self.steps - self.final - self.warmup)
        return last + math.ceil((first - last) * left**3)

    def chooses(self, step: int) -> bool:
        """Whether ranks are chosen after a step; the last choice is that before the final steps."""
        ends = self.steps - self.final
        return self.warmup < step <= ends and (step % self.every == 0 or step == ends)


class AdaptiveRank(nn.Module):
    """A product with A, e and B beside some of its rows, each part with its own.

    Args:
        product: whose weights stand still.
        parts: of its rows.
        shape: ranks and scale.
        generator: of the first A and B.
    """

    kept: Tensor

    def __init__(
        self, product: nn.Linear, parts: Sequence[Part], shape: AdaptiveShape, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.product, self.parts, self.shape = product.requires_grad_(requires_grad=False), tuple(parts), shape
        ranks, outputs, device = (
            len(parts) * shape.first_rank,
            sum(part.height for part in parts),
            product.weight.device,
        )

        def drawn(rows: int, columns: int) -> nn.Parameter:
            return nn.Parameter((torch.randn(rows, columns, generator=generator) * _DEVIATION).to(device))

        self.down, self.up = drawn(ranks, product.in_features), drawn(outputs, shape.first_rank)
        self.values = nn.Parameter(torch.zeros(ranks, device=device))
        self.register_buffer("kept", torch.ones(ranks, dtype=torch.bool, device=device))
        for name in _TRAINED:
            for what in ("matters", "varies"):
                self.register_buffer(f"{name}_{what}", torch.zeros_like(self.get_parameter(name).detach()))

    def forward(self, inputs_TI: Tensor) -> Tensor:
        """The product and what was learnt, [T, O]."""
        shape = self.shape
        dropped_TI = functional.dropout(inputs_TI, shape.dropout) if self.training and shape.dropout else inputs_TI
        narrow_TN = functional.linear(dropped_TI, self.down) * self.values
        learnt_TO = functional.linear(narrow_TN, self._block(self.up)) * shape.scale
        summed_TO: Tensor = self.product(inputs_TI) + learnt_TO
        return summed_TO

    def merged(self) -> nn.Linear:
        """The plain product with what was learnt in its weights; summed in float64."""
        down_NI = self.down.detach().double() * self.values.detach().double()[:, None]
        learnt_OI = self.shape.scale * self._block(self.up.detach().double()) @ down_NI
        with torch.no_grad():
            self.product.weight.copy_(self.product.weight.double() + learnt_OI)
        return self.product

    def tensors(self) -> dict[str, Tensor]:
        """A, e and B of the ranks that each part still has, under peft's names."""
        found, more = dict[str, Tensor](), 1 + _PEFT_ADDS / self.shape.first_rank
        for part, ranks, rows in self._each():
            alive = self.values.detach()[ranks] != 0
            found[f"{part.theirs}.lora_A"] = self.down.detach()[ranks][alive]
            found[f"{part.theirs}.lora_E"] = self.values.detach()[ranks][alive][:, None] * more
            found[f"{part.theirs}.lora_B"] = self.up.detach()[rows][:, alive]
        return found

    def pattern(self) -> dict[str, list[bool]]:
        """Which ranks those are, as peft's `rank_pattern`."""
        return {f"{part.theirs}.lora_E": (self.values.detach()[ranks] != 0).tolist() for part, ranks, _ in self._each()}

    @torch.no_grad()
    def pull_to_orthogonal(self) -> None:
        """Add the gradient of the regulariser, 4 (A A' - I) A and 4 B (B' B - I) of each part."""
        weight = 4 * self.shape.orthogonality
        for _, ranks, rows in self._each():
            down_RI, up_HR = self.down[ranks], self.up[rows]
            identity_RR = torch.eye(len(down_RI), device=down_RI.device)
            _gradient(self.down)[ranks] += weight * (down_RI @ down_RI.T - identity_RR) @ down_RI
            _gradient(self.up)[rows] += weight * up_HR @ (up_HR.T @ up_HR - identity_RR)

    @torch.no_grad()
    def weigh(self) -> None:
        """Take the gradients of a step into what matters (equations 9 and 10)."""
        stays = self.shape.smoothing
        for name in _TRAINED:
            parameter = self.get_parameter(name)
            now = (parameter * _gradient(parameter)).abs()
            matters, varies = self.get_buffer(f"{name}_matters"), self.get_buffer(f"{name}_varies")
            matters.lerp_(now, 1 - stays)
            varies.lerp_((now - matters).abs(), 1 - stays)

    def importance(self) -> Tensor:
        """How much each rank matters, [N] (equation 8)."""
        score = {name: self.get_buffer(f"{name}_matters") * self.get_buffer(f"{name}_varies") for name in _TRAINED}
        up_N = torch.cat([score["up"][rows].mean(0) for _, _, rows in self._each()])
        return score["values"] + score["down"].mean(1) + up_N

    @torch.no_grad()
    def give_up(self) -> None:
        """Set the values of ranks that are not kept to 0."""
        self.values.masked_fill_(~self.kept, 0.0)

    def _block(self, up_UR: Tensor) -> Tensor:
        return side_by_side(up_UR, self.parts, self.product.out_features)

    def _each(self) -> list[tuple[Part, slice, slice]]:
        """Each part, its ranks and its rows of B."""
        rank, row, found = self.shape.first_rank, 0, []
        for number, part in enumerate(self.parts):
            found.append((part, slice(number * rank, (number + 1) * rank), slice(row, row + part.height)))
            row += part.height
        return found


def _gradient(parameter: Tensor) -> Tensor:
    if hasattr(parameter, "full_tensor"):
        message = "AdaLoRA ranks whole weights, they cannot be shared out among processes"
        raise LeafoutError(message, where="[method]", hint="--parallel ddp, or method: lora")
    if parameter.grad is None:
        parameter.grad = torch.zeros_like(parameter)
    return parameter.grad


class Allocation(nn.Module):
    """Shares the ranks of a training out among products; its only tensor is the step.

    Args:
        modules: the products.
        shape: ranks.
        timetable: when ranks are given up.
    """

    step: Tensor

    def __init__(self, modules: Sequence[AdaptiveRank], shape: AdaptiveShape, timetable: Timetable) -> None:
        super().__init__()
        self.fitted, self.timetable = tuple(modules), timetable  # a tuple: they are parts of the model already
        num_parts = sum(len(module.parts) for module in modules)
        self.first, self.last = num_parts * shape.first_rank, num_parts * shape.last_rank
        self.register_buffer("step", torch.zeros((), dtype=torch.int64))

    def before_update(self) -> None:
        """Before the optimizer's step, with the gradients of the loss."""
        for module in self.fitted:
            module.pull_to_orthogonal()
            module.weigh()

    def after_update(self) -> None:
        """After it: choose anew when it is time, and in the final steps hold on to the choice."""
        self.step += 1
        step = int(self.step)
        if self.timetable.chooses(step):
            self._choose(self.timetable.budget(step, self.first, self.last))
        if self.timetable.chooses(step) or step > self.timetable.steps - self.timetable.final:
            for module in self.fitted:
                module.give_up()

    def _choose(self, budget: int) -> None:
        scores = [module.importance() for module in self.fitted]
        order = torch.argsort(torch.cat(scores), descending=True, stable=True)
        kept = torch.zeros(len(order), dtype=torch.bool, device=order.device)
        kept[order[:budget]] = True
        for module, part in zip(self.fitted, torch.split(kept, [len(score) for score in scores]), strict=True):
            module.kept.copy_(part)
