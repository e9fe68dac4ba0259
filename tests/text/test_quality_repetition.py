import pytest

from leafout.text.quality import QualityRules, fault
from leafout.text.quality_parts import Parts
from leafout.text.quality_repetition import (
    duplicate_line_chars,
    duplicate_lines,
    duplicate_n_grams,
    duplicate_paragraph_chars,
    duplicate_paragraphs,
    top_n_gram,
)

DIFFERENT_EN = " ".join(f"word{number}" for number in range(60))
DIFFERENT_ZH = "".join(chr(0x4E00 + 7 * number) for number in range(60))


def test_lines_and_paragraphs_that_stood_before() -> None:
    parts = Parts("甲乙\n甲乙\n丙\n\n甲乙\n甲乙\n丙")
    assert duplicate_lines(parts) == 4 / 6
    assert duplicate_line_chars(parts) == 7 / len(parts.text)
    assert duplicate_paragraphs(parts) == 0.5
    assert duplicate_paragraph_chars(parts) == 7 / len(parts.text)


def test_the_commonest_pair_counts_the_space_that_english_has() -> None:
    english = Parts(f"{DIFFERENT_EN} of the of the")
    assert top_n_gram(english, 2) == 2 * 6 / len(english.text)
    chinese = Parts(f"{DIFFERENT_ZH}我们我们")
    assert top_n_gram(chinese, 2) == 2 * 2 / len(chinese.text)


def test_repeats_are_not_counted_twice_where_they_overlap() -> None:
    parts = Parts(DIFFERENT_ZH + "好" * 16)
    assert duplicate_n_grams(parts, 5) == 15 / len(parts.text)


@pytest.mark.parametrize("text", [DIFFERENT_EN, DIFFERENT_ZH, "of the " * 20, "我们" * 20])
def test_what_stands_once_and_short_texts_have_no_repeats(text: str) -> None:
    assert top_n_gram(Parts(text), 2) == 0
    assert duplicate_n_grams(Parts(text), 5) == 0


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("one line\none line\nanother", "en", "repetition_max_duplicate_lines"),
        ("短行\n短行\n另一行", "zh", "repetition_max_duplicate_lines"),
        (f"{DIFFERENT_EN}\n{DIFFERENT_EN}", "en", "repetition_max_duplicate_lines"),
        ("buy now " * 40, "en", "repetition_max_top_2_gram"),
        (f"{DIFFERENT_EN} {DIFFERENT_EN}", "en", "repetition_max_duplicate_5_grams"),
        (DIFFERENT_ZH + DIFFERENT_ZH, "zh", "repetition_max_duplicate_5_grams"),
        (DIFFERENT_EN, "en", None),
        (DIFFERENT_ZH, "zh", None),
    ],
)
def test_each_rule_has_its_name(text: str, language: str, reason: str | None) -> None:
    assert fault(text, language, QualityRules.read({"preset": "none", "repetition": {}})) == reason
