"""Finds personal data by pattern and checksum, and masks it with placeholders that stay the same inside a text."""

import ipaddress
import re
from collections import Counter
from collections.abc import Callable

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_CHINESE_ID = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_CARD = re.compile(r"(?<![0-9A-Za-z])(?:\d{4}[ -]?){3}\d{1,7}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Za-z])")
_LANDLINE = re.compile(r"(?<![0-9A-Za-z.-])(?:0\d{2,3}[ -])[2-9]\d{6,7}(?![0-9A-Za-z.-])")
_FOREIGN = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+[1-9]\d{0,2}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}"
    r"|\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4})(?![0-9A-Za-z])"
)
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d)")
_IPV6 = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])")
_PUNCTUATION = re.compile(r"[ .()-]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask(text: str) -> tuple[str, dict[str, int]]:
    """Replace personal data by `<EMAIL_1>`, `<ID_1>`, `<CARD_1>`, `<PHONE_1>`, `<IP_1>`.

    The same value gets the same placeholder inside a text. Chinese identity numbers must pass their checksum
    (GB 11643-1999), bank cards the Luhn formula (ISO/IEC 7812-1 annex B).

    Returns:
        The masked text, and how many of each type were found.
    """
    if not any(char.isdigit() or char == "@" for char in text):
        return text, {}
    counts: Counter[str] = Counter()
    names: dict[tuple[str, str], str] = {}

    def placeholder(kind: str, value: str) -> str:
        counts[kind] += 1
        plain = _PUNCTUATION.sub("", value) if kind in {"PHONE", "CARD"} else value
        number = sum(known == kind for known, _ in names) + 1
        return names.setdefault((kind, plain), f"<{kind}_{number}>")

    for kind, pattern, check in _RULES:

        def replaced(match: re.Match[str], kind: str = kind, check: Callable[[str], bool] | None = check) -> str:
            return placeholder(kind, match[0]) if check is None or check(match[0]) else match[0]

        text = pattern.sub(replaced, text)
    return text, dict(counts)


def is_chinese_id(value: str) -> bool:
    """Whether 18 characters pass the checksum of Chinese identity numbers (ISO 7064 mod 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == value[17].upper()


def is_card(value: str) -> bool:
    """Whether 13 to 19 digits pass the Luhn formula."""
    digits = [int(char) for char in value if char.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...] = (
    ("EMAIL", _EMAIL, None),
    ("ID", _CHINESE_ID, is_chinese_id),
    ("CARD", _CARD, is_card),
    ("PHONE", _MOBILE, None),
    ("PHONE", _LANDLINE, None),
    ("PHONE", _FOREIGN, None),
    ("IP", _IPV4, _is_ip),
    ("IP", _IPV6, _is_ip),
)
"""Type, pattern and check, the most specific first."""
