"""Positions as rotations of queries and keys (Su et al. 2021, "RoFormer", section 3.2.2), ordered as in Llama's files.

The number pairs of a head that turn together are half a head apart.

Legend: T tokens, G heads that turn, E width of a head.
"""

import math

import torch
from torch import Tensor

from leafout.models.config import Rope

Turns = tuple[Tensor, Tensor]
"""Cosines and sines of every token, each [T, 1, E], float32."""


def frequencies(rope: Rope, width: int, device: torch.device) -> Tensor:
    """Radians a token of each pair of a head of E numbers, [E / 2], float32."""
    plain = 1.0 / rope.base ** (torch.arange(0, width, 2, dtype=torch.int64, device=device).float() / width)
    if rope.scaling == "linear":
        return plain / rope.factor
    if rope.scaling == "none":
        return plain
    turns = rope.trained * plain / (2 * math.pi)
    fast = ((turns - rope.low) / (rope.high - rope.low)).clamp(0, 1)
    return (1 - fast) * plain / rope.factor + fast * plain


def turns_of(positions_T: Tensor, radians: Tensor) -> Turns:
    """The turns of tokens by their places."""
    angles = positions_T.float()[:, None] * radians
    both = torch.cat([angles, angles], 1)[:, None]
    return both.cos(), both.sin()


def turned(values_TGE: Tensor, turns: Turns) -> Tensor:
    """Queries or keys, turned; in their dtype."""
    cosines, sines = turns
    first, second = values_TGE.chunk(2, -1)
    return (values_TGE * cosines + torch.cat([-second, first], -1) * sines).to(values_TGE.dtype)
