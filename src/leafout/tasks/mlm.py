"""Masked language model with pairs of texts: batches as a pure function of (seed, epoch, step).

Legend: B rows of a batch, T tokens of a batch, K tokens to be guessed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leafout.tasks.example import Int32, Int64, TokenStream, gather, positions, starts
from leafout.tasks.masking import MaskRules, mask
from leafout.tasks.pairs import Pairs, SentenceTask, pairs_of

if TYPE_CHECKING:
    from leafout.tokenization.shards import TokenShards

_KEY = 0x6D61736B


@dataclass(frozen=True, slots=True)
class MaskedBatch(TokenStream):
    """A stream of masked pairs.

    Attributes:
        places_K: where in the stream a token is to be guessed.
        targets_K: which token stood there.
        next_B: 0 the second segment follows the first, 1 it is from elsewhere (or stood before it), -1 there is none.
    """

    places_K: Int64
    targets_K: Int64
    next_B: Int64


@dataclass(frozen=True, slots=True)
class PairMarks:
    """The ids around segments: [CLS] first [SEP] second [SEP]."""

    cls_id: int
    sep_id: int


class MaskedPairs:
    """Examples of MLM + NSP or SOP over token shards; keeps the index of the epoch that was asked for last."""

    def __init__(
        self,
        shards: "TokenShards",
        rules: MaskRules,
        marks: PairMarks,
        *,
        max_tokens: int,
        seed: int,
        short_fraction: float = 0.1,
        task: SentenceTask = "next",
    ) -> None:
        self.shards, self.rules, self.marks, self.task = shards, rules, marks, task
        self.max_tokens, self.seed, self.short_fraction = max_tokens, seed, short_fraction
        self._epoch = -1
        self._pairs: Pairs | None = None

    def pairs(self, epoch: int) -> Pairs:
        """The index of an epoch."""
        if self._pairs is None or self._epoch != epoch:
            self._pairs = pairs_of(
                self.shards,
                max_tokens=self.max_tokens,
                seed=self.seed,
                epoch=epoch,
                short_fraction=self.short_fraction,
                task=self.task,
            )
            self._epoch = epoch
        return self._pairs

    def lengths(self, epoch: int) -> Int32:
        """Tokens of each example of an epoch."""
        return self.pairs(epoch).lengths_N

    def batch(self, rows_B: Int64, *, epoch: int, key: tuple[int, ...]) -> MaskedBatch:
        """The batch of some examples of an epoch; `key` (step, part) and the seed decide the masks."""
        pairs = self.pairs(epoch)
        firsts_B, seconds_B = pairs.first_lengths_N[rows_B], pairs.second_lengths_N[rows_B]
        lengths_B = pairs.lengths_N[rows_B]
        starts_B1 = starts(lengths_B)
        place_B = starts_B1[:-1].astype(np.int64)
        ids_T = np.full(starts_B1[-1], self.marks.sep_id, np.int32)
        ids_T[place_B] = self.marks.cls_id
        ids = self.shards.ids
        ids_T[_spans(place_B + 1, firsts_B)] = gather(ids, pairs.firsts_N[rows_B], firsts_B.astype(np.int64))
        second_B = place_B + firsts_B + 2
        ids_T[_spans(second_B, seconds_B)] = gather(ids, pairs.seconds_N[rows_B], seconds_B.astype(np.int64))
        positions_T = positions(lengths_B)
        segments_T = (positions_T >= np.repeat(firsts_B + 2, lengths_B)).astype(np.int32)
        masked = mask(ids_T, self.rules, np.random.default_rng((self.seed, epoch, *key, _KEY)))
        return MaskedBatch(
            ids_T=masked.ids_T,
            positions_T=positions_T,
            segments_T=segments_T,
            starts_B1=starts_B1,
            places_K=masked.places_K,
            targets_K=masked.targets_K,
            next_B=pairs.next_N[rows_B].astype(np.int64),
        )


def _spans(starts_B: Int64, lengths_B: Int32) -> Int64:
    """The places `start, start + 1, ...` of each span, one span after another."""
    spans: Int64 = np.repeat(starts_B, lengths_B) + positions(lengths_B)
    return spans
