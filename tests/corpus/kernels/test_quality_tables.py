import sys

import numpy as np
import pytest

from leafout.corpus.kernels.quality_tables import PLACE, char_table, limit_table, phrase_table
from leafout.text.quality import QualityRules
from leafout.text.quality_chars import flags_of
from leafout.text.quality_table import RULES


def test_the_table_has_the_bits_of_every_character() -> None:
    table = char_table()
    codes = np.arange(sys.maxunicode + 1)
    found = table.bits_T[table.page_P[codes >> 8] + (codes & 255)]
    wanted = np.fromiter((flags_of(chr(code)) for code in codes[:0x40000].tolist()), np.int32, 0x40000)
    assert (found[:0x40000] == wanted).all()
    for code in [*range(0x40000, sys.maxunicode, 4093), 0xE0001, 0xE0061, 0x10FFFF]:
        assert found[code] == flags_of(chr(code))


def found_in(text: str, words: tuple[str, ...]) -> list[int]:
    table = phrase_table(words)
    state, lengths = 0, []
    for byte in text.encode():
        state = table.next_AK[state, table.kind_B[byte]]
        phrase = table.phrase_A[state]
        while phrase >= 0:
            lengths.append(int(table.chars_F[phrase]))
            phrase = table.shorter_F[phrase]
    return lengths


@pytest.mark.parametrize(
    ("text", "lengths"),
    [("xABCdx", [4, 3, 2]), ("坏东西", [1, 3]), ("abxbc", [2]), ("", []), ("东西", [])],
)
def test_the_automaton_finds_phrases_inside_phrases_whatever_their_case(text: str, lengths: list[int]) -> None:
    assert found_in(text, ("abcd", "bcd", "cd", "bc", "坏", "坏东西")[: 3 if "x" in text[:1] else None]) == lengths


def test_limits_stand_where_the_rules_say_and_are_open_elsewhere() -> None:
    table = limit_table(QualityRules(preset="gopher"))
    place = next(place for place, rule in enumerate(RULES) if rule.reason == "gopher_min_words")
    assert table.low_LR[:, place].tolist() == [80, 50, 50]
    assert np.isinf(table.high_LR[:, place]).all()
    closed = next(place for place, rule in enumerate(RULES) if rule.reason == "fineweb_min_line_ends")
    assert np.isinf(table.low_LR[:, closed]).all()
    assert table.wanted_LM[:, PLACE["han"]].tolist() == [0, 0, 0]
