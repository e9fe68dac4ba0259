from collections import Counter

import pytest

from leafout.text.wikitext_lines import HOLE, clean_lines, plain_marks


def cleaned(text: str) -> str:
    return clean_lines(plain_marks(text, Counter()), Counter())


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("'''bold''' ''italic'' '''''both'''''", "bold italic both"),
        ("l'''amour'' et vie", "l'amour et vie"),
        ("''Foo'''s", "Foo's"),
        ("* one", "one"),
        ("#: two", "two"),
        ("; 词：义", "词：义"),
        ("----", ""),
        ("a<br />b", "a\nb"),
        ("<td>a</td><td>b</td>", "a b"),
        ("H<sub>2</sub>O <stdio.h> 1 < 2", "H2O <stdio.h> 1 < 2"),
        ("see [https://a.org/x the page] and [//b.org] [1]", "see the page and [1]"),
        ("a __NOTOC__ b __目录__ c", "a b c"),
        ("a&nbsp;b &amp;lt; &#x4e2d;", "a b &lt; 中"),
        ("| stray", ""),
    ],
)
def test_marks_go_and_words_stay(line: str, plain: str) -> None:
    assert cleaned(line) == plain


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        (f"Ada ({HOLE}; born 1815)", "Ada (born 1815)"),
        (f"Ada (1815, {HOLE})", "Ada (1815)"),
        (f"艾达（{HOLE}，{HOLE}）是", "艾达是"),
        (f"a {HOLE}, b", "a, b"),
        (f"a {HOLE} b", "a b"),
        (f"a{HOLE}. B", "a. B"),
        (f"a; {HOLE}; b", "a; b"),
        (f"Ada ({HOLE}), born", "Ada, born"),
        (f"Ada  ({HOLE})", "Ada"),
        (f"* {HOLE}.", ""),
        ("f() and (, x)", "f() and (, x)"),
    ],
)
def test_punctuation_around_a_dropped_template_is_mended_and_no_other(line: str, plain: str) -> None:
    assert cleaned(line) == plain


def test_sections_without_text_go_with_their_headings() -> None:
    counts: Counter[str] = Counter()
    text = clean_lines("lead\n== A ==\n=== B ===\ntext\n=== C ===\n== D ==\n== 戊 ==\n文", counts)
    assert text == "lead\n\nA\n\nB\ntext\n\n戊\n文"
    assert counts == {"empty_sections": 2}


def test_a_line_of_equal_signs_is_no_heading() -> None:
    assert cleaned("====") == "===="
    assert cleaned("a\n==b===\nc") == "a\n\nb=\nc"
