"""Answer as a larger model does: its softened answers beside the labels (Hinton et al. 2015), and its pooled state.

Legend: N rows of a data set, B rows of a batch, L labels, D width.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy, dropout, kl_div

from leafout.models.heads import Classifier
from leafout.models.stream import Stream
from leafout.tasks.classify import Classify
from leafout.tasks.example import Batch, Int32, Int64
from leafout.tasks.losses.classify import classified
from leafout.tasks.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TaughtBatch:
    """A batch of labelled rows and what the full model says of them: logits, and its pooled state."""

    rows: Batch
    logits_BL: Float32
    pooled_BD: Float32

    @property
    def num_tokens(self) -> int:
        """Tokens in the batch."""
        return self.rows.num_tokens


class TaughtRows:
    """Labelled rows beside the full model's answers to them."""

    def __init__(self, rows: Rows, logits_NL: Float32, pooled_ND: Float32) -> None:
        self.rows, self.logits_NL, self.pooled_ND = rows, logits_NL, pooled_ND

    def lengths(self, epoch: int) -> Int32:
        """Tokens of each row."""
        return self.rows.lengths(epoch)

    def batch(self, rows_B: Int64, *, epoch: int, key: tuple[int, ...]) -> TaughtBatch:
        """The batch of some rows."""
        batch = self.rows.batch(rows_B, epoch=epoch, key=key)
        return TaughtBatch(batch, self.logits_NL[rows_B], self.pooled_ND[rows_B])


class DistilObjective:
    """`teacher` parts of the softened answers, the rest of the labels, and `hidden` of the pooled state.

    Args:
        task: the labels, and how answers are scored.
        device: of the model.
        goal: the figure of `evaluate` that decides.
        temperature: softens both sides' answers; the loss is scaled by its square, so that the weights stay what they
            say (Hinton et al. 2015, section 2.1).
        teacher: 0 to 1.
        hidden: weight of the mean squared difference of the pooled states; 0 leaves it out.
    """

    def __init__(
        self, task: Classify, *, device: str, goal: str, temperature: float, teacher: float, hidden: float
    ) -> None:
        self.task, self.device, self.goal, self.more = task, device, goal, goal != "loss"
        self.temperature, self.teacher, self.hidden = temperature, teacher, hidden

    def counts(self, batch: TaughtBatch) -> tuple[int, ...]:
        """Rows."""
        return (batch.rows.num_rows,)

    def loss(self, model: Classifier, batch: TaughtBatch, totals: tuple[int, ...]) -> Tensor:
        """The loss of a part of an update."""
        pooled_BD = pooled(model, Stream.of(batch.rows, self.device))
        dropped_BD = dropout(pooled_BD, model.dims.dropout) if model.training and model.dims.dropout else pooled_BD
        logits_BL = model.head(dropped_BD).float()
        labels_B = self._moved(batch.rows.labels_B)
        soft_BL = (self._moved(batch.logits_BL) / self.temperature).softmax(-1)
        guess_BL = (logits_BL / self.temperature).log_softmax(-1)
        answers = kl_div(guess_BL, soft_BL, reduction="sum") * self.temperature**2
        loss = self.teacher * answers + (1 - self.teacher) * cross_entropy(logits_BL, labels_B, reduction="sum")
        if self.hidden:
            apart_BD = (pooled_BD.float() - self._moved(batch.pooled_BD)) ** 2
            loss = loss + self.hidden * apart_BD.mean(-1).sum()
        return loss / max(totals[0], 1)

    def evaluate(self, model: Classifier, batches: "Iterable[Batch]") -> dict[str, float]:
        """The loss against the labels alone, and the task's scores."""
        return classified(self.task, model, batches, self.device)

    def _moved(self, values: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(values).to(self.device, non_blocking=True)


def pooled(model: Classifier, stream: Stream) -> Tensor:
    """The state [B, D] that a classifier's head reads."""
    return torch.tanh(model.pooler(model.encoder(stream).index_select(0, stream.starts_B)))


def answers(model: Classifier, rows: Rows, order: list[Int64], device: str) -> tuple[Float32, Float32]:
    """What a model says of rows: logits [N, L] and pooled states [N, D], in the order of the rows."""
    number, model = len(rows.lengths_N), model.eval()
    logits_NL = np.zeros((number, model.num_labels), np.float32)
    pooled_ND = np.zeros((number, model.dims.width), np.float32)
    with torch.no_grad():
        for rows_B in order:
            state_BD = pooled(model, Stream.of(rows.batch(rows_B, epoch=0, key=()), device))
            pooled_ND[rows_B] = state_BD.float().cpu().numpy()
            logits_NL[rows_B] = model.head(state_BD).float().cpu().numpy()
    return logits_NL, pooled_ND
