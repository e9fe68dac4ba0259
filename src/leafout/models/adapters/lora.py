"""LoRA: a product learns through two narrow ones beside it; its own weights stand still (Hu et al. 2022).

    y = W x + s B A x        B starts at 0; s is alpha / rank

Kalajdzievski 2023 ("A rank stabilization scaling factor for fine-tuning with LoRA"): s is alpha / sqrt(rank), so that a
larger rank learns no slower. Liu et al. 2024 ("DoRA"): the rows of W + s B A have norms of their own that are learnt.

Legend: T tokens of all rows, O outputs, I inputs, P parts of a product, R rank, U outputs of all parts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.adapters.places import Part


@dataclass(frozen=True, slots=True)
class LowRankShape:
    """What is decided for all products alike.

    Attributes:
        rank: R.
        alpha: the weight of what is learnt, before it is divided by the rank or its root.
        dropout: of the inputs of the narrow products, while training.
        rs: divide by the root of the rank.
        dora: learn the norms of the rows.
    """

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    rs: bool = True
    dora: bool = False

    @property
    def scale(self) -> float:
        """What B A x is multiplied by."""
        return self.alpha / (math.sqrt(self.rank) if self.rs else self.rank)


class LowRank(nn.Module):
    """A product with narrow ones beside some of its rows, each part with its own A and B.

    Args:
        product: whose weights stand still.
        parts: of its rows.
        shape: rank and scale.
        generator: of A's first weights, uniform in +-1 / sqrt(I).
    """

    def __init__(
        self, product: nn.Linear, parts: Sequence[Part], shape: LowRankShape, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.product, self.parts, self.shape = product.requires_grad_(requires_grad=False), tuple(parts), shape
        width, outputs = product.in_features, sum(part.height for part in parts)
        first = torch.rand(len(parts) * shape.rank, width, generator=generator)
        self.down = nn.Parameter(((2 * first - 1) / math.sqrt(width)).to(product.weight.device))
        self.up = nn.Parameter(torch.zeros(outputs, shape.rank, device=product.weight.device))
        self.norms = nn.Parameter(self._rows(product.weight).norm(dim=1)) if shape.dora else None

    def forward(self, inputs_TI: Tensor) -> Tensor:
        """The product and what was learnt, [T, O]."""
        shape, product = self.shape, self.product
        dropped_TI = functional.dropout(inputs_TI, shape.dropout) if self.training and shape.dropout else inputs_TI
        learnt_TO = functional.linear(functional.linear(dropped_TI, self.down), self._block()) * shape.scale
        if self.norms is None:
            summed_TO: Tensor = product(inputs_TI) + learnt_TO
            return summed_TO
        turned_TO = (functional.linear(inputs_TI, product.weight) + learnt_TO) * self._factors()
        return turned_TO if product.bias is None else turned_TO + product.bias

    def merged(self) -> nn.Linear:
        """The plain product with what was learnt in its weights; summed in float64."""
        product, weight_OI = self.product, self.product.weight.detach().double()
        block_OR = self._block().detach().double()
        weight_OI = weight_OI + self.shape.scale * block_OR @ self.down.detach().double()
        if self.norms is not None:
            whole_U = self._rows(weight_OI).norm(dim=1)
            weight_OI = weight_OI * self._spread(self.norms.detach().double() / whole_U)[:, None]
        with torch.no_grad():
            product.weight.copy_(weight_OI)
        return product

    def tensors(self) -> dict[str, Tensor]:
        """A, B and the norms of each part under peft's names."""
        rank, found, row = self.shape.rank, dict[str, Tensor](), 0
        for number, part in enumerate(self.parts):
            rows = slice(row, row + part.height)
            found[f"{part.theirs}.lora_A.weight"] = self.down.detach()[number * rank : (number + 1) * rank]
            found[f"{part.theirs}.lora_B.weight"] = self.up.detach()[rows]
            if self.norms is not None:
                found[f"{part.theirs}.lora_magnitude_vector"] = self.norms.detach()[rows]
            row += part.height
        return found

    def _block(self) -> Tensor:
        return side_by_side(self.up, self.parts, self.product.out_features)

    def _rows(self, values: Tensor) -> Tensor:
        """The rows of all parts, of something that has a row for each output."""
        return torch.cat([values.detach()[part.start : part.start + part.height] for part in self.parts])

    def _spread(self, values_U: Tensor) -> Tensor:
        """Values of the parts' rows at their outputs, 1 everywhere else."""
        spread_O, row = values_U.new_ones(self.product.out_features), 0
        for part in self.parts:
            spread_O[part.start : part.start + part.height] = values_U[row : row + part.height]
            row += part.height
        return spread_O

    def _factors(self) -> Tensor:
        """By how much each output is scaled; no gradient flows through the norm (Liu et al. 2024, section 4.3)."""
        assert self.norms is not None
        with torch.no_grad(), torch.autocast(self.down.device.type, enabled=False):
            whole_OI = self.product.weight + self.shape.scale * self._block() @ self.down
            whole_U = self._rows(whole_OI).norm(dim=1)
        return self._spread(self.norms / whole_U)


def side_by_side(up_UR: Tensor, parts: Sequence[Part], outputs: int) -> Tensor:
    """B of all parts as one matrix [O, P * R], each part's rows beside its own A; 0 in the rows of no part."""
    if len(parts) == 1 and parts[0].height == outputs:
        return up_UR
    rank, row = up_UR.shape[1], 0
    block = up_UR.new_zeros(outputs, len(parts) * rank)
    for number, part in enumerate(parts):
        columns = slice(number * rank, (number + 1) * rank)
        block[part.start : part.start + part.height, columns] = up_UR[row : row + part.height]
        row += part.height
    return block
