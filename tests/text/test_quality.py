import pytest

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
