"""Which examples an update is made of: a pure function of (seed, epoch, place), so that a resume is three integers.

Legend: B rows of a batch.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.example import Int32, Int64, bucketed_order, cut, sorted_order
from leafout.training.config import Budget

MAX_STEPS = 1_000_000_000


class Data(Protocol):
    """Examples by epoch: `tasks.mlm.MaskedPairs`, `tasks.causal.Documents`, `tasks.rows.Rows`."""

    def lengths(self, epoch: int) -> Int32:
        """Tokens of each example of an epoch."""

    def batch(self, rows_B: Int64, *, epoch: int, key: tuple[int, ...]) -> Any:
        """The batch of some examples; `key` decides whatever is drawn."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the data an update stands: the `index`-th batch of an epoch."""

    epoch: int = 0
    index: int = 0


class Batches:
    """The batches of all epochs; keeps the order of the epoch that was asked for last.

    Args:
        data: the examples.
        batch_tokens: tokens of an update.
        part_tokens: an update is computed in parts of at most so many tokens; 0 computes it at once.
        seed: with the epoch, the key of the order.
    """

    def __init__(self, data: Data, *, batch_tokens: int, part_tokens: int, seed: int) -> None:
        self.data, self.batch_tokens, self.part_tokens, self.seed = data, batch_tokens, part_tokens, seed
        self._epoch = -1
        self._order: list[Int64] = []
        self._lengths_N: Int32 = np.zeros(0, np.int32)

    def order(self, epoch: int) -> list[Int64]:
        """The rows of each batch of an epoch."""
        if epoch != self._epoch:
            self._lengths_N = self.data.lengths(epoch)
            self._order = bucketed_order(self._lengths_N, batch_tokens=self.batch_tokens, seed=self.seed, epoch=epoch)
            self._epoch = epoch
        return self._order

    def parts(self, place: Place, *, step: int) -> list[Any]:
        """The batch at a place, in parts; (seed, epoch, step, part) decide whatever is drawn."""
        rows_B = self.order(place.epoch)[place.index]
        parts = [rows_B]
        if self.part_tokens:
            parts = cut(self._lengths_N, rows_B, batch_tokens=self.part_tokens)
        return [self.data.batch(rows, epoch=place.epoch, key=(step, part)) for part, rows in enumerate(parts)]

    def after(self, place: Place) -> Place:
        """The next place: in this epoch, or the first of the next."""
        if place.index + 1 < len(self.order(place.epoch)):
            return Place(place.epoch, place.index + 1)
        return Place(place.epoch + 1, 0)

    def mean_tokens(self) -> float:
        """Tokens of an update, on average over the first epoch."""
        number = len(self.order(0))
        return float(self._lengths_N.sum()) / max(number, 1)

    def steps_of(self, budget: Budget) -> int:
        """A budget in steps; a budget in minutes is not for here."""
        if budget.steps is not None:
            return budget.steps
        if budget.tokens is not None:
            return max(1, round(budget.tokens / self.mean_tokens()))
        epochs = budget.epochs or 0.0
        whole = int(epochs)
        steps = sum(len(self.order(epoch)) for epoch in range(whole)) if whole < 100 else whole * len(self.order(0))
        return min(max(1, steps + math.ceil((epochs - whole) * len(self.order(whole)))), MAX_STEPS)


def evaluation_batches(data: Data, *, batch_tokens: int, max_tokens: int = 0) -> Iterator[Any]:
    """All examples of epoch 0 once, shortest first; the same each time.

    Args:
        data: the examples.
        batch_tokens: of a batch.
        max_tokens: take evenly spread examples of about so many tokens in all; 0 takes all.
    """
    lengths_N = data.lengths(0)
    rows_N = np.arange(len(lengths_N))
    if max_tokens and lengths_N.sum() > max_tokens:
        wanted = max(1, int(len(rows_N) * max_tokens / lengths_N.sum()))
        rows_N = np.linspace(0, len(rows_N) - 1, wanted).round().astype(np.int64)
    for number, rows_B in enumerate(sorted_order(lengths_N[rows_N], batch_tokens=batch_tokens)):
        yield data.batch(rows_N[rows_B], epoch=0, key=(number,))


def work_of(config: Mapping[str, Any], seed: int, *parts: str) -> str:
    """The fingerprint of a piece of work: its config, its seed, and whatever else decides its result."""
    said = json.dumps([dict(config), seed, *parts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def fingerprint(*arrays: NDArray[Any]) -> str:
    """The sha256 of arrays: their types, shapes and bytes."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(f"{array.dtype.str}{array.shape}".encode())
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        for first in range(0, len(flat), 1 << 24):
            whole.update(flat[first : first + (1 << 24)].tobytes())
    return whole.hexdigest()
