import pytest

from leafout.text.quality import QualityRules, fault
from leafout.text.quality_gopher import MAX_STOP_WORD_CHARS, MEASURES, STOP_WORDS
from leafout.text.quality_limits import KINDS
from leafout.text.quality_parts import Parts

EN = "The river runs through the valley and turns to the north, with a small town on each bank of it. " * 4
ZH = "这条河穿过山谷向北流去，两岸各有一座小镇，镇上的人以打鱼为生，日子过得平静而安稳。" * 4


def broken(text: str, language: str, **rules: object) -> str | None:
    off = dict.fromkeys(("min_words", "min_stop_words", "min_mean_word", "min_alphabetic_words"))
    return fault(text, language, QualityRules.read({"preset": "none", "gopher": {**off, **rules}}))


@pytest.mark.parametrize(("text", "language"), [(EN, "en"), (ZH, "zh")])
def test_prose_passes(text: str, language: str) -> None:
    assert fault(text, language, QualityRules.read({"preset": "none", "gopher": {}})) is None


@pytest.mark.parametrize(
    ("text", "language", "rules", "reason"),
    [
        ("a few words of it", "en", {"min_words": 50}, "gopher_min_words"),
        ("短短几个字", "zh", {"min_words": {"zh": 80}}, "gopher_min_words"),
        (EN, "en", {"max_words": 20}, "gopher_max_words"),
        ("a b c of it", "en", {"min_mean_word": 3}, "gopher_min_mean_word"),
        ("incomprehensibilities internationalization", "en", {}, "gopher_max_mean_word"),
        ("#one #two #three", "en", {}, "gopher_max_hashes"),
        ("这样…那样…怎样", "zh", {}, "gopher_max_ellipses"),
        ("- one\n- two\n• three", "en", {}, "gopher_max_bullet_lines"),
        ("· 第一条\n· 第二条", "zh", {}, "gopher_max_bullet_lines"),
        ("some of the first line is here and there it is...\nand", "en", {}, "gopher_max_ellipsis_lines"),
        ("1 2 3 4 | 5", "en", {"min_alphabetic_words": 0.8}, "gopher_min_alphabetic_words"),
        ("Nothing here counts", "en", {"min_stop_words": 2}, "gopher_min_stop_words"),
        ("山川湖海日月星辰", "zh", {"min_stop_words": 2}, "gopher_min_stop_words"),
    ],
)
def test_each_rule_has_its_name(text: str, language: str, rules: dict[str, object], reason: str) -> None:
    assert broken(text, language, **rules) == reason


def test_lengths_of_words_say_nothing_of_chinese() -> None:
    assert broken("我们去哪里", "zh", min_mean_word=3) is None


def test_stop_words_are_different_ones_in_either_case() -> None:
    assert MEASURES["stop_words"](Parts("The the THE of", kind="en")) == 2
    assert MEASURES["stop_words"](Parts("的的的之", kind="zh")) == 2
    assert MEASURES["stop_words"](Parts("the of", kind="other")) == 0
    assert all(len(word) <= MAX_STOP_WORD_CHARS for kind in KINDS for word in STOP_WORDS[kind])
