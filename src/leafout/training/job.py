"""What a training is: a model, what it is taught, and its data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

from leafout.tasks.losses.sums import Gather, alone
from leafout.training.batches import Batches

if TYPE_CHECKING:
    from torch import nn


class Objective(Protocol):
    """What a model is taught."""

    @property
    def goal(self) -> str:
        """The figure that tells which evaluation was the best."""

    @property
    def more(self) -> bool:
        """Whether more of it is better."""

    def counts(self, batch: Any) -> tuple[int, ...]:
        """How many there are of each thing that the loss is a mean over."""

    def loss(self, model: Any, batch: Any, totals: tuple[int, ...]) -> torch.Tensor:
        """The loss of a part: its sums, divided by the counts of the whole update."""

    def evaluate(self, model: Any, batches: Iterable[Any], gather: Gather = alone) -> dict[str, float]:
        """The figures of a data set, their names without `val_`; `loss` and the goal are among them.

        `batches` are one process's share, and `gather` makes of its rows of numbers those of all.
        """


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        model: on its device, with its first weights; trained in place.
        objective: what it is taught.
        batches: of the training part.
        validation: makes the batches of `val` anew each time.
        device: `cpu` or `cuda`.
        work: the fingerprint of data, config and seed.
        peak_rate: the learning rate after warm-up.
        keep_best: end with the weights of the best evaluation, not with the last.
        show: makes the lines of `samples.jsonl` at each evaluation; two of them are said.
        layer_decay, num_layers: see `make_optimizer`.
    """

    model: "nn.Module"
    objective: Objective
    batches: Batches
    validation: Callable[[], Iterable[Any]]
    device: str
    work: str
    peak_rate: float
    keep_best: bool = False
    show: Callable[[Any], list[dict[str, Any]]] | None = None
    layer_decay: float = 1.0
    num_layers: int = 0
