"""Checksums and ranges of numbers that belong to a person: a digit string that passes is hardly ever something else."""

import ipaddress
import re
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    map(str, [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)])
) | {"71", "81", "82", "83", "91"}
"""First two digits of the administrative division codes (GB/T 2260); 83 and 91 are on permits of residence."""

IBAN_CHARS = {
    country: int(chars)
    for country, chars in re.findall(
        "([A-Z]{2})([0-9]{2})",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 "
        "FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 "
        "LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 "
        "SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20",
    )
}
"""Length in characters by country (the registry of ISO 13616)."""


def is_chinese_id(value: str) -> bool:
    """Whether 18 characters are a Chinese identity number: division, date of birth, checksum (ISO 7064 mod 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], _ID_WEIGHTS, strict=True))
    return (
        "10X98765432"[total % 11] == value[17].upper()
        and value[:2] in _PROVINCES
        and _is_date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    )


def is_old_chinese_id(value: str) -> bool:
    """Whether 15 digits can be an identity number of before 1999: division, date of birth; it has no checksum."""
    return value[:2] in _PROVINCES and _is_date(1900 + int(value[6:8]), int(value[8:10]), int(value[10:12]))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_card(value: str) -> bool:
    """Whether the digits of a text are a payment card: a known issuer of that length, and the Luhn formula.

    Issuer ranges as the networks publish them (ISO/IEC 7812-1; formula: annex B).
    """
    digits = "".join(char for char in value if char in "0123456789")
    return is_issued(digits) and is_luhn(digits)


def is_luhn(digits: str) -> bool:
    """Whether digits pass the Luhn formula (ISO/IEC 7812-1, annex B)."""
    numbers = [int(digit) for digit in digits]
    doubled = [number * 2 - 9 * (number > 4) for number in numbers[-2::-2]]
    return (sum(numbers[::-2]) + sum(doubled)) % 10 == 0


def is_issued(digits: str) -> bool:
    """Whether a card network issues numbers of this beginning and length."""
    length, two, four = len(digits), int(digits[:2]), int(digits[:4])
    if digits[0] == "4":
        return length in {13, 16, 19}
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return length == 16
    if two in {34, 37} or four in {2131, 1800}:
        return length == 15
    if two in {30, 36, 38, 39}:
        return length in {14, 16}
    if two == 35:
        return length in {16, 17, 18, 19}
    if two in {60, 62, 64, 65, 81}:
        return 16 <= length <= 19
    if two in {50, 56, 57, 58, 63, 67}:
        return 12 <= length <= 19
    return four in {9558, 9111, 9400, 9843} and length in {16, 18, 19}


def is_iban(value: str) -> bool:
    """Whether letters and digits without spaces are an IBAN: length of the country, mod 97 (ISO 13616, ISO 7064)."""
    if IBAN_CHARS.get(value[:2]) != len(value):
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def is_ipv4(value: str) -> bool:
    """Whether it is the address of a machine: no network, mask or loop-back, not four single digits (a section)."""
    parts = value.split(".")
    numbers = [int(part) for part in parts]
    if any(number > 255 or (len(part) > 1 and part[0] == "0") for number, part in zip(numbers, parts, strict=True)):
        return False
    return numbers[0] not in {0, 127, 255} and numbers[3] != 0 and any(number > 9 for number in numbers)


def is_ipv6(value: str) -> bool:
    """Whether it is an address, not a time of day or two names of a program with `::` between them."""
    groups = [group for group in value.split(":") if group]
    if len(groups) < 3 and not (groups and len(groups[0]) == 4 and any(char.isdigit() for char in groups[0])):
        return False
    try:
        ipaddress.IPv6Address(value)
    except ValueError:
        return False
    return any(char in "0123456789" for char in value)
