import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.normalise import normalise, normalise_counted


@pytest.mark.parametrize(
    ("text", "wanted", "edits"),
    [
        ("叶　子 \r\n\r\n\r\n\r\n芽 ", "叶 子\n\n芽", ["white_space"]),
        ("\ufeffle\u200baf", "leaf", ["invisible"]),
        ("a\x07b", "ab", ["control"]),
        ("plain 文本", "plain 文本", []),
    ],
)
def test_each_rule_changes_what_it_names(text: str, wanted: str, edits: list[str]) -> None:
    assert normalise_counted(text) == (wanted, edits)


def test_nfkc_is_a_choice() -> None:
    assert normalise("ＡＢＣ１２３，") == "ＡＢＣ１２３，"
    assert normalise("ＡＢＣ１２３，", nfkc=True) == "ABC123,"


@given(st.text())
def test_what_is_normal_stays(text: str) -> None:
    once = normalise(text)
    assert normalise_counted(once) == (once, [])
