"""What a character is to the quality rules: bits from Unicode's own tables, so that every reader of them agrees.

The compiled pass fills its table from `flags_of`; the plain reference looks a character up in `FLAGS`.
"""

import functools
import unicodedata
from bisect import bisect_right

SPACE = 1 << 0
"""White space (`str.isspace`)."""
ALNUM = 1 << 1
"""Letters and digits of any script (`str.isalnum`)."""
ALPHA = 1 << 2
"""Letters of any script (`str.isalpha`)."""
WORD = 1 << 3
"""What words are made of: letters, digits, the underscore."""
WIDE = 1 << 4
"""A word by itself: Han, kana, Thai, Lao, Khmer and Burmese letters, whose scripts put no space between words."""
MARK = 1 << 5
"""Combining marks; they belong to the character before."""
HAN = 1 << 6
"""Chinese characters."""
PUNCTUATION = 1 << 7
"""Unicode category P."""
TERMINAL = 1 << 8
"""What ends a sentence or a line of prose."""
WIDE_TERMINAL = 1 << 9
"""Those that end a sentence without a space after them."""
QUOTE = 1 << 10
"""Quotation marks that may follow the end of a sentence."""
CLOSER = 1 << 11
"""Quotation marks and closing brackets."""
GARBLED = 1 << 12
"""The replacement character, private-use and unassigned ones, controls: traces of a wrong charset."""
RARE_HAN = 1 << 13
"""Han characters outside the common sets of both GB 2312 (level 1) and Big5 (level 1)."""
SIMPLIFIED = 1 << 14
"""Han characters of GB 2312 that Big5 lacks."""
TRADITIONAL = 1 << 15
"""Han characters of Big5's common set that GB 2312 lacks."""
BULLET = 1 << 16
"""Marks before the items of a list."""

_WIDE_TERMINALS = "。！？｡．﹒﹖﹗"
_TERMINALS = ".!?" + _WIDE_TERMINALS + "‼⁇⁈⁉‽⸮؟۔܂।॥။၊։።፧፨។៕᠃᠉"
_QUOTES = "\"'”’」』＂＇"
_BULLETS = "•-*‣◦●○■□▪▫·–—・"
_HAN = (0x3007, 0x3008, 0x3400, 0x4DC0, 0x4E00, 0xA000, 0xF900, 0xFB00, 0x20000, 0x323B0)
"""First of each range and the one after its last, rising; so below."""
_OTHER_WIDE = (
    *(0x0E00, 0x0F00, 0x1000, 0x10A0, 0x1780, 0x1800),  # Thai, Lao; Burmese; Khmer
    *(0x3005, 0x3006, 0x3040, 0x30FB, 0x30FF, 0x3100, 0x31F0, 0x3200, 0xFF66, 0xFFA0),  # kana
)
_PICTURES = range(0x1F000, 0x1FB00)
"""Emoji that are newer than the tables are no damage."""


def _coded(codec: str, rows: range) -> frozenset[str]:
    """The characters of a two-byte charset whose first byte lies in a range."""
    pairs = (bytes([high, low]).decode(codec, "ignore") for high in rows for low in range(0x40, 0xFF))
    return frozenset(char for char in pairs if len(char) == 1)


@functools.cache
def _charsets() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    """GB 2312 and its level 1, Big5 and its level 1."""
    simplified, traditional = range(0xB0, 0xD8), range(0xA4, 0xC7)
    return (
        _coded("gb2312", range(0xB0, 0xF8)),
        _coded("gb2312", simplified),
        _coded("big5", range(0xA4, 0xFA)),
        _coded("big5", traditional),
    )


def _han_flags(char: str) -> int:
    gb, gb_common, big5, big5_common = _charsets()
    flags = HAN if char in gb_common or char in big5_common else HAN | RARE_HAN
    if char in gb:
        return flags if char in big5 else flags | SIMPLIFIED
    return flags | TRADITIONAL if char in big5_common else flags


def _garbled(char: str, category: str) -> bool:
    if category == "Cn":
        return ord(char) not in _PICTURES
    return char == "\ufffd" or category in {"Co", "Cs"} or (category == "Cc" and not char.isspace())


def _punctuation_flags(char: str, category: str) -> int:
    flags = PUNCTUATION if category[0] == "P" else 0
    if char in _TERMINALS:
        flags |= TERMINAL | (WIDE_TERMINAL if char in _WIDE_TERMINALS else 0)
    if char in _QUOTES:
        flags |= QUOTE | CLOSER
    elif category in {"Pe", "Pf"}:
        flags |= CLOSER
    return flags | BULLET if char in _BULLETS else flags


def flags_of(char: str) -> int:
    """The bits of a character."""
    code, category = ord(char), unicodedata.category(char)
    if category[0] == "M":
        return MARK
    if char.isspace():
        return SPACE
    if char == "_":
        return WORD | PUNCTUATION
    if not char.isalnum():
        return _punctuation_flags(char, category) | (GARBLED if _garbled(char, category) else 0)
    flags = ALNUM | WORD | (ALPHA if char.isalpha() else 0)
    if bisect_right(_HAN, code) % 2:
        return flags | WIDE | _han_flags(char)
    return flags | WIDE if bisect_right(_OTHER_WIDE, code) % 2 else flags


class _Flags(dict[str, int]):
    def __missing__(self, char: str) -> int:
        found = self[char] = flags_of(char)
        return found


FLAGS = _Flags()
"""The bits of each character that was looked up."""
