"""Figures of a data set that several processes look at, each at its share of the batches.

Legend: N rows of all processes, X numbers of a row.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Gather = Callable[[Tensor], Tensor]
"""The rows [N, X] of all processes from those of one."""


def alone(values_NX: Tensor) -> Tensor:
    """The rows of all, where there is one process."""
    return values_NX


def added(values: Sequence[float], gather: Gather) -> list[float]:
    """Each value summed over all processes, in double precision."""
    found: list[float] = gather(torch.tensor([values], dtype=torch.float64)).sum(0).tolist()
    return found
