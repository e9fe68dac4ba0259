import pytest

from leafout.text.pii_numbers import numbers

KINDS = frozenset({"phone", "id", "card", "iban", "ssn"})


def found(text: str, kinds: frozenset[str] = KINDS) -> set[tuple[str, str]]:
    return {(text[start:end], kind) for start, end, kind in numbers(text, kinds)}


@pytest.mark.parametrize(
    "phone",
    [
        "13812345678", "138 1234 5678", "+86 138-1234-5678", "(+86)13812345678", "0086-13812345678", "010-62345678",
        "(0755) 2601 2345", "0571-88888888",
        "400-810-8888", "400-129-0224", "+86-10-6234-5678", "(212) 555-0100", "212-555-0100 x12",
        "+44 20 7946 0958", "+46 (0)8 928 571 38", "001-518-640-0854", "079 2718 1155",
        "03.93.92.16.85",
    ],
)  # fmt: skip
def test_phones_are_found_without_a_word_for_phone(phone: str) -> None:
    for text in (f"找我 {phone}，谢谢", f"it is {phone}, thanks", phone):
        assert (phone, "PHONE") in found(text)


@pytest.mark.parametrize("text", ["电话：62345678", "Fax: 451 5986", "please call 99 668472", "781 1704 office"])
def test_loose_numbers_are_phones_beside_a_word_that_says_so(text: str) -> None:
    assert [kind for _, kind in found(text)] == ["PHONE"]


@pytest.mark.parametrize(
    "text",
    [
        "62345678", "2024-01-15 10:30:00", "2024/01/15 到 2025/01/15", "ISBN 978-7-111-40701-0", "9787111407010",
        "订单号：13812345678", "order number 2125550100", "圆周率 3.14159265358979323846", "0.4111111111111111",
        "2014-2015 年", "000 001 010 011 100 101", "https://x.com/a?id=13812345678", "1700000000000",
        "1 + 2 + 3 + 4 + 5 + 6 + 7 + 8",
        "电话里说123+456-7890", "这本书的ISBN 978-7-111-40701-0",
        "打电话问 3.14159265",
        "550e8400-e29b-41d4-a716-446655440000", "SKU 4111111111111112", "a13812345678", "13812345678b", "1381234567890",
    ],
)  # fmt: skip
def test_other_numbers_are_not_personal(text: str) -> None:
    assert found(text) == set()


def test_a_number_is_looked_at_whole_at_the_end_of_a_run() -> None:
    long = "4111111111111111" + "1" * 40
    assert found(f"1234567 ({long})") == set()


def test_cards_of_a_doubtful_form_need_the_word() -> None:
    assert found("my card 503802053770 is lost") == {("503802053770", "CARD")}
    assert found("it was 503802053770 years ago") == set()


def test_identity_numbers_may_be_spaced() -> None:
    assert found("身份证 110105 19491231 002X") >= {("110105 19491231 002X", "ID")}
    assert found("110105194912310021") == set()


@pytest.mark.parametrize(
    "text", ["GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432 IS IT", "(GB82WEST12345698765432)"]
)
def test_ibans_end_where_their_country_says(text: str) -> None:
    assert {value.replace(" ", "") for value, kind in found(text) if kind == "IBAN"} == {"GB82WEST12345698765432"}


def test_only_the_kinds_asked_for_are_found() -> None:
    assert found("13812345678 853-37-1694", frozenset({"ssn"})) == {("853-37-1694", "SSN")}
