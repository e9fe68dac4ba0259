"""What a text must hold before it can hold personal data: a few cheap questions, the plain reference of the kernel.

A bit for each question; `corpus.kernels.pii` answers them for many texts in one compiled pass.
"""

import re

AT = 1
"""An `@`: e-mail, a URL with a password."""
DIGITS = 2
"""Seven ASCII digits with at most three separators between two of them: phone, identity number, card, IBAN."""
DOTS = 4
"""Four groups of digits with dots between them: IPv4."""
COLONS = 8
"""Two colons with at most four hexadecimal digits between them: IPv6, MAC."""
PAIRS = 16
"""Two hexadecimal digits between colons or dashes: MAC."""
HOUSE = 32
"""A digit or letter before 号, 弄, 栋, 幢, 室 or 组: a Chinese address."""
STREET = 64
"""A digit, a space, a digit or capital letter: an English address."""

GAP_CHARS = 3
"""At most so many separators between two digits of one number."""
MIN_DIGITS = 7
"""No number of a person has fewer digits."""
SEPARATORS = " .()/+-"
HOUSE_WORDS = "号弄栋幢室组"

_QUESTIONS = (
    (DIGITS, re.compile(rf"[0-9](?:[ .()/+-]{{0,{GAP_CHARS}}}[0-9]){{{MIN_DIGITS - 1}}}")),
    (DOTS, re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")),
    (COLONS, re.compile(r":[0-9A-Fa-f]{0,4}:")),
    (PAIRS, re.compile(r"[:-][0-9A-Fa-f]{2}[:-]")),
    (HOUSE, re.compile(f"[0-9A-Za-z][{HOUSE_WORDS}]")),
    (STREET, re.compile("[0-9] [0-9A-Z]")),
)
_ANY_DIGIT = re.compile("[0-9]")


def triggers(text: str, wanted: int = 127) -> int:
    """The bits of the questions that are answered with yes.

    Args:
        text: any text.
        wanted: the questions asked.
    """
    found = AT if wanted & AT and "@" in text else 0
    for bit, pattern in _QUESTIONS:
        if wanted & bit and pattern.search(text):
            found |= bit
    return found
