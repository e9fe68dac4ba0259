import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.text.normalise import NormaliseRules, needs_work, normalise, normalise_counted


@pytest.mark.parametrize(
    ("text", "wanted", "edits"),
    [
        ("叶　子 \r\n\r\n\r\n\r\n芽 ", "叶 子\n\n芽", ["white_space"]),
        ("\ufeffle\u200baf", "leaf", ["invisible"]),
        ("a\x07b", "ab", ["control"]),
        ("plain 文本", "plain 文本", []),
        ("cafÃ© 你好", "café 你好", ["mojibake"]),
        ("锟斤拷锟斤拷 你好", "\ufffd 你好", ["lost_text"]),
        ("", "", []),
    ],
)
def test_each_rule_changes_what_it_names(text: str, wanted: str, edits: list[str]) -> None:
    assert normalise_counted(text) == (wanted, edits)


def test_joiners_stay_where_they_join() -> None:
    family, persian = "👨\u200d👩\u200d👧", "می\u200cخواهم"
    assert normalise_counted(f"{family} {persian}") == (f"{family} {persian}", [])
    assert normalise("a\u200db中\u200c文") == "ab中文"


@pytest.mark.parametrize(
    ("text", "rules", "wanted", "edits"),
    [
        ("ＡＢＣ１２３，", NormaliseRules(), "ＡＢＣ１２３，", []),
        ("ＡＢＣ１２３，", NormaliseRules(nfkc=True), "ABC123,", ["nfkc"]),
        ("ＡＢＣ１２３，", NormaliseRules(full_width=True), "ABC123，", ["full_width"]),
        (
            "你好,世界.真的? 3.14,abc.",
            NormaliseRules(punctuation="full"),
            "你好，世界。真的? 3.14,abc.",
            ["punctuation"],
        ),
        (
            "&amp;lt;b&nbsp;&#20320; AT&T",
            NormaliseRules(html_entities=True),
            "<b 你 AT&T",
            ["html_entities", "white_space"],
        ),
        ("a  b", NormaliseRules(white_space=False), "a  b", []),
        ("\ufeffa\x07", NormaliseRules(invisible=False, control=False, white_space=False), "\ufeffa\x07", []),
        ("cafÃ©", NormaliseRules(mojibake="off"), "cafÃ©", []),
        ("(à´¨)", NormaliseRules(mojibake="ftfy"), "(ന)", ["mojibake"]),
        ("漢語學習", NormaliseRules(script="simplified"), "汉语学习", ["script"]),
    ],
)
def test_the_rest_is_a_choice(text: str, rules: NormaliseRules, wanted: str, edits: list[str]) -> None:
    assert normalise_counted(text, rules) == (wanted, edits)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ftfy", None)
    with pytest.raises(LeafoutError, match="needs the library ftfy"):
        normalise("é", NormaliseRules(mojibake="ftfy"))


@given(st.text())
def test_what_is_normal_stays(text: str) -> None:
    once = normalise(text)
    assert normalise_counted(once) == (once, [])


@given(st.text(alphabet=" \n\t\r\u3000\ufeff\x85a中Ã©â€™浣犲锟斤拷"))
def test_what_is_normal_stays_among_hostile_characters(text: str) -> None:
    once = normalise(text)
    assert normalise_counted(once) == (once, [])


@given(st.text(alphabet=" \n\ra中é.，Ã"))
def test_a_text_that_needs_nothing_is_given_back(text: str) -> None:
    if not needs_work(text):
        assert normalise_counted(text) == (text, [])
    else:
        assert text != ""
