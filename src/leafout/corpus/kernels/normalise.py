"""Which of many texts the rules of `text.normalise` can change at all, in one compiled pass over their bytes.

It errs on one side only: a text it passes over is one that `normalise_counted` gives back as it is (a property test).

Legend: U bytes, N texts.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import Int64, UInt8, utf8
from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.text import normalise as plain
from leafout.text.mojibake import gbk_starts
from leafout.text.normalise import DEFAULT, NormaliseRules

_ALL_OTHER, _ENTITIES, _WIDTHS, _MARKS = 1, 2, 4, 8


def needs_work(texts: pa.Array | pa.ChunkedArray, rules: NormaliseRules = DEFAULT) -> NDArray[np.bool_]:
    """Whether the rules may change each text [N]; a null needs nothing.

    Args:
        texts: strings.
        rules: what would be done.
    """
    if not COMPILED:
        return np.array([text is not None and plain.needs_work(text, rules) for text in texts.to_pylist()], bool)
    bytes_U, offsets_N1 = utf8(texts)
    looks = (
        _ALL_OTHER * (rules.nfkc or rules.script != "as_is" or rules.mojibake == "ftfy")
        | _ENTITIES * rules.html_entities
        | _WIDTHS * rules.full_width
        | _MARKS * (rules.punctuation == "full")
    )
    found_N: NDArray[np.bool_] = _needs_work(bytes_U, offsets_N1, looks, gbk_table())
    return found_N


_HAN_START, _HAN_END = 0x4E00, 0xA000
_TABLES: dict[str, NDArray[np.bool_]] = {}


def gbk_table() -> NDArray[np.bool_]:
    """Whether each character from U+4E00 can begin Chinese in UTF-8 that was read as GBK."""
    if "gbk" not in _TABLES:
        table = np.zeros(_HAN_END - _HAN_START, np.bool_)
        table[[ord(char) - _HAN_START for char in gbk_starts()]] = True
        _TABLES["gbk"] = table
    return _TABLES["gbk"]


@kernel
def _needs_work(bytes_U: UInt8, offsets_N1: Int64, looks: int, gbk: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found_N = np.zeros(len(offsets_N1) - 1, np.bool_)
    for text in range(len(found_N)):
        first, last = offsets_N1[text], offsets_N1[text + 1]
        if first < last:
            ends_in_space = bytes_U[first] <= 32 or bytes_U[last - 1] <= 32
            found_N[text] = ends_in_space or has_fault(bytes_U, first, last, looks, gbk)
    return found_N


@kernel
def has_fault(bytes_U: UInt8, first: int, last: int, looks: int, gbk: NDArray[np.bool_]) -> bool:
    """Whether anything between two places may be changed; for other kernels."""
    before, before_that = 0, 0
    for place in range(first, last):
        byte = bytes_U[place]
        if byte < 128:
            if (byte <= 38 or byte == 127) and _is_faulty_byte(byte, before, before_that, looks):
                return True
            if looks & _MARKS and before >= 128 and byte in (33, 44, 46, 58, 59, 63):
                return True
        elif byte >= 0xC2 and (looks & _ALL_OTHER or is_faulty_char(bytes_U, place, last, before, looks, gbk)):
            return True
        before_that, before = before, byte
    return False


@kernel
def _is_faulty_byte(byte: int, before: int, before_that: int, looks: int) -> bool:
    """Whether a control character, a space, a line end or an ampersand may be changed."""
    if byte == 32:
        return before in (32, 10)
    if byte == 10:
        return before == 32 or (before == 10 and before_that == 10)
    if byte == 38:
        return looks & _ENTITIES != 0
    return byte < 32 or byte == 127


@kernel
def is_faulty_char(bytes_U: UInt8, place: int, last: int, before: int, looks: int, gbk: NDArray[np.bool_]) -> bool:
    """Whether the character at a lead byte may be changed: a space, an invisible one, or a sign of a wrong encoding."""
    lead, second = int(bytes_U[place]), int(bytes_U[place + 1])
    if lead == 0xC2:
        return second <= 0xA0 or second == 0xAD
    if lead == 0xC3:
        is_lead = second in (0x82, 0x83) or 0x8E <= second <= 0x91 or 0xA0 <= second <= 0xB0
        return is_lead and place + 2 < last and int(bytes_U[place + 2]) >= 128
    if lead < 0xE1 or lead >= 0xF0:
        return False
    third = int(bytes_U[place + 2])
    if 0xE4 <= lead <= 0xE9:
        return _is_gbk_start(lead, second, third, before, gbk)
    return _is_faulty_mark(lead, second, third, looks)


@kernel
def _is_faulty_mark(lead: int, second: int, third: int, looks: int) -> bool:
    """Whether three bytes are a space, an invisible character or one of full width."""
    if lead == 0xE1:
        return second == 0x9A and third == 0x80
    if lead == 0xE2:
        if second == 0x80:
            return third <= 0x8F or 0xA8 <= third <= 0xAF
        return second == 0x81 and (third in (0x9F, 0xA0) or 0xA6 <= third <= 0xA9)
    if lead == 0xE3:
        return second == 0x80 and third == 0x80
    if lead != 0xEF:
        return False
    return (second == 0xBB and third == 0xBF) or (second in (0xBC, 0xBD) and looks & _WIDTHS != 0)


@kernel
def _is_gbk_start(lead: int, second: int, third: int, before: int, gbk: NDArray[np.bool_]) -> bool:
    """Whether a character can begin Chinese in UTF-8 that was read as GBK, or lost bytes."""
    if lead == 0xE9 and second == 0x94 and third == 0x9F:  # 锟
        return True
    code = ((lead & 15) << 12 | (second & 63) << 6 | third & 63) - _HAN_START
    return before < 128 and 0 <= code < len(gbk) and bool(gbk[code])
