import pytest

from leafout.text import quality_chars as chars
from leafout.text.quality_chars import FLAGS, flags_of


@pytest.mark.parametrize(
    ("char", "bits"),
    [
        ("a", chars.ALNUM | chars.ALPHA | chars.WORD),
        ("7", chars.ALNUM | chars.WORD),
        ("_", chars.WORD | chars.PUNCTUATION),
        ("\u3000", chars.SPACE),
        ("\u0301", chars.MARK),
        ("。", chars.PUNCTUATION | chars.TERMINAL | chars.WIDE_TERMINAL),
        (".", chars.PUNCTUATION | chars.TERMINAL),
        ("…", chars.PUNCTUATION),
        ("”", chars.PUNCTUATION | chars.QUOTE | chars.CLOSER),
        (")", chars.PUNCTUATION | chars.CLOSER),
        ("»", chars.PUNCTUATION | chars.CLOSER),
        ("•", chars.PUNCTUATION | chars.BULLET),
        ("我", chars.ALNUM | chars.ALPHA | chars.WORD | chars.WIDE | chars.HAN),
        ("か", chars.ALNUM | chars.ALPHA | chars.WORD | chars.WIDE),
        ("ก", chars.ALNUM | chars.ALPHA | chars.WORD | chars.WIDE),
        ("한", chars.ALNUM | chars.ALPHA | chars.WORD),
        ("\ufffd", chars.GARBLED),
        ("\ue000", chars.GARBLED),
        ("\x07", chars.GARBLED),
        ("😀", 0),
        ("\U0001faff", 0),
    ],
)
def test_the_bits_of_a_character(char: str, bits: int) -> None:
    assert flags_of(char) == bits
    assert FLAGS[char] == bits


def test_simplified_traditional_and_rare_characters_are_told_apart() -> None:
    kinds = {char: FLAGS[char] & (chars.SIMPLIFIED | chars.TRADITIONAL | chars.RARE_HAN) for char in "国國中鍏𠀀々"}
    assert kinds == {
        "国": chars.SIMPLIFIED,
        "國": chars.TRADITIONAL,
        "中": 0,
        "鍏": chars.RARE_HAN,
        "𠀀": chars.RARE_HAN,
        "々": 0,
    }


def test_a_text_read_with_the_wrong_charset_has_mostly_rare_characters() -> None:
    good = "这本书的内容很充实，作者用平实的语言讲述了自己的经历，读完之后收获很大。"
    wrong = good.encode().decode("gb18030", "replace")
    rare = [sum(1 for char in text if FLAGS[char] & chars.RARE_HAN) / len(text) for text in (good, wrong)]
    assert rare[0] == 0
    assert rare[1] > 0.3
