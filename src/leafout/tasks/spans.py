"""Spans to be filled in (Raffel et al. 2020, section 3.1.4): batches as a pure function of (seed, epoch, step).

15 % of a text's tokens, in spans of 3 on average, each span replaced by a mark of its own; the answer is each mark and
what stood there. As in the authors' code a text begins with tokens that stay and ends with a span, and both sides end
with the mark of the end. Texts are pieces of one document: nothing is read across documents.

Legend: B pieces of a batch, S spans of a batch, T tokens of the texts, N tokens of all spans, X marks.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.causal import Pieces, pieces_of
from leafout.tasks.example import Int32, Int64, TokenStream, gather, positions, starts

if TYPE_CHECKING:
    from leafout.tokenization.shards import TokenShards

_KEY = 0x7370616E


@dataclass(frozen=True, slots=True)
class SpanBatch:
    """Texts with marks where spans were, and the spans."""

    inputs: TokenStream
    targets: TokenStream

    @property
    def num_tokens(self) -> int:
        """Tokens of both sides; there is no padding."""
        return self.inputs.num_tokens + self.targets.num_tokens


@dataclass(frozen=True, slots=True)
class SpanRules:
    """What becomes of a text.

    Attributes:
        sentinels_X: the ids that stand for the first, second, ... span of a text.
        end_id: ends both sides.
        fraction: of the tokens that are in spans.
        mean_span: tokens of a span, on average.
    """

    sentinels_X: Int64
    end_id: int
    fraction: float = 0.15
    mean_span: float = 3.0

    def counts(self, lengths_B: Int64) -> tuple[Int64, Int64]:
        """Tokens in spans, and spans, of texts of at least 2 tokens."""
        noise_B = np.clip(np.rint(lengths_B * self.fraction), 1, np.maximum(lengths_B - 1, 1)).astype(np.int64)
        spans_B = np.clip(np.rint(noise_B / self.mean_span), 1, np.maximum(lengths_B - noise_B, 1)).astype(np.int64)
        return noise_B, spans_B

    def longest(self, max_tokens: int) -> int:
        """The longest text whose two sides have at most so many tokens each."""
        lengths = np.arange(2, 2 * max_tokens + 2)
        noise, spans = self.counts(lengths)
        sides = np.maximum(lengths - noise, noise) + spans + 1
        return int(lengths[sides <= max_tokens].max(initial=2))


class CorruptedSpans:
    """Examples of span corruption over token shards; keeps the index of the epoch that was asked for last."""

    def __init__(self, shards: "TokenShards", rules: SpanRules, *, max_tokens: int, seed: int) -> None:
        self.ids, self.rules, self.seed = shards.ids, rules, seed
        self.text_tokens = rules.longest(max_tokens)
        bounds_D1 = np.asarray(shards.sentences, np.int64)[np.asarray(shards.documents, np.int64)]
        self.starts_D, self.lengths_D = bounds_D1[:-1], np.diff(bounds_D1)
        self._epoch = -1
        self._pieces: Pieces | None = None

    def pieces(self, epoch: int) -> Pieces:
        """The index of an epoch; a piece of one token hides nothing and is left out."""
        if self._pieces is None or self._epoch != epoch:
            found = pieces_of(self.lengths_D, max_tokens=self.text_tokens, seed=self.seed, epoch=epoch)
            kept_N = found.lengths_N > 1
            self._pieces = Pieces(found.documents_N[kept_N], found.offsets_N[kept_N], found.lengths_N[kept_N])
            self._epoch = epoch
        return self._pieces

    def lengths(self, epoch: int) -> Int32:
        """Tokens of each example of an epoch, both sides together."""
        lengths_N = self.pieces(epoch).lengths_N
        return (lengths_N + 2 * self.rules.counts(lengths_N.astype(np.int64))[1] + 2).astype(np.int32)

    def batch(self, rows_B: Int64, *, epoch: int, key: tuple[int, ...]) -> SpanBatch:
        """The batch of some pieces of an epoch; `key` (step, part) and the seed decide the spans."""
        pieces = self.pieces(epoch)
        lengths_B = pieces.lengths_N[rows_B].astype(np.int64)
        text_T = gather(self.ids, self.starts_D[pieces.documents_N[rows_B]] + pieces.offsets_N[rows_B], lengths_B)
        return corrupt(
            text_T.astype(np.int32), lengths_B, self.rules, np.random.default_rng((self.seed, epoch, *key, _KEY))
        )


def corrupt(text_T: Int32, lengths_B: Int64, rules: SpanRules, random: np.random.Generator) -> SpanBatch:
    """Take spans out of texts that lie one after another; equal generators give equal spans."""
    noise_B, spans_B = rules.counts(lengths_B)
    kept_S, taken_S = _parted(lengths_B - noise_B, spans_B, random), _parted(noise_B, spans_B, random)
    alternating = np.stack([kept_S, taken_S], axis=1).ravel()
    is_taken_T = np.repeat(np.tile([False, True], len(kept_S)), alternating)
    mark_S = rules.sentinels_X[positions(spans_B)]
    firsts_S = np.cumsum(alternating)[::2]  # where in the text a span begins
    marked_T = text_T.copy()
    marked_T[firsts_S] = mark_S
    stays_T = ~is_taken_T
    stays_T[firsts_S] = True
    inputs = _ended(marked_T[stays_T], lengths_B - noise_B + spans_B, rules.end_id)
    begins_S = starts(taken_S)[:-1]
    answers = np.insert(text_T[is_taken_T], begins_S, mark_S)
    return SpanBatch(inputs, _ended(answers, noise_B + spans_B, rules.end_id))


def _parted(totals_B: Int64, parts_B: Int64, random: np.random.Generator) -> Int64:
    """Each total cut at random into so many parts of at least 1 [S], all ways alike likely."""
    slots_B = np.maximum(totals_B - 1, 0)
    row_C = np.repeat(np.arange(len(totals_B)), slots_B)
    order_C = np.lexsort((random.random(len(row_C)), row_C))
    is_cut_C = np.zeros(len(row_C), np.bool_)
    is_cut_C[order_C] = positions(slots_B) < (parts_B - 1)[row_C]
    begins: NDArray[np.bool_] = np.ones(int(totals_B.sum()), np.bool_)
    is_first = positions(totals_B) == 0
    begins[~is_first] = is_cut_C
    return np.diff(np.append(np.flatnonzero(begins), len(begins)))


def _ended(ids: Int32, lengths_B: Int64, end_id: int) -> TokenStream:
    """Rows with the mark of the end behind each."""
    whole_B = lengths_B + 1
    starts_B1 = starts(whole_B)
    ids_T = np.full(starts_B1[-1], end_id, np.int32)
    is_end_T = np.zeros(len(ids_T), np.bool_)
    is_end_T[starts_B1[1:] - 1] = True
    ids_T[~is_end_T] = ids
    return TokenStream(ids_T, positions(whole_B), np.zeros(len(ids_T), np.int32), starts_B1)
