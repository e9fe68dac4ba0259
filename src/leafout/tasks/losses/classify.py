"""One label for each row.

Legend: B rows of a batch, N rows of a data set, L labels.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from leafout.models.stream import Stream
from leafout.tasks.classify import Classify
from leafout.tasks.example import Batch
from leafout.tasks.losses.sums import Gather, alone

Forward = Callable[[Any, Stream], Tensor]


class ClassifyObjective:
    """The mean cross-entropy over rows, with label smoothing and class weights where asked for.

    Args:
        task: the labels, and how answers are scored.
        device: of the model.
        goal: `macro_f1` or another figure of `evaluate`; `loss` where less is better.
        smoothing: probability that is given to all labels alike (Szegedy et al. 2016).
        weights_L: of each label's rows, their mean 1 over the training rows; None weighs all alike.
    """

    def __init__(
        self, task: Classify, *, device: str, goal: str, smoothing: float = 0.0, weights_L: Tensor | None = None
    ) -> None:
        self.task, self.device, self.goal, self.more = task, device, goal, goal != "loss"
        self.smoothing = smoothing
        self.weights_L = None if weights_L is None else weights_L.to(device)

    def counts(self, batch: Batch) -> tuple[int, ...]:
        """Rows."""
        return (batch.num_rows,)

    def loss(self, model: Any, batch: Batch, totals: tuple[int, ...]) -> Tensor:
        """The loss of a part of an update."""
        logits_BL = model(Stream.of(batch, self.device)).float()
        labels_B = torch.from_numpy(batch.labels_B).to(self.device, non_blocking=True)
        summed = cross_entropy(
            logits_BL, labels_B, weight=self.weights_L, label_smoothing=self.smoothing, reduction="sum"
        )
        return summed / max(totals[0], 1)

    def evaluate(self, model: Any, batches: Iterable[Batch], gather: Gather = alone) -> dict[str, float]:
        """The plain loss, and the task's scores."""
        return classified(self.task, model, batches, self.device, gather)


def classified(
    task: Classify, model: Any, batches: Iterable[Batch], device: str, gather: Gather = alone
) -> dict[str, float]:
    """The loss in nats of a classifier over labelled rows, and the task's scores of its answers."""
    logits, labels = [torch.zeros(0, len(task.labels))], [np.zeros(0, np.int64)]
    for batch in batches:
        logits.append(model(Stream.of(batch, device)).float().cpu())
        labels.append(batch.labels_B)
    logits_NL = gather(torch.cat(logits))
    true_N = gather(torch.from_numpy(np.concatenate(labels))[:, None])[:, 0].numpy()
    loss = float(cross_entropy(logits_NL, torch.from_numpy(true_N)))
    return {"loss": loss, **task.score(logits_NL.numpy(), true_N)}
