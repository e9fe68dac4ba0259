import pytest

from leafout.text.quality_basic import chars, filler, repeated_chars, repeated_lines, symbols
from leafout.text.quality_parts import Parts


def test_a_blank_text_has_fewer_characters_than_none() -> None:
    assert [chars(Parts(text)) for text in ("", " \n", "你好")] == [-1, -1, 2]


def test_symbols_leave_white_space_aside() -> None:
    assert symbols(Parts("ab !?\n")) == 0.5
    assert symbols(Parts("你好。")) == pytest.approx(1 / 3)
    assert symbols(Parts(" ")) == 0


def test_the_commonest_character_of_a_long_enough_text() -> None:
    assert repeated_chars(Parts("好" * 15 + "ab cde")) == 0.75
    assert repeated_chars(Parts("好" * 19)) == 0


def test_repeated_lines_need_four_lines() -> None:
    assert repeated_lines(Parts("甲\n甲\n甲")) == 0
    assert repeated_lines(Parts("甲\n甲\n甲\n\nb")) == 0.5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lorem Ipsum dolor", 1),
        ("Please enable JavaScript", 1),
        ("Please enable JavaScript " + "and read on " * 40, 0),
        ("请启用脚本", 0),
    ],
)
def test_filler(text: str, found: float) -> None:
    assert filler(Parts(text)) == found
