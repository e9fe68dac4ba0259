"""Pieces of a Unigram vocabulary and their probabilities, by expectation and maximisation (Kudo 2018, section 3.2).

All frequent substrings of words are pieces at first. Rounds of EM find their probabilities; after each round the pieces
whose loss would cost the text least likelihood go, a quarter at a time, until the vocabulary is small enough. Single
characters always stay. Equal words give equal pieces and equal scores: every sum is done in one order. (The trainer of
`tokenizers` sums in the order of a hash table, and gives other bytes at each run.)

Legend: C characters of all words, W words, K pieces, A places in a word.
"""

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel
from leafout.tokenization.fast.strings import SEED, Strings, code_points, find, of, step

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
UInt32 = NDArray[np.uint32]

_SEEDS_PER_PIECE = 12
_KEPT = 0.75
_ROUNDS = 2
_LEAST_EXPECTED = 0.5
_DIGITS = 6


def train_pieces(
    words: Mapping[str, int], *, num_pieces: int, max_chars: int, characters: tuple[str, ...]
) -> list[tuple[str, float]]:
    """Learn pieces.

    Args:
        words: how often each occurs; of these characters alone.
        num_pieces: at most, characters included.
        max_chars: of a piece.
        characters: pieces in any case.

    Returns:
        Pieces and the logarithms of their probabilities, the most probable first.
    """
    listed = sorted(words)
    codes_C, counts_W = code_points("".join(listed)), np.array([words[word] for word in listed], np.float64)
    starts_W1 = np.concatenate(([0], np.cumsum([len(word) for word in listed]))).astype(np.int64)
    pieces = sorted(characters) + _seeds(words, most=_SEEDS_PER_PIECE * num_pieces, max_chars=max_chars)
    scores_K = np.full(len(pieces), -math.log(len(pieces)))
    while True:
        for _ in range(_ROUNDS):
            table = of(pieces)
            expected_K = _expected(codes_C, starts_W1, counts_W, table, scores_K, max_chars)
            stays = [number < len(characters) or expected_K[number] >= _LEAST_EXPECTED for number in range(len(pieces))]
            pieces = [piece for piece, stay in zip(pieces, stays, strict=True) if stay]
            expected_K = np.maximum(expected_K[np.array(stays)], _LEAST_EXPECTED)
            scores_K = np.log(expected_K / expected_K.sum())
        if len(pieces) <= max(num_pieces, len(characters)):
            break
        wanted = max(num_pieces, int(_KEPT * len(pieces)), len(characters))
        kept = _most_useful(pieces, scores_K, expected_K, wanted, len(characters))
        pieces, scores_K = [pieces[number] for number in kept], scores_K[kept]
    found = [(piece, round(score, _DIGITS)) for piece, score in zip(pieces, scores_K.tolist(), strict=True)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _seeds(words: Mapping[str, int], *, most: int, max_chars: int) -> list[str]:
    """Substrings of two characters or more that occur twice or more, those that cover most text."""
    found: list[tuple[int, str]] = []
    frequent: set[str] | None = None
    for size in range(2, max_chars + 1):
        counts: Counter[str] = Counter()
        for word, times in words.items():
            for start in range(len(word) - size + 1):
                if frequent is None or word[start : start + size - 1] in frequent:
                    counts[word[start : start + size]] += times
        frequent = {piece for piece, count in counts.items() if count > 1}
        found += [(-counts[piece] * size, piece) for piece in frequent]
        if not frequent:
            break
    return [piece for _, piece in sorted(found)[:most]]


def _expected(
    codes_C: UInt32, starts_W1: Int64, counts_W: Float64, table: Strings, scores_K: Float64, max_chars: int
) -> Float64:
    longest = int(np.diff(starts_W1).max(initial=0))
    expected_K = np.zeros(len(scores_K))
    room = np.zeros((2, longest + 1))
    edges = np.zeros((longest * max_chars + 1, 3), np.int64)
    _expect(
        codes_C,
        starts_W1,
        counts_W,
        table.store_U,
        table.starts_K1,
        table.slots_H,
        scores_K,
        max_chars,
        room,
        edges,
        expected_K,
    )
    return expected_K


@kernel
def log_sum(first: float, second: float) -> float:
    """log(e^first + e^second)."""
    high, low = max(first, second), min(first, second)
    return high if low == -np.inf else high + np.log1p(np.exp(low - high))


@kernel
def _expect(  # noqa: PLR0913 PLR0917 - a kernel takes arrays
    codes_C: UInt32,
    starts_W1: Int64,
    counts_W: Float64,
    store_U: UInt32,
    starts_K1: Int64,
    slots_H: NDArray[np.int32],
    scores_K: Float64,
    max_chars: int,
    room: Float64,
    edges: Int64,
    expected_K: Float64,
) -> None:
    """How often each piece is expected over all ways to cut each word (forward and backward sums)."""
    for word in range(len(counts_W)):
        first, length = starts_W1[word], starts_W1[word + 1] - starts_W1[word]
        forward_A, backward_A = room[0], room[1]
        forward_A[: length + 1] = -np.inf
        backward_A[: length + 1] = -np.inf
        forward_A[0], backward_A[length] = 0.0, 0.0
        count = 0
        for start in range(length):
            value = SEED
            for end in range(start + 1, min(length, start + max_chars) + 1):
                value = step(value, codes_C[first + end - 1])
                number = find(store_U, starts_K1, slots_H, codes_C, first + start, first + end, value)
                if number >= 0:
                    edges[count, 0], edges[count, 1], edges[count, 2] = start, end, number
                    count += 1
                    forward_A[end] = log_sum(forward_A[end], forward_A[start] + scores_K[number])
        for edge in range(count - 1, -1, -1):
            start, end, number = edges[edge, 0], edges[edge, 1], edges[edge, 2]
            backward_A[start] = log_sum(backward_A[start], backward_A[end] + scores_K[number])
        for edge in range(count):
            start, end, number = edges[edge, 0], edges[edge, 1], edges[edge, 2]
            share = forward_A[start] + scores_K[number] + backward_A[end] - forward_A[length]
            expected_K[number] += counts_W[word] * np.exp(share)


def _most_useful(
    pieces: list[str], scores_K: Float64, expected_K: Float64, wanted: int, num_characters: int
) -> list[int]:
    """The numbers of the characters and of the pieces that are hardest to do without, in order."""
    known = dict(zip(pieces, scores_K.tolist(), strict=True))
    loss = [
        (-expected_K[number] * (known[pieces[number]] - _without(pieces[number], known)), number)
        for number in range(num_characters, len(pieces))
    ]
    return [*range(num_characters), *sorted(number for _, number in sorted(loss)[: wanted - num_characters])]


def _without(piece: str, known: Mapping[str, float]) -> float:
    """The score of the best way to cut a piece into others."""
    best = [0.0, *[-math.inf] * len(piece)]
    for end in range(1, len(piece) + 1):
        for start in range(1 if end == len(piece) else 0, end):
            score = known.get(piece[start:end])
            if score is not None and best[start] + score > best[end]:
                best[end] = best[start] + score
    return best[-1]
