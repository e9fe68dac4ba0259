import pytest

from leafout.text import pii_triggers
from leafout.text.pii_triggers import triggers


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("a@b", pii_triggers.AT),
        ("138 123 4", pii_triggers.DIGITS | pii_triggers.STREET),
        ("13812345678号", pii_triggers.DIGITS | pii_triggers.HOUSE),
        ("138    1234", 0),
        ("1.2.3.4", pii_triggers.DOTS),
        ("1.2345.3.4", pii_triggers.DIGITS),
        ("a:12:b", pii_triggers.COLONS | pii_triggers.PAIRS),
        ("a-1F-b", pii_triggers.PAIRS),
        ("27号", pii_triggers.HOUSE),
        ("号27", 0),
        ("12 Baker", pii_triggers.STREET),
        ("二〇二四年 hello", 0),
    ],
)
def test_each_question_has_its_bit(text: str, bits: int) -> None:
    assert triggers(text) == bits


def test_only_what_is_wanted_is_asked() -> None:
    assert triggers("a@b 13812345678", pii_triggers.AT) == pii_triggers.AT
    assert triggers("a@b 13812345678", 0) == 0
