"""Masked tokens: 15 % are to be guessed; of these 80 % become [MASK], 10 % another token, 10 % stay.

Devlin et al. 2019, section 3.1. With whole words, the pieces of a word are chosen together (the authors'
later release).

Legend: T tokens of a batch, K of them to be guessed, V vocabulary, W words of a batch.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.example import Int32, Int64

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MASKED, _OTHER = 0.8, 0.9


@dataclass(frozen=True, slots=True)
class MaskRules:
    """What may be masked, and by what.

    Attributes:
        mask_id: the id of [MASK].
        ordinary_O: the ids that stand for text: they may be masked, and may replace another.
        is_ordinary_V: the same, as a flag for each id.
        continues_V: whether an id goes on with the word before it; None masks each token by itself.
        fraction: share of tokens to be guessed.
    """

    mask_id: int
    ordinary_O: Int32
    is_ordinary_V: NDArray[np.bool_]
    continues_V: NDArray[np.bool_] | None
    fraction: float = 0.15


@dataclass(frozen=True, slots=True)
class Masked:
    """Tokens after masking: `targets_K` stood at `places_K` of the stream."""

    ids_T: Int32
    places_K: Int64
    targets_K: Int64


def mask_rules(
    tokenizer: "Tokenizer", *, special_ids: Collection[int], mask_id: int, whole_words: bool, fraction: float = 0.15
) -> MaskRules:
    """The rules for a tokenizer's vocabulary; `##` marks a WordPiece that goes on with a word."""
    size = tokenizer.get_vocab_size()
    is_ordinary_V = np.ones(size, np.bool_)
    is_ordinary_V[sorted(special_ids)] = False
    continues_V = None
    if whole_words:
        continues_V = np.zeros(size, np.bool_)
        continues_V[[place for piece, place in tokenizer.get_vocab().items() if piece.startswith("##")]] = True
    return MaskRules(mask_id, np.flatnonzero(is_ordinary_V).astype(np.int32), is_ordinary_V, continues_V, fraction)


def mask(ids_T: Int32, rules: MaskRules, random: np.random.Generator) -> Masked:
    """Mask a stream of tokens; equal generators give equal masks."""
    is_ordinary_T = rules.is_ordinary_V[ids_T]
    draw_T = random.random(len(ids_T), dtype=np.float32)
    if rules.continues_V is not None:
        word_T = np.cumsum(~(rules.continues_V[ids_T] & is_ordinary_T))
        draw_T = np.concatenate(([np.float32(0)], draw_T))[word_T]
    places_K = np.flatnonzero((draw_T < rules.fraction) & is_ordinary_T)
    targets_K = ids_T[places_K].astype(np.int64)
    fate_K = random.random(len(places_K), dtype=np.float32)
    others_K = rules.ordinary_O[random.integers(0, len(rules.ordinary_O), len(places_K))]
    masked_T = ids_T.copy()
    masked_T[places_K] = np.where(fate_K < _MASKED, rules.mask_id, np.where(fate_K < _OTHER, others_K, targets_K))
    return Masked(ids_T=masked_T, places_K=places_K, targets_K=targets_K)
