import pytest

from leafout.core.errors import LeafoutError
from leafout.text.quality import QualityRules, fault

EN = "The river runs north. It turns west. A town lies there. People fish. Days are quiet."
ZH = "河向北流。它转向西。那里有一座小镇。人们打鱼为生。"


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        (EN, "en", None),
        (ZH, "zh", None),
        (EN + " function() {", "en", "c4_curly_bracket"),
        ("lorem ipsum. " + EN, "en", "c4_lorem_ipsum"),
        ("One. Two. Three. Four.", "en", "c4_min_sentences"),
        ("一。二。", "zh", "c4_min_sentences"),
        (EN + " Damn it.", "en", "c4_bad_words"),
        (EN + " Damned it.", "en", None),
        (ZH + "这是个坏消息。", "zh", "c4_bad_words"),
    ],
)
def test_each_rule_has_its_name(text: str, language: str, reason: str | None) -> None:
    rules = QualityRules.read({"preset": "none", "c4": {"bad_words": ["damn", "坏消息"]}})
    assert fault(text, language, rules) == reason


@pytest.mark.parametrize("word", ["", " ", "two ", "\n"])
def test_a_bad_word_is_no_white_space(word: str) -> None:
    with pytest.raises(LeafoutError):
        QualityRules.read({"c4": {"bad_words": [word]}})
