"""Causal language model: each document once an epoch, in pieces, a stream of pieces without padding.

A document is `start text end`; one longer than `max_tokens` is cut, at other places in each epoch. Pieces never attend
to each other.

Legend: D documents, N pieces of an epoch, B pieces of a batch, T tokens of a batch.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leafout.tasks.example import Int32, Int64, TokenStream, positions, starts

if TYPE_CHECKING:
    from leafout.tokenization.shards import TokenShards

_KEY = 0x67707463


@dataclass(frozen=True, slots=True)
class CausalBatch(TokenStream):
    """A stream of pieces; `targets_T` is the token after each."""

    targets_T: Int64


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one epoch: `lengths_N` tokens of document `documents_N`, from its token `offsets_N` on."""

    documents_N: Int64
    offsets_N: Int64
    lengths_N: Int32


def pieces_of(lengths_D: Int64, *, max_tokens: int, seed: int, epoch: int) -> Pieces:
    """Cut documents into pieces of at most `max_tokens`; the first cut of a long one is drawn.

    Args:
        lengths_D: tokens to predict in each document: its text and the mark of its end.
        max_tokens: of a piece.
        seed: with `epoch`, the key of the cuts.
        epoch: from 0.
    """
    random = np.random.default_rng((seed, epoch, _KEY))
    drawn_D = random.integers(1, max_tokens + 1, len(lengths_D))
    head_D = np.where(lengths_D <= max_tokens, lengths_D, drawn_D)
    counts_D = 1 + -(-(lengths_D - head_D) // max_tokens)
    documents_N = np.repeat(np.arange(len(lengths_D)), counts_D)
    rank_N = positions(counts_D).astype(np.int64)
    head_N = head_D[documents_N]
    offsets_N = np.where(rank_N == 0, 0, head_N + (rank_N - 1) * max_tokens)
    ends_N = np.minimum(head_N + rank_N * max_tokens, lengths_D[documents_N])
    return Pieces(documents_N, offsets_N, (ends_N - offsets_N).astype(np.int32))


class Documents:
    """Examples of a causal model over token shards; keeps the index of the epoch that was asked for last."""

    def __init__(self, shards: "TokenShards", *, start_id: int, end_id: int, max_tokens: int, seed: int) -> None:
        self.ids = shards.ids
        self.start_id, self.end_id, self.max_tokens, self.seed = start_id, end_id, max_tokens, seed
        bounds_D1 = np.asarray(shards.sentences, np.int64)[np.asarray(shards.documents, np.int64)]
        self.starts_D, self.lengths_D = bounds_D1[:-1], np.diff(bounds_D1)
        self._epoch = -1
        self._pieces: Pieces | None = None

    def pieces(self, epoch: int) -> Pieces:
        """The index of an epoch."""
        if self._pieces is None or self._epoch != epoch:
            self._pieces = pieces_of(self.lengths_D + 1, max_tokens=self.max_tokens, seed=self.seed, epoch=epoch)
            self._epoch = epoch
        return self._pieces

    def lengths(self, epoch: int) -> Int32:
        """Tokens of each piece of an epoch."""
        return self.pieces(epoch).lengths_N

    def batch(self, rows_B: Int64, *, epoch: int, key: tuple[int, ...]) -> CausalBatch:  # noqa: ARG002 - nothing drawn
        """The batch of some pieces of an epoch."""
        pieces = self.pieces(epoch)
        lengths_B, documents_B = pieces.lengths_N[rows_B], pieces.documents_N[rows_B]
        positions_T = positions(lengths_B)
        place_T = np.repeat(pieces.offsets_N[rows_B], lengths_B) + positions_T
        start_T = np.repeat(self.starts_D[documents_B], lengths_B)
        length_T = np.repeat(self.lengths_D[documents_B], lengths_B)
        return CausalBatch(
            ids_T=self._tokens(place_T, start_T, length_T).astype(np.int32),
            positions_T=positions_T,
            segments_T=np.zeros_like(positions_T),
            starts_B1=starts(lengths_B),
            targets_T=self._tokens(place_T + 1, start_T, length_T),
        )

    def _tokens(self, place_T: Int64, start_T: Int64, length_T: Int64) -> Int64:
        """The tokens at places of `start text end`."""
        inside_T = np.clip(start_T + place_T - 1, 0, max(len(self.ids) - 1, 0))
        text_T = self.ids[inside_T].astype(np.int64) if len(self.ids) else np.zeros(len(place_T), np.int64)
        return np.where(place_T == 0, self.start_id, np.where(place_T > length_T, self.end_id, text_T))
