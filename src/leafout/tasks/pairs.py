"""Pairs of texts over token shards: the examples of an epoch as slices, all documents at once.

The recipe is BERT's (Devlin et al. 2019, appendix A.2): sentences of a document fill a chunk up to a target length, the
chunk is parted at a random sentence, and half of the time its second part is put back and a piece of another document
takes its place. Three things differ. There is no padding, so a chunk stops before the target instead of passing it and
being cut. A chunk of one sentence stays a single segment without a next-sentence label (BERT always pairs it with
another document, which teaches that a short first part means "not the next"). And a sentence of another document that
is too long loses its beginning, never its end: else a missing full stop would give the answer away.

Pairs to be put in order (Lan et al. 2020, section 3.1) are chunks of the same recipe, always of one document, whose two
parts change places half of the time: topics give nothing away.

Legend: S sentences of the shards, D documents, N examples of an epoch, G guesses.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.example import Int32, Int64

if TYPE_CHECKING:
    from leafout.tokenization.shards import TokenShards

SentenceTask = Literal["next", "order", "none"]

NUM_SPECIAL = 3
"""[CLS] first [SEP] second [SEP]."""
_GUESSES = 4
"""How many sentences of other documents are drawn until one fits into the room that is left."""
_KEY = 0x70616972


@dataclass(frozen=True, slots=True)
class Pairs:
    """The examples of one epoch, as slices of the shards' ids.

    Attributes:
        firsts_N, first_lengths_N: the first segment.
        seconds_N, second_lengths_N: the second segment; length 0 where there is none.
        next_N: 0 when the second follows the first, 1 when it is from another document or, to be put in order, stood
            before the first; -1 without a second.
    """

    firsts_N: Int64
    first_lengths_N: Int32
    seconds_N: Int64
    second_lengths_N: Int32
    next_N: NDArray[np.int8]

    @property
    def lengths_N(self) -> Int32:
        """Tokens of each example, special tokens included."""
        return self.first_lengths_N + self.second_lengths_N + 2 + (self.second_lengths_N > 0)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What would begin at each sentence, were it the first of a chunk; all but `room_S` are indices of sentences."""

    part_S: Int64
    end_S: Int64
    room_S: Int64
    other_S: Int64
    is_random_S: NDArray[np.bool_]


def pairs_of(
    shards: "TokenShards",
    *,
    max_tokens: int,
    seed: int,
    epoch: int,
    short_fraction: float = 0.1,
    task: SentenceTask = "next",
) -> Pairs:
    """The examples of an epoch: a pure function of its arguments, O(sentences).

    Args:
        shards: ids, sentence offsets and document offsets.
        max_tokens: of an example, special tokens included.
        seed: with `epoch`, the key of all choices.
        epoch: from 0.
        short_fraction: share of chunks with a random shorter target, so that short inputs are known too.
        task: whether half of the seconds come from other documents, or stood before the first; or every chunk stays one
            segment.
    """
    random = np.random.default_rng((seed, epoch, _KEY))
    sentences = np.asarray(shards.sentences, np.int64)
    documents = np.asarray(shards.documents, np.int64)
    cap = max_tokens - NUM_SPECIAL
    plan = _plan(sentences, documents, random=random, cap=cap, short_fraction=short_fraction)
    if task != "next":
        plan.is_random_S[:] = False
    chunk_N = _walk(documents, np.where(plan.is_random_S, plan.part_S, plan.end_S))
    pairs = _slices(sentences, documents, plan, chunk_N, cap=cap, random=random)
    if task == "none":
        return _whole(pairs)
    return pairs if task == "next" else _half_swapped(pairs, random)


def _whole(pairs: Pairs) -> Pairs:
    """Pairs that follow, as one segment each."""
    lengths_N = pairs.first_lengths_N + pairs.second_lengths_N
    nothing_N = np.zeros_like(lengths_N)
    return replace(pairs, first_lengths_N=lengths_N, second_lengths_N=nothing_N, next_N=np.full_like(pairs.next_N, -1))


def _half_swapped(pairs: Pairs, random: np.random.Generator) -> Pairs:
    """Pairs that follow, of which half change places."""
    swaps_N = (random.random(len(pairs.next_N)) < 0.5) & (pairs.next_N == 0)
    return replace(
        pairs,
        firsts_N=np.where(swaps_N, pairs.seconds_N, pairs.firsts_N),
        first_lengths_N=np.where(swaps_N, pairs.second_lengths_N, pairs.first_lengths_N),
        seconds_N=np.where(swaps_N, pairs.firsts_N, pairs.seconds_N),
        second_lengths_N=np.where(swaps_N, pairs.first_lengths_N, pairs.second_lengths_N),
        next_N=np.where(swaps_N, np.int8(1), pairs.next_N),
    )


def _plan(sentences: Int64, documents: Int64, *, random: np.random.Generator, cap: int, short_fraction: float) -> _Plan:
    num = len(sentences) - 1
    here_S = np.arange(num)
    counts_D = np.diff(documents)
    document_end_S = np.repeat(documents[1:], counts_D)
    is_short_S = random.random(num) < short_fraction
    target_S = np.where(is_short_S, random.integers(2, max(cap, 2) + 1, num), cap)
    end_S = _end(sentences, here_S, target_S, document_end_S)
    part_S = here_S + 1 + (random.random(num) * np.maximum(end_S - here_S - 1, 0)).astype(np.int64)
    part_S = np.minimum(part_S, end_S)
    room_S = target_S - (sentences[part_S] - sentences[:-1])
    is_random_S = (random.random(num) < 0.5) & (part_S < end_S)
    other_S = np.zeros(num, np.int64)
    if np.count_nonzero(counts_D) > 1:
        other_S = _others(sentences, documents, room_S, random)
    else:
        is_random_S[:] = False
    return _Plan(part_S, end_S, room_S, other_S, is_random_S)


def _end(sentences: Int64, first: Int64, target: Int64, document_end: Int64) -> Int64:
    """The sentence after the last that still fits; at least one fits."""
    fitting = np.searchsorted(sentences, sentences[first] + target, side="right") - 1
    return np.minimum(np.maximum(fitting, first + 1), document_end)


def _others(sentences: Int64, documents: Int64, room_S: Int64, random: np.random.Generator) -> Int64:
    """For each sentence one of another document: the first of a few drawn that fits, else the last drawn."""
    num = len(sentences) - 1
    counts_D = np.diff(documents)
    own_first_S, own_count_S = np.repeat(documents[:-1], counts_D), np.repeat(counts_D, counts_D)
    lengths_S = np.diff(sentences)
    other_S = np.zeros(num, np.int64)
    waiting_W = np.arange(num)
    for _ in range(_GUESSES):
        guess_W = (random.random(num)[waiting_W] * (num - own_count_S[waiting_W])).astype(np.int64)
        guess_W += (guess_W >= own_first_S[waiting_W]) * own_count_S[waiting_W]
        other_S[waiting_W] = guess_W
        waiting_W = waiting_W[lengths_S[guess_W] > room_S[waiting_W]]
    return other_S


def _walk(documents: Int64, next_S: Int64) -> Int64:
    """The sentences at which chunks begin: from the first of each document from chunk to chunk, all in step."""
    end_of_document_D = documents[1:]
    living_D = np.flatnonzero(np.diff(documents) > 0)
    here_D = documents[living_D]
    found = [here_D]
    while len(living_D):
        here_D = next_S[here_D]
        inside = here_D < end_of_document_D[living_D]
        living_D, here_D = living_D[inside], here_D[inside]
        found.append(here_D)
    return np.sort(np.concatenate(found))


def _slices(
    sentences: Int64, documents: Int64, plan: _Plan, chunk_N: Int64, *, cap: int, random: np.random.Generator
) -> Pairs:
    part_N, end_N, is_random_N = plan.part_S[chunk_N], plan.end_S[chunk_N], plan.is_random_S[chunk_N]
    firsts_N, first_lengths_N = sentences[chunk_N], sentences[part_N] - sentences[chunk_N]
    excess_N = np.maximum(first_lengths_N - (cap + 1), 0)  # a lone segment needs one special token fewer
    firsts_N = firsts_N + (random.random(len(chunk_N)) * (excess_N + 1)).astype(np.int64)
    first_lengths_N = first_lengths_N - excess_N
    other_N, room_N = plan.other_S[chunk_N], plan.room_S[chunk_N]
    document_N = np.searchsorted(documents, other_N, side="right")
    other_end_N = _end(sentences, other_N, room_N, documents[np.minimum(document_N, len(documents) - 1)])
    second_first_N = np.where(is_random_N, sentences[other_N], sentences[part_N])
    second_end_N = np.where(is_random_N, sentences[other_end_N], sentences[end_N])
    overlong_N = np.where(is_random_N, np.maximum(second_end_N - second_first_N - room_N, 0), 0)
    second_first_N = second_first_N + overlong_N
    second_lengths_N = second_end_N - second_first_N
    next_N = np.where(second_lengths_N > 0, is_random_N.astype(np.int8), np.int8(-1)).astype(np.int8)
    kept_N = first_lengths_N > 0
    return Pairs(
        firsts_N=firsts_N[kept_N],
        first_lengths_N=first_lengths_N[kept_N].astype(np.int32),
        seconds_N=second_first_N[kept_N],
        second_lengths_N=second_lengths_N[kept_N].astype(np.int32),
        next_N=next_N[kept_N],
    )
