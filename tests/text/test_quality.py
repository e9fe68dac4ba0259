import pytest

from leafout.core.errors import LeafoutError
from leafout.text.quality import QualityRules, fault

GOOD_EN = (
    "Return the list of files in a directory. Symbolic links are followed unless told otherwise, and those that "
    "cannot be opened are skipped with a warning. The order is not defined; sort it when it matters to you."
)
GOOD_ZH = "这本书的内容很充实，作者用平实的语言讲述了自己的经历，读完之后收获很大，值得推荐给每一位对历史感兴趣的朋友。"


@pytest.mark.parametrize(("text", "language"), [(GOOD_EN, "en"), (GOOD_ZH, "zh"), (GOOD_ZH * 3 + GOOD_EN, "zh")])
def test_good_text_passes(text: str, language: str) -> None:
    assert fault(text, language, QualityRules()) is None


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("短", "zh", "too_short"),
        ("x" * 50, "en", "repeated_chars"),
        ("!@#$%^&*()_+ a !@#$", "other", "symbols"),
        ("好好好好好好好好好好好好好好好好好好好好好好", "zh", "repeated_chars"),
        ("same line here\n" * 8 + "another one", "en", "repeated_lines"),
        (" ".join(["buy now"] * 40), "en", "repeated_bigram"),
        ("Lorem ipsum dolor sit amet", "en", "filler"),
        ("Please enable JavaScript to view this page", "en", "filler"),
    ],
)
def test_each_rule_has_its_name(text: str, language: str, reason: str) -> None:
    assert fault(text, language, QualityRules()) == reason


def test_rules_can_be_switched_off() -> None:
    loose = QualityRules(min_chars=0, max_symbols=1, max_repeated_chars=1, max_repeated_lines=1, max_top_bigram=1)
    assert fault("!!!!!!!!!!!!!!!!!!!!!!!!!", "other", loose) is None
    assert fault("a" * 100, "en", QualityRules(max_chars=50)) == "too_long"


def test_a_preset_is_where_one_starts_from_and_what_is_written_wins() -> None:
    rules = QualityRules.read({"preset": "fineweb", "gopher": None, "c4": {"min_sentences": 2}, "min_chars": 4})
    assert rules.gopher is None
    assert rules.repetition is not None
    assert rules.c4 is not None
    assert rules.c4.line_ends == {"zh": False, "en": False, "other": False}
    assert rules.c4.min_sentences == {"zh": 2, "en": 2, "other": 2}
    assert QualityRules.read({"gopher": {"min_words": {"zh": 30}}}).limits["zh"] != QualityRules().limits["zh"]


def test_english_thresholds_do_not_judge_chinese() -> None:
    rules = QualityRules.read({"preset": "gopher", "gopher": {"min_words": 20}})
    assert fault(GOOD_ZH, "zh", rules) is None
    assert fault(GOOD_ZH, "en", rules) == "gopher_min_mean_word"


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000"])
def test_a_blank_text_is_too_short_whatever_the_rules(text: str) -> None:
    assert fault(text, "zh", QualityRules(preset="none")) == "too_short"


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LeafoutError, match="gopher"):
        QualityRules.read({"preset": "gofer"})
