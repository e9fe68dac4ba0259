import math

import pytest

from leafout.tokenization.unigram_training import train_pieces

WORDS = {"▁天气": 40, "天气很好": 30, "很好": 30, "▁weather": 25, "▁whether": 15, "▁the": 60, "饕": 1}
CHARACTERS = tuple(sorted(set("".join(WORDS))))


def test_frequent_words_become_pieces_and_characters_stay() -> None:
    pieces = dict(train_pieces(WORDS, num_pieces=len(CHARACTERS) + 5, max_chars=8, characters=CHARACTERS))
    assert set(CHARACTERS) < set(pieces)
    assert {"天气很好", "▁天气", "▁the", "▁weather"} <= set(pieces)
    assert len(pieces) <= len(CHARACTERS) + 5


def test_scores_are_logarithms_of_probabilities_and_in_order() -> None:
    scores = [score for _, score in train_pieces(WORDS, num_pieces=30, max_chars=8, characters=CHARACTERS)]
    assert sum(map(math.exp, scores)) == pytest.approx(1, abs=1e-3)
    assert scores == sorted(scores, reverse=True)


def test_expected_counts_are_those_of_all_ways_to_cut() -> None:
    # one word `ab`, seen twice: by itself it becomes more probable than `a` and `b` until these are only kept
    pieces = dict(train_pieces({"ab": 2}, num_pieces=3, max_chars=2, characters=("a", "b")))
    assert pieces["ab"] > pieces["a"] == pieces["b"]


def test_the_order_of_words_makes_no_difference() -> None:
    turned = dict(reversed(WORDS.items()))
    first = train_pieces(WORDS, num_pieces=25, max_chars=8, characters=CHARACTERS)
    assert first == train_pieces(turned, num_pieces=25, max_chars=8, characters=CHARACTERS)


def test_no_piece_is_longer_than_asked() -> None:
    pieces = train_pieces(WORDS, num_pieces=60, max_chars=3, characters=CHARACTERS)
    assert max(len(piece) for piece, _ in pieces) == 3
