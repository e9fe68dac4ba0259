import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, pre_tokenizers

from leafout.tokenization.fast.characters import STRANGE, Characters, asks_of_pattern
from leafout.tokenization.fast.recognise import PATTERNS
from leafout.tokenization.fast.splitting import gpt2_end, llama_end
from leafout.tokenization.fast.strings import code_points
from leafout.tokenization.fast.words import GPT2

PARTS = st.sampled_from(
    [
        "今天",
        "，",
        "……",
        "a",
        "Bc",
        "é",
        "'",
        "s",
        "LL",
        "12",
        "3456",
        "Ⅻ",
        " ",
        "  ",
        "\n",
        "\r",
        "\t",
        "\u3000",
        "\u0301",
        "⺀",
        "☕",
        "-",
    ]
)


def words(pattern: str, text: str) -> list[str]:
    known = PATTERNS[pattern]
    ask = asks_of_pattern(word=known.word, han=known.han, late=known.late, lowercase=False, nfc=True)
    codes = code_points(text)
    classes, _ = Characters(ask).look_up(codes)
    assert not (classes & STRANGE).any()
    found, start = [], 0
    while start < len(text):
        if known.kind == GPT2:
            end = gpt2_end(codes, classes, start, len(text))
        else:
            end = llama_end(codes, classes, start, len(text), known.digits)
        found.append(text[start:end])
        start = end
    return found


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(deadline=None, max_examples=150)
@given(st.lists(PARTS, max_size=12).map("".join))
def test_words_are_those_of_the_pattern(pattern: str, text: str) -> None:
    split = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    assert words(pattern, text) == [word for word, _ in split.pre_tokenize_str(text)]


def test_chinese_stands_apart_from_letters_and_keeps_its_run() -> None:
    han = next(pattern for pattern, known in PATTERNS.items() if known.han)
    assert words(han, "我爱Python3，真的  好") == ["我爱", "Python", "3", "，", "真的", " ", " ", "好"]
