import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.text.pii import find, mask, mask_texts
from leafout.text.pii_rules import Kind, PersonalData

ALL = PersonalData(
    kinds=(
        "email", "phone", "id", "old_id", "card", "iban", "ssn", "ip", "password", "address", "name", "passport",
        "plate", "birth", "mac",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("写信给 li.lei@example.com 或 li.lei@example.com", "写信给 <EMAIL_1> 或 <EMAIL_1>"),
        ("邮箱li.lei@example.com，谢谢", "邮箱<EMAIL_1>，谢谢"),
        ("电话13812345678，+86 139-1234-5678", "电话<PHONE_1>，<PHONE_2>"),
        ("call (212) 555-0100 or +44 20 7946 0958", "call <PHONE_1> or <PHONE_2>"),
        ("座机 010-62345678", "座机 <PHONE_1>"),
        ("身份证11010519491231002X", "身份证<ID_1>"),
        ("卡号 4111 1111 1111 1111。", "卡号 <CARD_1>。"),
        ("from 192.168.1.10 to 2001:db8:0:0:0:0:0:1", "from <IP_1> to <IP_2>"),
        ("IBAN: GB82 WEST 1234 5698 7654 32 AND", "IBAN: <IBAN_1> AND"),
        ("ftp://bob:s3cret@host.com/x", "ftp://<PASSWORD_1>@host.com/x"),
        ("家住北京市海淀区中关村大街27号，电话13812345678", "家住<ADDRESS_1>，电话<PHONE_1>"),
        ("His SSN is 853-37-1694.", "His SSN is <SSN_1>."),
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


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("联系人：张伟", "name", "联系人：<NAME_1>"),
        ("护照号码：E12345678", "passport", "护照号码：<PASSPORT_1>"),
        ("车牌京A·12345", "plate", "车牌<PLATE_1>"),
        ("born on 12 March 1950", "birth", "born on <BIRTH_1>"),
        ("at 00:1A:2b:3c:4d:5e", "mac", "at <MAC_1>"),
        ("旧证 110105491231002", "old_id", "旧证 <ID_1>"),
    ],
)
def test_some_kinds_are_masked_by_choice_only(text: str, kind: Kind, wanted: str) -> None:
    assert mask(text) == (text, {})
    assert mask(text, PersonalData(kinds=(kind,)))[0] == wanted


def test_kinds_that_are_not_asked_for_stay() -> None:
    text = "13812345678 li@x.com 11010519491231002X"
    assert mask(text, PersonalData(kinds=("email",)))[0] == "13812345678 <EMAIL_1> 11010519491231002X"
    assert mask(text, PersonalData(kinds=())) == (text, {})


def test_kept_values_are_never_masked() -> None:
    rules = PersonalData(keep=("400-810-8888", "Info@firm.com"))
    text = "热线 400 810 8888，info@firm.com，私人 13812345678"
    assert mask(text, rules)[0] == "热线 400 810 8888，info@firm.com，私人 <PHONE_1>"


def test_counts_are_by_type() -> None:
    assert mask("a@b.com 13812345678 a@b.com")[1] == {"EMAIL": 2, "PHONE": 1}


def test_one_number_written_in_two_ways_is_one_placeholder() -> None:
    assert mask("13812345678 或 138-1234-5678")[0] == "<PHONE_1> 或 <PHONE_1>"


def test_the_texts_of_one_document_share_placeholders() -> None:
    masked, counts = mask_texts(["call 13812345678", "13912345678 or 13812345678"])
    assert masked == ["call <PHONE_1>", "<PHONE_2> or <PHONE_1>"]
    assert counts == {"PHONE": 3}


def test_new_placeholders_follow_those_that_stand_there() -> None:
    assert mask("<PHONE_3> and 13812345678")[0] == "<PHONE_3> and <PHONE_4>"
    assert mask_texts(["13812345678", "<PHONE_7>"])[0] == ["<PHONE_8>", "<PHONE_7>"]


def test_the_more_specific_type_wins_where_two_overlap() -> None:
    assert mask("13812345678@qq.com")[1] == {"EMAIL": 1}
    assert mask("https://u:pass@host.com")[1] == {"PASSWORD": 1}


def test_found_places_are_in_order_and_apart() -> None:
    text = "li@x.com 13812345678 住在上海市徐汇区漕溪路250号 10.2.3.4"
    found = find(text, ALL)
    assert [kind for _, _, kind in found] == ["EMAIL", "PHONE", "ADDRESS", "IP"]
    assert all(one[1] <= two[0] for one, two in pairwise(found))


PIECES = [
    "13812345678", "010-62345678", "li@x.com", "11010519491231002X", "4111 1111 1111 1111",
    "10.2.3.4", "电话", "姓名：", "张伟", "先生", "北京市中关村大街27号", "12 Baker Street", "Mr ", "John",
    "born ", "1990-01-02", "+44 20 7946 0958", " ", "-", "1", "0", "<PHONE_1>", "://a:b@",
    "GB82WEST12345698765432", "2001:db8::1", "\n", "x", "(", ")", ".", "护照", "E12345678",
]  # fmt: skip


@settings(max_examples=300)
@given(
    st.one_of(st.text(alphabet="0123456789+-() .@abX中:/"), st.lists(st.sampled_from(PIECES)).map("".join), st.text())
)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once, counts = mask(text, ALL)
    assert mask(once, ALL) == (once, {})
    assert (once == text) == (not counts)


HOSTILE = [
    "0",
    "@",
    "a.",
    "a.a@",
    "1.",
    "1:",
    "(",
    "+1 ",
    "1-",
    "GB12 ",
    "://a:",
    "12 Ab ",
    "路1号",
    "王先生",
    "0 0 0",
    "<EMAIL_1>",
]


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_hostile_text_takes_linear_time(piece: str) -> None:
    seconds = []
    for num_chars in (250_000, 1_000_000):
        text = piece * (num_chars // len(piece))
        began = time.process_time()
        mask(text, ALL)
        seconds.append(time.process_time() - began)
    assert seconds[1] < 8 * seconds[0] + 2
