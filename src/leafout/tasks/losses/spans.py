"""Fill in the spans that were taken out of a text (Raffel et al. 2020, section 3.1.4).

Legend: T tokens of all answers, V vocabulary.
"""

import math
from collections.abc import Iterable
from typing import Protocol

from torch import Tensor
from torch.nn.functional import cross_entropy

from leafout.models.stream import Stream
from leafout.tasks.losses.sums import Gather, added, alone
from leafout.tasks.spans import SpanBatch


class Answering(Protocol):
    """A model that reads a text and writes an answer."""

    def answers(self, inputs: Stream, targets: Stream) -> Tensor:
        """Logits [T, V] of each token of the answers, from the text and the tokens before it."""


class SpanObjective:
    """The mean over all tokens of the answers, marks included.

    Args:
        device: of the model.
    """

    goal = "loss"
    more = False

    def __init__(self, *, device: str) -> None:
        self.device = device

    def counts(self, batch: SpanBatch) -> tuple[int, ...]:
        """Tokens of the answers."""
        return (len(batch.targets.ids_T),)

    def loss(self, model: Answering, batch: SpanBatch, totals: tuple[int, ...]) -> Tensor:
        """The loss of a part of an update."""
        return self._sums(model, batch)[0] / max(totals[0], 1)

    def evaluate(self, model: Answering, batches: Iterable[SpanBatch], gather: Gather = alone) -> dict[str, float]:
        """The loss in nats per token of the answers, its perplexity, and the share of tokens guessed right."""
        nats, right, tokens = 0.0, 0.0, 0.0
        for batch in batches:
            found, hits = self._sums(model, batch)
            nats, right, tokens = nats + float(found), right + int(hits), tokens + len(batch.targets.ids_T)
        nats, right, tokens = added((nats, right, tokens), gather)
        loss = nats / max(tokens, 1)
        return {"loss": loss, "perplexity": math.exp(min(loss, 100.0)), "accuracy": right / max(tokens, 1)}

    def _sums(self, model: Answering, batch: SpanBatch) -> tuple[Tensor, Tensor]:
        """Nats, and tokens that were guessed right."""
        inputs, targets = Stream.of(batch.inputs, self.device), Stream.of(batch.targets, self.device)
        logits_TV = model.answers(inputs, targets).float()
        nats = cross_entropy(logits_TV, targets.ids_T, reduction="sum")
        return nats, (logits_TV.argmax(1) == targets.ids_T).sum()
