import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.pii import is_card, is_chinese_id, mask


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("写信给 li.lei@example.com 或 li.lei@example.com", "写信给 <EMAIL_1> 或 <EMAIL_1>"),
        ("电话13812345678，+86 139-1234-5678", "电话<PHONE_1>，<PHONE_2>"),
        ("call (212) 555-0100 or +44 20 7946 0958", "call <PHONE_1> or <PHONE_2>"),
        ("座机 010-62345678", "座机 <PHONE_1>"),
        ("身份证11010519491231002X", "身份证<ID_1>"),
        ("卡号 4111 1111 1111 1111。", "卡号 <CARD_1>。"),
        ("from 192.168.1.10 to 2001:db8:0:0:0:0:0:1", "from <IP_1> to <IP_2>"),
    ],
)
def test_personal_data_is_masked_by_type(text: str, wanted: str) -> None:
    assert mask(text)[0] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "版本 1.2.3 于 2024-01-15 发布",
        "订单 110105194912310021",
        "1234 5678 9012 3456",
        "999.999.999.999",
        "价格 1999 元，2023 年",
        "user@host",
        "no digits here",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert mask(text) == (text, {})


def test_checksums_are_those_of_their_standards() -> None:
    assert is_chinese_id("11010519491231002X")
    assert not is_chinese_id("110105194912310021")
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("0000000000000000")


def test_counts_are_by_type() -> None:
    assert mask("a@b.com 13812345678 a@b.com")[1] == {"EMAIL": 2, "PHONE": 1}


@given(st.text(alphabet="0123456789+-() .@abX中"))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)[0]
    assert mask(once)[0] == once
