"""Predict the next token (Radford et al. 2019).

Legend: T tokens of all rows, D width, V vocabulary.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from leafout.models.decoder import CausalModel
from leafout.models.stream import Stream
from leafout.tasks.causal import CausalBatch
from leafout.tasks.losses.sums import Gather, added, alone

_CHUNK_TOKENS = 2048
"""Logits of a whole vocabulary are made for so many tokens at once."""


class CausalObjective:
    """The mean over all tokens.

    Args:
        device: of the model.
        bytes_V: UTF-8 bytes that each token stands for, for bits per byte; 0 for special ones.
    """

    goal = "loss"
    more = False

    def __init__(self, *, device: str, bytes_V: Tensor | None = None) -> None:
        self.device, self.bytes_V = device, bytes_V

    def counts(self, batch: CausalBatch) -> tuple[int, ...]:
        """Tokens."""
        return (len(batch.targets_T),)

    def loss(self, model: CausalModel, batch: CausalBatch, totals: tuple[int, ...]) -> Tensor:
        """The loss of a part of an update."""
        return self._sums(model, batch)[0] / max(totals[0], 1)

    def evaluate(self, model: CausalModel, batches: Iterable[CausalBatch], gather: Gather = alone) -> dict[str, float]:
        """The loss in nats per token, its perplexity, and bits per byte where bytes are known; accuracy beside them."""
        nats, right, tokens, num_bytes = 0.0, 0.0, 0.0, 0.0
        for batch in batches:
            found, hits = self._sums(model, batch)
            nats, right, tokens = nats + float(found), right + int(hits), tokens + len(batch.targets_T)
            if self.bytes_V is not None:
                num_bytes += int(self.bytes_V[torch.from_numpy(batch.targets_T)].sum())
        nats, right, tokens, num_bytes = added((nats, right, tokens, num_bytes), gather)
        loss = nats / max(tokens, 1)
        figures = {"loss": loss, "perplexity": math.exp(min(loss, 100.0)), "accuracy": right / max(tokens, 1)}
        if num_bytes:
            figures["bits_per_byte"] = nats / math.log(2) / num_bytes
        return figures

    def _sums(self, model: CausalModel, batch: CausalBatch) -> tuple[Tensor, Tensor]:
        """Nats, and tokens that were guessed right."""
        hidden_TD = model.hidden(Stream.of(batch, self.device))
        targets_T = torch.from_numpy(batch.targets_T).to(self.device, non_blocking=True)
        nats, right = hidden_TD.new_zeros((), dtype=torch.float32), targets_T.new_zeros(())
        for hidden_CD, targets_C in zip(
            torch.split(hidden_TD, _CHUNK_TOKENS), torch.split(targets_T, _CHUNK_TOKENS), strict=True
        ):
            logits_CV = model.logits(hidden_CD)
            nats = nats + cross_entropy(logits_CV.float(), targets_C, reduction="sum")
            if not model.training:
                right = right + (logits_CV.argmax(1) == targets_C).sum()
        return nats, right
