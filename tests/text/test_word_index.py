import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.word_index import WordIndex, fold


def found(words: list[str], text: str) -> list[str]:
    return [text[start:end] for start, end in WordIndex(words).find(text)]


@pytest.mark.parametrize(
    ("words", "text", "wanted"),
    [
        (["ass"], "class ASS, ass-hole assess", ["ASS", "ass"]),
        (["bad word", "bad"], "a Bad word and bad. badly", ["Bad word", "bad"]),
        (["法轮", "法轮功"], "说法轮功的法轮", ["法轮功", "法轮"]),
        (["13点", "傻"], "真13点，傻得213点", ["13点", "傻"]),
        (["ＡＢＣ"], "abc ＡＢＣ xabc", ["abc", "ＡＢＣ"]),
        (["c++", "k粉"], "C++ 和K粉", ["C++", "K粉"]),
        (["赌博x"], "赌博x 赌博xy", ["赌博x"]),
        ([], "anything", []),
        (["  ", ""], "a  b", []),
    ],
)
def test_words_are_found_whole_and_longest_first(words: list[str], text: str, wanted: list[str]) -> None:
    assert found(words, text) == wanted


def test_membership_is_folded() -> None:
    assert "ＦＯＯ" in WordIndex(["foo"])
    assert not WordIndex([""])


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(
    st.lists(st.text(alphabet="ab1中文 -", min_size=1, max_size=4), max_size=6),
    st.text(alphabet="aAb1中文 -", max_size=30),
)
def test_the_index_finds_what_a_plain_search_finds(words: list[str], text: str) -> None:
    index, folded = WordIndex(words), fold(text)
    spans = list(index.find(text))
    plain: list[tuple[int, int]] = []
    place = 0
    while place < len(text):
        ends = [
            place + len(word.strip()) for word in words if word.strip() and folded.startswith(fold(word.strip()), place)
        ]
        whole = [end for end in ends if not _torn(folded, place) and not _torn(folded, end)]
        if whole:
            plain.append((place, max(whole)))
            place = max(whole)
        else:
            place += 1
    assert spans == plain


def _torn(text: str, place: int) -> bool:
    latin = set("abcdefghijklmnopqrstuvwxyz0123456789")
    return 0 < place < len(text) and text[place] in latin and text[place - 1] in latin
