import pytest

from leafout.text.pii_checks import (
    is_card,
    is_chinese_id,
    is_iban,
    is_ipv4,
    is_ipv6,
    is_issued,
    is_luhn,
    is_old_chinese_id,
)


def test_identity_numbers_need_division_date_and_checksum() -> None:
    assert is_chinese_id("11010519491231002X")
    assert is_chinese_id("11010519491231002x")
    assert not is_chinese_id("110105194912310021")
    assert not is_chinese_id("11010519490231002X")  # 31 February
    assert not is_chinese_id("990105194912310020")
    assert is_old_chinese_id("110105491231002")
    assert not is_old_chinese_id("110105490231002")


def test_any_single_wrong_digit_of_an_identity_number_is_seen() -> None:
    right = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            changed = right[:place] + digit + right[place + 1 :]
            assert is_chinese_id(changed) == (changed == right)


@pytest.mark.parametrize("number", ["4111111111111111", "5555555555554444", "378282246310005", "6222020200112233445"])
def test_cards_need_an_issuer_and_luhn(number: str) -> None:
    right = next(number[:-1] + digit for digit in "0123456789" if is_luhn(number[:-1] + digit))
    assert is_card(right)
    assert is_card(" ".join([right[:4], right[4:]]))
    assert not is_card(right[:-1] + str((int(right[-1]) + 1) % 10))


def test_numbers_that_no_network_issues_are_no_cards() -> None:
    assert not is_card("0000000000000000")
    assert not is_issued("1234567890123456")
    assert not is_issued("20240115103000123")


@pytest.mark.parametrize("iban", ["GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606"])
def test_ibans_need_the_length_of_their_country_and_mod_97(iban: str) -> None:
    assert is_iban(iban)
    assert not is_iban(iban[:-1])
    assert not is_iban(iban[:5] + ("1" if iban[5] != "1" else "2") + iban[6:])
    assert not is_iban("ZZ" + iban[2:])


def test_versions_masks_and_loopback_are_no_addresses() -> None:
    assert is_ipv4("10.12.3.4")
    assert not any(map(is_ipv4, ["127.0.0.1", "255.255.255.0", "1.2.3.4", "256.1.1.1", "10.01.2.3", "0.0.0.0"]))
    assert is_ipv6("2001:db8::1")
    assert is_ipv6("fe80::1ff:fe23:4567:890a")
    assert not any(map(is_ipv6, ["::", "a::b", "12:34:56", "abc::def", "1:2:3:4:5:6:7:8:9"]))
