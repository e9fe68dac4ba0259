"""How much memory a training will need, told before its first step; one that cannot fit is refused."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from leafout.core.device import free_bytes, resident_bytes
from leafout.core.errors import LeafoutError
from leafout.training.batches import Batches, Place
from leafout.training.rehearsal import look_bytes, update_bytes

if TYPE_CHECKING:
    from torch import nn

    from leafout.training.config import TrainingConfig
    from leafout.training.job import Job

_LOOKED_AT = 2000
"""Batches of `val` among which the one with most padding is sought."""
_TOO_MUCH = 1.1
"""What is over the free memory by less than a tenth is tried: forecasts are not as sure."""
_BESIDES = {"cpu": (0.1, 70_000_000), "cuda": (0.03, 0)}
"""What comes on top of all that is counted: a fraction for the allocator, and bytes for kernels that are loaded when
they are first called; `benchmarks/plan_forecast.py` measures both."""
_MUON_COPIES = 4
_ADAFACTOR_COPIES = 3
"""Copies of the largest matrix that a step of Adafactor makes on its way."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The bytes of a training.

    Attributes:
        resident: what the process holds before it, on a CPU the weights among it.
        weights: of the model.
        optimizer: what it remembers.
        copies: of the weights: the best ones, their average, those to go back to.
        computing: the most that an update holds at once, gradients included.
        looking: the most that an evaluation holds at once.
        besides: of the allocator and of libraries, on top of all this.
    """

    resident: int
    weights: int
    optimizer: int
    copies: int
    computing: int
    looking: int
    besides: int

    @property
    def needed(self) -> int:
        """What comes on top of `resident`."""
        return self.optimizer + self.copies + max(self.computing, self.looking) + self.besides

    @property
    def peak(self) -> int:
        """The most at once, in all."""
        return self.resident + self.needed


def memory_of(job: "Job", config: "TrainingConfig", *, dtype: str, steps: int = 0) -> Memory | None:
    """Forecast the memory of a training; None where its model cannot be rehearsed.

    Args:
        job: what is taught.
        config: its optimizer and copies count.
        dtype: of matrix products.
        steps: of the training; 0 where they are not known yet.
    """
    parts = largest_parts(job.batches, steps)
    how = {"dtype": dtype, "device": job.device}
    computing = update_bytes(job.model, job.objective, parts[:2], **how)
    if computing is None:
        return None
    widest = max(islice(job.validation(), _LOOKED_AT), key=_padded_tokens, default=None)
    looking = None if widest is None else look_bytes(job.model, job.objective, widest, **how)
    weights = _weight_bytes(job.model)
    optimizer, stepping = optimizer_bytes(job.model, config.optimizer)
    counted = Memory(
        resident=resident_bytes(job.device),
        weights=weights,
        optimizer=optimizer,
        copies=_copy_bytes(job, config, weights, optimizer),
        computing=max(computing, stepping),
        looking=looking or 0,
        besides=0,
    )
    share, libraries = _BESIDES[job.device]
    return replace(counted, besides=int(share * counted.needed) + libraries)


def largest_parts(batches: Batches, steps: int = 0) -> list[Any]:
    """The parts of the largest update among the first `steps` (0: the first epoch), the largest in front.

    Padding counts: a few rows of very different lengths may need twice as much as all others.
    """
    order = batches.order(0)[: steps or None]
    lengths_N = batches.data.lengths(0)
    sizes = [int(lengths_N[rows_B].max(initial=0)) * len(rows_B) for rows_B in order]
    parts = batches.parts(Place(0, int(np.argmax(sizes))), step=0)
    return sorted(parts, key=_padded_tokens, reverse=True)


def optimizer_bytes(model: "nn.Module", kind: str) -> tuple[int, int]:
    """What an optimizer remembers of a model, and the most that gradients and its step hold at once."""
    shapes = [parameter.shape for parameter in model.parameters() if parameter.requires_grad]
    sizes = [4 * math.prod(shape) for shape in shapes]
    if kind == "adamw":
        return 2 * sum(sizes), sum(sizes)
    if kind == "muon":
        return 2 * sum(sizes), _MUON_COPIES * sum(sizes)
    kept = sum(
        4 * (math.prod(shape[:-1]) + math.prod(shape) // shape[-2]) if len(shape) > 1 else 4 * math.prod(shape)
        for shape in shapes
    )
    return kept, sum(sizes) + _ADAFACTOR_COPIES * max(sizes, default=0)


def refuse_what_cannot_fit(job: "Job", config: "TrainingConfig", memory: Memory, *, dtype: str) -> None:
    """Stop before the first step when a training needs more memory than is free.

    Raises:
        LeafoutError: with both figures and what would fit.
    """
    free = free_bytes(job.device)
    if memory.needed <= _TOO_MUCH * free:
        return
    message = (
        f"training needs about {_size(memory.needed)} of memory and {_size(free)} are free: {_size(memory.computing)}"
        f" to compute an update, {_size(memory.optimizer)} for {config.optimizer}, {_size(memory.copies)} for copies"
    )
    raise LeafoutError(message, where="[part_tokens]", hint=_hint(job, config, memory, free=free, dtype=dtype))


def _hint(job: "Job", config: "TrainingConfig", memory: Memory, *, free: int, dtype: str) -> str:
    kept = memory.optimizer + memory.copies + memory.besides
    least, stepping = optimizer_bytes(job.model, "adafactor")
    for also, held, step in (("", kept, 0), (" and `optimizer: adafactor`", kept - memory.optimizer + least, stepping)):
        if also and config.optimizer == "adafactor":
            continue
        for part_tokens, computing in _smaller_parts(job, dtype):
            if held + max(computing, step) <= free:
                looks = "" if held + memory.looking <= free else f" and `batch_tokens: {part_tokens}`"
                return f"`part_tokens: {part_tokens}`{also}{looks} would fit"
    return "a smaller model: fewer layers, a smaller width or vocabulary"


def _smaller_parts(job: "Job", dtype: str) -> Iterator[tuple[int, int]]:
    """Halved sizes of a part, and what an update then holds."""
    batches, longest = job.batches, int(job.batches.data.lengths(0).max(initial=1))
    tokens = batches.part_tokens or batches.batch_tokens
    while tokens > longest:
        tokens = max(longest, tokens // 2)
        smaller = Batches(batches.data, batch_tokens=batches.batch_tokens, part_tokens=tokens, seed=batches.seed)
        found = update_bytes(job.model, job.objective, largest_parts(smaller)[:2], dtype=dtype, device=job.device)
        if found is not None:
            yield tokens, found


def _weight_bytes(model: "nn.Module") -> int:
    return sum(values.numel() * values.element_size() for values in (*model.parameters(), *model.buffers()))


def _copy_bytes(job: "Job", config: "TrainingConfig", weights: int, optimizer: int) -> int:
    best = weights if job.keep_best and job.device == "cpu" else 0
    average = 2 * weights if config.average else 0  # while it is looked at, the weights themselves lie beside it
    calm = weights + optimizer if config.spikes.policy == "rewind" else 0
    return best + average + calm


def _padded_tokens(batch: Any) -> int:
    return int(batch.max_tokens) * (len(batch.starts_B1) - 1)


def _size(num_bytes: float) -> str:
    return f"{num_bytes / 1e9:.1f} GB" if num_bytes >= 1e9 else f"{num_bytes / 1e6:.0f} MB"
