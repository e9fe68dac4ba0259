import pytest

from leafout.text.quality_parts import (
    Parts,
    ascii_lower,
    cut_words,
    duplicates,
    num_sentences,
    occurrences,
    word_occurrences,
)


@pytest.mark.parametrize(
    ("text", "words", "symbols"),
    [
        ("It's a well-known fact.", ["It's", "a", "well", "known", "fact"], 0),
        ("我爱Python3，真的！", ["我", "爱", "Python3", "真", "的"], 0),
        ("don’t 'quote' me", ["don’t", "quote", "me"], 0),
        ("e\u0301te\u0301 नमस्ते", ["e\u0301te\u0301", "नमस्ते"], 0),
        ("a--b ... - -!\n|", ["a", "b"], 4),
        ("한국어 ひら", ["한국어", "ひ", "ら"], 0),
        ("😀😀😂", [], 1),
        ("好 ， 坏", ["好", "坏"], 1),
        ("", [], 0),
        ("我's", ["我", "s"], 0),
    ],
)
def test_words_and_symbols_that_stand_alone(text: str, words: list[str], symbols: int) -> None:
    assert cut_words(text) == (words, symbols)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("One. Two! Three", 3),
        ("It costs 3.5 dollars.", 1),
        ('He said "go." Then he left.', 2),
        ("你好。再见！吃了吗？", 3),
        ("他说：“走吧。”然后走了", 2),
        ("。。。", 0),
        ("no end", 1),
        ("wait...what", 1),
    ],
)
def test_sentences_of_a_line(line: str, found: int) -> None:
    assert num_sentences(line) == found


def test_lines_are_bare_and_paragraphs_are_parted_by_blank_lines() -> None:
    parts = Parts("  一行 \n二行\n\u3000\n\nthree\n")
    assert parts.lines == ["一行", "二行", "three"]
    assert parts.paragraphs == ["一行\n二行", "three"]
    assert (parts.dense_chars, parts.sentences, parts.num_tokens) == (9, 3, 5)


def test_duplicates_are_those_that_stood_before() -> None:
    assert duplicates(["甲乙", "b", "甲乙", "甲乙", "b"]) == (3, 5)


def test_phrases_are_counted_where_they_overlap_and_as_words() -> None:
    assert occurrences("aaa", "aa") == 2
    assert word_occurrences("damn, damned damn_it (damn)", "damn") == 2
    assert word_occurrences("真坏蛋", "坏") == 1
    assert ascii_lower("ÀBC中") == "Àbc中"
