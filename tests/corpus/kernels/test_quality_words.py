from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings

from decoded import decoded
from leafout.corpus.kernels.quality_lines import identify
from leafout.corpus.kernels.quality_tables import PLACE
from leafout.corpus.kernels.quality_words import cut_words, keep_repeated, largest_size, lengthen, repeated_words
from leafout.text import quality_parts
from odd_texts import utf8_texts


@settings(deadline=None)
@given(utf8_texts)
def test_words_are_cut_as_the_reference_cuts(text: str) -> None:
    room, length = decoded(text)
    words, symbols = cut_words(room, 0, length)
    spans = zip(room.first_W[:words], room.chars_W[:words], strict=True)
    assert ([text[first : first + chars] for first, chars in spans], symbols) == quality_parts.cut_words(text)


@settings(deadline=None)
@given(utf8_texts)
def test_only_runs_that_stand_twice_are_lengthened(text: str) -> None:
    room, length = decoded(text)
    words = quality_parts.cut_words(text)[0]
    cut_words(room, 0, length)
    identify(room, len(words))
    room.gram_W[: len(words)] = room.same_W[: len(words)]
    left = repeated_words(room, len(words))
    for size in range(2, 6):
        left = keep_repeated(room, lengthen(room, len(words), size, left))
        grams = [tuple(words[place : place + size]) for place in range(len(words) - size + 1)]
        counts = Counter(grams)
        assert room.cand_W[:left].tolist() == [place for place, gram in enumerate(grams) if counts[gram] > 1]
        assert [grams[room.gram_W[place]] for place in room.cand_W[:left]] == [
            grams[place] for place in room.cand_W[:left]
        ]


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ([], 0),
        (["top_2_gram"], 2),
        (["top_4_gram", "top_2_gram"], 4),
        (["duplicate_5_grams"], 5),
        (["duplicate_7_grams"], 7),
        (["duplicate_10_grams"], 10),
        (["duplicate_13_grams", "top_2_gram"], 13),
    ],
)
def test_runs_are_as_long_as_the_rules_ask(wanted: list[str], size: int) -> None:
    wanted_M = np.zeros(len(PLACE), np.int32)
    wanted_M[[PLACE[name] for name in wanted]] = 1
    assert largest_size(wanted_M) == size
