import numpy as np
import pytest
from hypothesis import given, settings

from decoded import decoded
from leafout.corpus.kernels.quality_lines import (
    count_phrases,
    cut_lines,
    hash_lines,
    identify,
    measure_paragraphs,
    slots_for,
)
from leafout.corpus.kernels.quality_tables import PLACE, phrase_table
from leafout.text.quality_parts import Parts
from odd_texts import utf8_texts


@settings(deadline=None)
@given(utf8_texts)
def test_lines_are_cut_and_known_again(text: str) -> None:
    room, length = decoded(text)
    lines = cut_lines(room, length)
    cut = [text[first : first + chars] for first, chars in zip(room.first_W[:lines], room.chars_W[:lines], strict=True)]
    assert cut == Parts(text).lines
    hash_lines(room, lines)
    identify(room, lines)
    assert room.same_W[:lines].tolist() == [cut.index(line) for line in cut]


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("甲\n乙\n\n甲\n乙", 1 / 2),
        ("甲\n乙\n\n甲", 0),
        ("甲\n\n甲\n乙", 0),
        ("\n\n甲\n \n甲\n\n\n乙\n\n甲", 1 / 2),
        ("", 0),
    ],
)
def test_paragraphs_are_equal_when_all_their_lines_are(text: str, fraction: float) -> None:
    room, length = decoded(text)
    lines = cut_lines(room, length)
    hash_lines(room, lines)
    identify(room, lines)
    values_M = np.zeros(len(PLACE))
    measure_paragraphs(room, length, lines, values_M)
    assert values_M[PLACE["duplicate_paragraphs"]] == fraction


def test_bad_words_are_words_and_phrases_of_advertising_are_not() -> None:
    text = "Damned DAMN, 坏人加微信加微信 (damn)"
    data = np.frombuffer(text.encode(), np.uint8)
    room, length = decoded(text)
    count_phrases(data, 0, len(data), phrase_table(("damn", "坏")), room, length)
    assert room.counts_F.tolist() == [3, 2]


def test_there_are_twice_as_many_slots_as_items() -> None:
    assert [slots_for(items) for items in (0, 8, 9, 1000)] == [16, 16, 32, 2048]
