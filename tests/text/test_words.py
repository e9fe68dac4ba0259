import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.text.words import WordFinder, WordRules, read_words, word_finder

RULES = WordRules(files=("words.txt",))
WORDS = ["法轮功", "赌博", "damn", "bad word"]


def finder(**changes: object) -> WordFinder:
    return WordFinder(WORDS, WordRules.read({"files": "words.txt", **changes}), allowed=["反赌博", "damn good"])


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("他们在赌博，damn！", 2),
        ("反赌博宣传，that is damn good", 0),
        ("今天天气很好 undamned", 0),
        ("法 轮 功 and 法*轮*功", 0),
    ],
)
def test_hits_are_counted_but_not_inside_allowed_phrases(text: str, hits: int) -> None:
    assert finder().judge(text) == (text, "words" if hits else None, hits)


@pytest.mark.parametrize("text", ["法 轮 功", "法*轮-功", "d.a.m.n", "ＤＡＭＮ", "法轮 功 赌博", "D A M N it"])
def test_words_with_separators_are_found_by_choice(text: str) -> None:
    assert finder(separators=True).judge(text).hits >= 1


@pytest.mark.parametrize("text", ["法国的轮船功能", "dam n", "d.a.m", "a d.a.m.n.e.d x"])
def test_separators_make_no_words_of_others(text: str) -> None:
    assert finder(separators=True).judge(text).hits == 0


def test_hits_are_masked_in_their_places() -> None:
    verdict = finder(action="mask", separators=True).judge("玩赌博，法 轮 功，a bad word")
    assert verdict == ("玩**，*****，a ********", None, 3)


def test_counting_changes_nothing() -> None:
    assert finder(action="count").judge("赌博") == ("赌博", None, 1)


def test_a_document_goes_by_hits_for_its_length() -> None:
    rules = {"max_per_1000_chars": 2, "min_hits": 2}
    assert finder(**rules).judge("赌博" + "好" * 2000 + "赌博").reason is None
    assert finder(**rules).judge("赌博" + "好" * 500 + "赌博").reason == "words"
    assert finder(**rules).judge("赌博").reason is None


def test_files_are_read_and_named_for_the_key(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# 注释\n赌博,\n\nDamn\tweight 3\n", encoding="utf-8-sig")
    (tmp_path / "b.txt").write_text("反赌博\n", encoding="utf-8")
    rules = WordRules(files=("a*.txt",), allow=("b.txt",))
    assert list(read_words(tmp_path / "a.txt")) == ["赌博", "Damn"]
    assert rules.outside(tmp_path) == {"files/000-a.txt": tmp_path / "a.txt", "allow/000-b.txt": tmp_path / "b.txt"}
    assert word_finder(rules, tmp_path).judge("反赌博，赌博，damn").hits == 2


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match=r"no file of words is named `no\*\.txt`"):
        WordRules(files=("no*.txt",)).outside(tmp_path)
    (tmp_path / "gbk.txt").write_bytes("赌博".encode("gbk"))
    with pytest.raises(LeafoutError, match="is not UTF-8"):
        word_finder(WordRules(files=("gbk.txt",)), tmp_path)
    (tmp_path / "empty.txt").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(LeafoutError, match="hold no word"):
        word_finder(WordRules(files=("empty.txt",)), tmp_path)
    with pytest.raises(LeafoutError, match="names files of words"):
        WordRules.read({})


def test_a_bare_name_is_enough() -> None:
    assert WordRules.model_validate("words.txt") == RULES


@given(st.text(alphabet="赌博 dDamn.*-法轮功"))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    mask = finder(action="mask")
    once = mask.judge(text)
    assert len(once.text) == len(text)
    assert mask.judge(once.text).hits == 0


@pytest.mark.parametrize("piece", ["赌博", "反赌博", "法 轮 功", "d.a.m.n ", "damn ", "赌", "a.", "法 "])
def test_a_long_hostile_text_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    finder(separators=True).judge(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 20
