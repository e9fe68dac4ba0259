import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.cut_borders import whole_sentences, whole_words

TEXT = "He said it's well-known. 叶绿素 is green, 是吗？是的。\nLast line"


def cut(text: str, stretch: tuple[int, int]) -> str:
    return text[stretch[0] : stretch[1]]


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("aid it's well-kno", "it's "),
        (" said it's", "said it's "),
        ("said it", "said "),
        ("it's we", "it's "),
        ("绿素 is gr", "绿素 is "),
        ("ree", ""),
        ("He said", "He said "),
    ],
)
def test_no_word_is_cut_and_a_chinese_character_is_a_word(inside: str, words: str) -> None:
    start = TEXT.index(inside)
    assert cut(TEXT, whole_words(TEXT, start, start + len(inside))) == words


@pytest.mark.parametrize(
    ("inside", "sentences"),
    [
        (TEXT, TEXT),
        ("well-known. 叶绿素 is green, 是吗？是的。\nLas", "叶绿素 is green, 是吗？是的。\n"),
        ("绿素 is green, 是吗？是的", ""),
        ("green, 是吗？是的。\nLast line", "是的。\nLast line"),
        ("said it's", ""),
    ],
)
def test_only_whole_sentences_go(inside: str, sentences: str) -> None:
    start = TEXT.index(inside)
    assert cut(TEXT, whole_sentences(TEXT, start, start + len(inside))) == sentences


@given(
    text=st.text(alphabet="ab '-.。\n叶", max_size=30),
    start=st.integers(0, 30),
    size=st.integers(0, 30),
    sentences=st.booleans(),
)
def test_what_is_cut_lies_inside_but_for_spaces_after_it(text: str, start: int, size: int, sentences: bool) -> None:
    start = min(start, len(text))
    end = min(start + size, len(text))
    first, last = (whole_sentences if sentences else whole_words)(text, start, end)
    assert start <= first <= last or first == last
    assert not text[end:last].strip()
