"""The processes that train one model together, and what they say to each other; alone, all of it is free.

Each computes its share of every batch. Gradients, losses and counts are summed, in one order for a given number of
processes. The first one alone decides by the clock and writes.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed

from leafout.core import torchrun
from leafout.core.device import cores, memory_bytes

if TYPE_CHECKING:
    from torch import nn

    from leafout.core.run import Run

_BUCKET_BYTES = 25 << 20
"""Gradients travel in pieces of about so many bytes."""
_TRAINED_BYTES = 16
"""Of a parameter: itself, its gradient and AdamW's two moments in float32."""


class NotTheFirst(Exception):
    """Training is done, and this is not the process that keeps the result."""


@dataclass(frozen=True, slots=True)
class Processes:
    """One of the processes of a training.

    Attributes:
        rank: its number, from 0.
        count: how many there are.
        mode: `ddp`: each holds all weights; `fsdp`: weights, gradients and optimizer are shared out.
    """

    rank: int = 0
    count: int = 1
    mode: str = "ddp"

    @property
    def first(self) -> bool:
        """Whether this one decides and writes."""
        return self.rank == 0

    @property
    def threads(self) -> int:
        """Threads of each; `OMP_NUM_THREADS` is for all of them together, under torchrun for each."""
        if torchrun.count() > 1 and os.environ.get("OMP_NUM_THREADS"):
            return cores()
        return max(1, cores() // num_here(self.count))

    def __str__(self) -> str:
        return f"{self.count} by {self.mode}" if self.count > 1 else "1"

    def sums(self, *values: float) -> tuple[float, ...]:
        """Each value summed over all processes."""
        if self.count == 1:
            return values
        summed = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(summed)
        return tuple(summed.tolist())

    def agreed(self, *wishes: bool) -> tuple[bool, ...]:
        """What any of them wishes."""
        return tuple(value > 0 for value in self.sums(*map(float, wishes)))

    def told(self, value: Any = None) -> Any:
        """What the first says, as JSON; what the others give is not read."""
        if self.count == 1:
            return value
        said = torch.tensor(list(json.dumps(value).encode()) if self.first else [], dtype=torch.uint8)
        size = torch.tensor([len(said)])
        distributed.broadcast(size, 0)
        heard = said if self.first else torch.zeros(int(size), dtype=torch.uint8)
        distributed.broadcast(heard, 0)
        return json.loads(bytes(heard.tolist()))

    def leading(self, calls: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        """Calls for the first to make: the others, which are `following`, make each of them too."""

        def led(name: str, *arguments: Any) -> Any:
            self.told([name, *arguments])
            return calls[name](*arguments)

        return {name: partial(led, name) for name in calls}

    def following(self, calls: Mapping[str, Callable[..., Any]]) -> Any:
        """Make each call that the first makes, until it says something that is no call; that is returned."""
        while isinstance(heard := self.told(), list):
            name, *arguments = heard
            calls[name](*arguments)
        return heard

    def gathered(self, values_NX: torch.Tensor) -> torch.Tensor:
        """The rows of all, those of the first process first; X is the same in each, and so is the type."""
        if self.count == 1:
            return values_NX
        counts = [torch.zeros(1, dtype=torch.int64) for _ in range(self.count)]
        distributed.all_gather(counts, torch.tensor([len(values_NX)]))
        most = max(int(number) for number in counts)
        padded = values_NX.new_zeros(most, values_NX.shape[1])
        padded[: len(values_NX)] = values_NX
        found = [torch.zeros_like(padded) for _ in counts]
        distributed.all_gather(found, padded)
        return torch.cat([rows[: int(number)] for rows, number in zip(found, counts, strict=True)])

    def shared(self, batches: Iterable[Any]) -> Iterator[Any]:
        """This one's share of the batches: every n-th."""
        return (batch for number, batch in enumerate(batches) if number % self.count == self.rank)

    def add_gradients(self, model: "nn.Module") -> None:
        """Sum the gradients of all; each process has them for the same parameters.

        Averaging would be wrong: a loss is divided by what the whole update holds. The order of parameters, and so of
        each sum, never changes; torch's own wrapper changes it after its first step, which no resume could repeat.
        """
        if self.count == 1 or self.mode == "fsdp":
            return  # fsdp sums while it shares out
        buckets = list(_buckets([p.grad for p in model.parameters() if p.grad is not None]))
        flat = [torch.cat([gradient.reshape(-1) for gradient in bucket]) for bucket in buckets]
        for waiting in [distributed.all_reduce(values, async_op=True) for values in flat]:
            waiting.wait()
        for bucket, values in zip(buckets, flat, strict=True):
            for gradient, summed in zip(bucket, torch.split(values, [g.numel() for g in bucket]), strict=True):
                gradient.copy_(summed.view_as(gradient))


def _buckets(gradients: list[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    bucket: list[torch.Tensor] = []
    for gradient in gradients:
        if bucket and (
            bucket[0].dtype != gradient.dtype or sum(g.nbytes for g in bucket) + gradient.nbytes > _BUCKET_BYTES
        ):
            yield bucket
            bucket = []
        bucket.append(gradient)
    if bucket:
        yield bucket


ALONE = Processes()


def joined(run: "Run", model: "nn.Module", device: str) -> Processes:
    """The processes of this training: those of torch's process group where there is one, else this one alone.

    Args:
        run: its `parallel` says how they share the work; `auto` takes `fsdp` where a model with its optimizer would
            fill more than half of the memory that a process has.
        model: to be trained.
        device: `cpu` or `cuda`.
    """
    if not distributed.is_available() or not distributed.is_initialized() or distributed.get_world_size() == 1:
        return ALONE
    rank, count, mode = distributed.get_rank(), distributed.get_world_size(), run.parallel
    if mode == "auto":
        needed = _TRAINED_BYTES * sum(parameter.numel() for parameter in model.parameters())
        if device == "cuda":
            has = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        else:
            has = memory_bytes() // num_here(count)
        mode = "fsdp" if needed > has / 2 else "ddp"
        mode = Processes(rank, count).told(mode)
    return Processes(rank, count, mode)


def num_here(count: int) -> int:
    """How many of the processes are on this machine; torchrun says it, else all are."""
    here = os.environ.get("LOCAL_WORLD_SIZE", "")
    return min(count, int(here)) if here.isdigit() and int(here) > 0 else count
