"""What a near-duplicate search counts as a unit: which characters are letters, which stand alone, and how case folds.

A unit is a whole word of a script that parts words by spaces, or one character of a script that does not (Han, kana,
hangul, Thai ...; each emoji too). White space, punctuation and symbols part words and count for nothing. Case folds as
Unicode says (full folding: `ß` is `ss`), full-width letters and digits are plain ones.

The tables depend on no version of Python: categories come from Unicode 3.2, which every version carries, later
characters count as letters, and foldings of assigned characters never change (Unicode stability policy).

Legend: F code points below 0x10000, E expansions.
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.kept_tables import kept

UInt32 = NDArray[np.uint32]

TABLE_END = 0x10000
"""Code points from here on stand alone, but for `NO_UNIT_HIGH`."""

_WIDE_START = 0x2E80
"""From here to the end of the table characters stand alone, but for some ranges."""

ALONE = 1 << 30
"""Flag of a table entry: the character is a unit of its own."""

EXPANDS = 1 << 31
"""Flag of a table entry: the rest is a row of the expansions (`ß`: `s`, `s`, 0)."""

_SPACELESS = ((0x0E00, 0x1000), (0x1000, 0x10A0), (0x1780, 0x1800), (0x1950, 0x1AB0))
"""Thai, Lao and Tibetan; Burmese; Khmer; Tai Le, New Tai Lue, Khmer symbols, Buginese, Tai Tham."""

_LATE_CAPITALS = range(0x1C89, 0x1C90)
"""Assigned after Unicode 14: their folding depends on the version of Python, so they stay as they are."""

_FULL_WIDTH = ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
"""Full-width digits, capitals and small letters, both ends included."""

_NO_UNIT = (
    (0x3000, 0x3004),
    (0x3008, 0x3020),
    (0x302A, 0x3030),
    (0x3036, 0x3037),
    (0x303D, 0x303F),
    (0x30A0, 0x30A0),
    (0x30FB, 0x30FB),
    (0xFE00, 0xFE1F),
    (0xFE30, 0xFE6F),
    (0xFEFF, 0xFEFF),
    (0xFF00, 0xFF0F),
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
    (0xFFE0, 0xFFFF),
)
"""CJK, vertical, small and full-width punctuation, variation selectors, byte order mark, specials; ends included."""

NO_UNIT_HIGH = ((0x1F3FB, 0x1F3FF), (0xE0000, 0xE0FFF))
"""Skin tones and tags above the table, both ends included."""


@cache
def fold_table() -> tuple[UInt32, UInt32]:
    """How each code point below `TABLE_END` counts.

    Returns:
        fold_F: 0 for what parts words; else the folded code point, perhaps with `ALONE`; or `EXPANDS` and a row.
        expand_E3: the code points of folded characters that are several, filled up with 0.
    """
    fold_F, expand_E3 = kept("folds", _made_folds)
    return fold_F, expand_E3


def _made_folds() -> tuple[UInt32, UInt32]:
    fold_F = np.arange(TABLE_END, dtype=np.uint32) | np.uint32(ALONE)
    fold_F[:_WIDE_START] = 0
    for low, high in _NO_UNIT:
        fold_F[low : high + 1] = 0
    for low, high in _FULL_WIDTH:
        fold_F[low : high + 1] = [ord(chr(code - 0xFEE0).lower()) for code in range(low, high + 1)]
    expansions: list[list[int]] = []
    for code in range(_WIDE_START):
        folded = [code] if code in _LATE_CAPITALS else [ord(char) for char in chr(code).casefold()]
        if not all(_is_letter(part) for part in folded):
            continue
        if len(folded) > 1:
            fold_F[code] = EXPANDS | len(expansions)
            expansions.append([*folded, 0, 0][:3])
        else:
            fold_F[code] = folded[0] | (ALONE if any(low <= code < high for low, high in _SPACELESS) else 0)
    return fold_F, np.array(expansions, np.uint32)


def _is_letter(code: int) -> bool:
    if code < 0xC0:
        return chr(code).isascii() and chr(code).isalnum()
    if 0x2000 <= code < 0x2C00 or code >= 0x2E00:
        return False
    return unicodedata.ucd_3_2_0.category(chr(code))[0] not in "PSZ"
