"""Answer as a larger model does: its softened answers beside the labels (Hinton et al. 2015), and its pooled state.

Legend: B rows of a batch, L labels, D width.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, dropout, kl_div

from leafout.models.heads import Classifier
from leafout.models.stream import Stream
from leafout.tasks.classify import Classify
from leafout.tasks.example import Batch
from leafout.tasks.losses.classify import classified
from leafout.tasks.losses.sums import Gather, alone

if TYPE_CHECKING:
    from collections.abc import Iterable


class DistilObjective:
    """`teacher` parts of the softened answers, the rest of the labels, and `hidden` of the pooled state.

    The full model answers each batch as it comes: that is part of the budget, and nothing has to be kept.

    Args:
        full: the full model; it is not trained.
        task: the labels, and how answers are scored.
        device: of the model.
        goal: the figure of `evaluate` that decides.
        temperature: softens both sides' answers; the loss is scaled by its square, so that the weights stay what they
            say (Hinton et al. 2015, section 2.1).
        teacher: 0 to 1.
        hidden: weight of the mean squared difference of the pooled states; 0 leaves it out.
    """

    def __init__(
        self,
        full: Classifier,
        task: Classify,
        *,
        device: str,
        goal: str,
        temperature: float,
        teacher: float,
        hidden: float,
    ) -> None:
        self.full = full.eval().requires_grad_(requires_grad=False)
        self.task, self.device, self.goal, self.more = task, device, goal, goal != "loss"
        self.temperature, self.teacher, self.hidden = temperature, teacher, hidden

    def counts(self, batch: Batch) -> tuple[int, ...]:
        """Rows."""
        return (batch.num_rows,)

    def loss(self, model: Classifier, batch: Batch, totals: tuple[int, ...]) -> Tensor:
        """The loss of a part of an update."""
        stream = Stream.of(batch, self.device)
        with torch.no_grad():
            wanted_BD = self.full.pooled(stream)
            wanted_BL = self.full.head(wanted_BD).float()
        pooled_BD = model.pooled(stream)
        dropped_BD = dropout(pooled_BD, model.dims.dropout) if model.training and model.dims.dropout else pooled_BD
        logits_BL = model.head(dropped_BD).float()
        labels_B = torch.from_numpy(batch.labels_B).to(self.device, non_blocking=True)
        soft_BL = (wanted_BL / self.temperature).softmax(-1)
        guess_BL = (logits_BL / self.temperature).log_softmax(-1)
        answers = kl_div(guess_BL, soft_BL, reduction="sum") * self.temperature**2
        loss = self.teacher * answers + (1 - self.teacher) * cross_entropy(logits_BL, labels_B, reduction="sum")
        if self.hidden:
            apart_BD = (pooled_BD.float() - wanted_BD.float()) ** 2
            loss = loss + self.hidden * apart_BD.mean(-1).sum()
        return loss / max(totals[0], 1)

    def evaluate(self, model: Classifier, batches: "Iterable[Batch]", gather: Gather = alone) -> dict[str, float]:
        """The loss against the labels alone, and the task's scores."""
        return classified(self.task, model, batches, self.device, gather)
