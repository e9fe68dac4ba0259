"""Guess masked tokens and whether the second text follows the first (Devlin et al. 2019, section 3.1).

Or, of two neighbours, which came first (Lan et al. 2020, section 3.1).

Legend: B rows, T tokens of all rows, K tokens to be guessed, D width, V vocabulary.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from leafout.models.heads import MaskedModel
from leafout.models.stream import Stream
from leafout.tasks.losses.sums import Gather, added, alone
from leafout.tasks.mlm import MaskedBatch
from leafout.tasks.pairs import SentenceTask


class MaskedObjective:
    """The mean over masked tokens plus the mean over pairs; heads are computed where a loss needs them.

    Args:
        device: of the model.
        next_sentence: weight of the pairs' loss; 0 leaves it out.
        task: what is asked of pairs; figures are called `nsp_` or `sop_`.
    """

    goal = "loss"
    more = False

    def __init__(self, *, device: str, next_sentence: float = 1.0, task: SentenceTask = "next") -> None:
        self.device, self.next_sentence, self.task = device, next_sentence, task

    def counts(self, batch: MaskedBatch) -> tuple[int, ...]:
        """Masked tokens, and pairs."""
        return len(batch.targets_K), int((batch.next_B >= 0).sum()) if self.next_sentence else 0

    def loss(self, model: MaskedModel, batch: MaskedBatch, totals: tuple[int, ...]) -> Tensor:
        """The loss of a part of an update."""
        logits_KV, logits_B2 = self._logits(model, batch)
        masked, following = self._sums(logits_KV, logits_B2, batch)
        loss = masked / max(totals[0], 1)
        return loss + self.next_sentence * following / totals[1] if totals[1] else loss

    def evaluate(self, model: MaskedModel, batches: Iterable[MaskedBatch], gather: Gather = alone) -> dict[str, float]:
        """Losses in nats and accuracies of both."""
        sums = [0.0] * 6
        for batch in batches:
            logits_KV, logits_B2 = self._logits(model, batch)
            masked, following = self._sums(logits_KV, logits_B2, batch)
            right = int((logits_KV.argmax(1) == self._moved(batch.targets_K)).sum())
            num_masked, num_pairs = self.counts(batch)
            right_next = 0 if logits_B2 is None else int((logits_B2.argmax(1) == self._moved(batch.next_B)).sum())
            found = (float(masked), float(following), right, right_next, num_masked, num_pairs)
            sums = [so_far + value for so_far, value in zip(sums, found, strict=True)]
        name = "sop" if self.task == "order" else "nsp"
        masked_loss, next_loss, right_masked, right_pairs, num_masked_all, num_pairs_all = added(sums, gather)
        figures = {
            "mlm_loss": masked_loss / max(num_masked_all, 1),
            "mlm_accuracy": right_masked / max(num_masked_all, 1),
        }
        if num_pairs_all:
            figures |= {f"{name}_loss": next_loss / num_pairs_all, f"{name}_accuracy": right_pairs / num_pairs_all}
        loss = figures["mlm_loss"] + self.next_sentence * figures.get(f"{name}_loss", 0.0)
        return {"loss": loss, **figures}

    def _logits(self, model: MaskedModel, batch: MaskedBatch) -> tuple[Tensor, Tensor | None]:
        stream = Stream.of(batch, self.device)
        hidden_TD = model.encode(stream)
        logits_KV = model.guess(hidden_TD.index_select(0, self._moved(batch.places_K)))
        wanted = self.next_sentence > 0
        return logits_KV, model.next(hidden_TD.index_select(0, stream.starts_B)) if wanted else None

    def _sums(self, logits_KV: Tensor, logits_B2: Tensor | None, batch: MaskedBatch) -> tuple[Tensor, Tensor]:
        masked = cross_entropy(logits_KV.float(), self._moved(batch.targets_K), reduction="sum")
        if logits_B2 is None:
            return masked, masked.new_zeros(())
        next_B = self._moved(batch.next_B)
        return masked, cross_entropy(logits_B2.float(), next_B, ignore_index=-1, reduction="sum")

    def _moved(self, values: "object") -> Tensor:
        return torch.as_tensor(values, dtype=torch.int64).to(self.device, non_blocking=True)
