"""Which of many texts can hold personal data, in one compiled pass over their bytes.

`triggers` answers the questions of `text.pii_triggers` (the plain reference, equal by a property test) for every text,
so that Python looks only at the few texts that hold something.

Legend: U bytes, N texts.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import Int64, UInt8, utf8
from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.text import pii_triggers as plain
from leafout.text.pii import DEFAULT, needs_all, questions
from leafout.text.pii_rules import PersonalData

_DIGIT, _HEX, _SEPARATOR, _DOT, _COLON, _DASH, _SPACE, _CAPITAL, _LETTER, _AT = (1 << place for place in range(10))
_ANY_WORD = _DIGIT | _CAPITAL | _LETTER
_GAP_CHARS, _MIN_DIGITS = plain.GAP_CHARS, plain.MIN_DIGITS
_AT_BIT, _DIGITS_BIT, _DOTS_BIT, _COLONS_BIT = plain.AT, plain.DIGITS, plain.DOTS, plain.COLONS
_PAIRS_BIT, _HOUSE_BIT, _STREET_BIT = plain.PAIRS, plain.HOUSE, plain.STREET


def _classes() -> NDArray[np.uint16]:
    kinds_256 = np.zeros(256, np.uint16)
    members = (
        (_DIGIT, "0123456789"),
        (_HEX, "0123456789abcdefABCDEF"),
        (_SEPARATOR, plain.SEPARATORS),
        (_DOT, "."),
        (_COLON, ":"),
        (_DASH, "-"),
        (_SPACE, " "),
        (_CAPITAL, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (_LETTER, "abcdefghijklmnopqrstuvwxyz"),
        (_AT, "@"),
    )
    for bit, chars in members:
        kinds_256[[ord(char) for char in chars]] |= np.uint16(bit)
    return kinds_256


_CLASSES = _classes()
_HOUSES = np.array([list(char.encode()) for char in plain.HOUSE_WORDS], np.uint8)


def triggers(texts: pa.Array | pa.ChunkedArray) -> UInt8:
    """The trigger bits [N] of each text.

    Args:
        texts: strings; a null has none.
    """
    if COMPILED:
        bytes_U, offsets_N1 = utf8(texts)
        return np.asarray(_triggers(bytes_U, offsets_N1, _CLASSES, _HOUSES), np.uint8)
    return np.array([plain.triggers(text) if text else 0 for text in texts.to_pylist()], np.uint8)


@kernel
def _triggers(bytes_U: UInt8, offsets_N1: Int64, kinds_256: NDArray[np.uint16], houses: UInt8) -> UInt8:
    held_N = np.zeros(len(offsets_N1) - 1, np.uint8)
    for text in range(len(held_N)):
        first, last = offsets_N1[text], offsets_N1[text + 1]
        held_N[text] = (
            _chains(bytes_U, first, last, kinds_256)
            | _colons(bytes_U, first, last, kinds_256)
            | _neighbours(bytes_U, first, last, kinds_256, houses)
        )
    return held_N


@kernel
def _chains(bytes_U: UInt8, first: int, last: int, kinds_256: NDArray[np.uint16]) -> int:
    """Digits in a row with few separators, and groups of digits between dots."""
    held = 0
    digits, gap, dots, group = 0, 0, 0, 0
    for place in range(first, last):
        kind = kinds_256[bytes_U[place]]
        if kind & _DIGIT:
            digits, gap, group = digits + 1, 0, group + 1
            if digits >= _MIN_DIGITS:
                held |= _DIGITS_BIT
            if dots >= 3:
                held |= _DOTS_BIT
            continue
        if kind & _SEPARATOR and gap < _GAP_CHARS:
            gap += 1
        else:
            digits, gap = 0, 0
        last_dots, dots = dots, 0
        if kind & _DOT and group > 0:
            dots = 1 if group > 3 else last_dots + 1
        group = 0
    return held


@kernel
def _colons(bytes_U: UInt8, first: int, last: int, kinds_256: NDArray[np.uint16]) -> int:
    """Colons close together with hexadecimal digits between them, and any `@`."""
    held, since_colon = 0, -1
    for place in range(first, last):
        kind = kinds_256[bytes_U[place]]
        if kind & _COLON:
            if 0 <= since_colon <= 4:
                held |= _COLONS_BIT
            since_colon = 0
        elif kind & _HEX and since_colon >= 0:
            since_colon += 1
        else:
            since_colon = -1
            if kind & _AT:
                held |= _AT_BIT
    return held


@kernel
def _neighbours(bytes_U: UInt8, first: int, last: int, kinds_256: NDArray[np.uint16], houses: UInt8) -> int:
    """Pairs between colons or dashes, house numbers, and a number before a capital letter."""
    held = 0
    for place in range(first, last):
        kind = kinds_256[bytes_U[place]]
        if kind & (_COLON | _DASH):
            if (
                place + 3 < last
                and kinds_256[bytes_U[place + 1]] & _HEX
                and kinds_256[bytes_U[place + 2]] & _HEX
                and kinds_256[bytes_U[place + 3]] & (_COLON | _DASH)
            ):
                held |= _PAIRS_BIT
        elif kind & _ANY_WORD and place + 2 < last:
            if kind & _DIGIT and bytes_U[place + 1] == 32 and kinds_256[bytes_U[place + 2]] & (_DIGIT | _CAPITAL):
                held |= _STREET_BIT
            elif bytes_U[place + 1] >= 0xE5 and place + 3 < last:
                for house in range(len(houses)):
                    if (
                        bytes_U[place + 1] == houses[house, 0]
                        and bytes_U[place + 2] == houses[house, 1]
                        and bytes_U[place + 3] == houses[house, 2]
                    ):
                        held |= _HOUSE_BIT
    return held


def may_hold(texts: pa.Array | pa.ChunkedArray, rules: PersonalData = DEFAULT) -> NDArray[np.bool_]:
    """Whether each text [N] can hold something that the rules mask; masking any other text changes nothing."""
    return _may_hold(triggers(texts), rules)


def _may_hold(held_N: UInt8, rules: PersonalData) -> NDArray[np.bool_]:
    return np.ones(len(held_N), bool) if needs_all(rules) else (held_N & np.uint8(questions(rules))) != 0
