"""The compiled quality pass over characters: decoding, and the measures that count characters.

Legend: U bytes, C characters of one document, M measures.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel
from leafout.corpus.kernels.quality_tables import PLACE, Chars, Float64, Int32, Room
from leafout.text.quality_basic import MIN_REPEATED_CHARS
from leafout.text.quality_chars import ALNUM, GARBLED, HAN, PUNCTUATION, RARE_HAN, SIMPLIFIED, SPACE, TRADITIONAL
from leafout.text.quality_chinese import MIN_SCRIPT_CHARS

UInt8 = NDArray[np.uint8]

_CHARS, _SYMBOLS, _REPEATED = PLACE["chars"], PLACE["symbols"], PLACE["repeated_chars"]
_CURLY, _HAN, _GARBLED, _RARE = PLACE["curly_bracket"], PLACE["han"], PLACE["garbled"], PLACE["rare_han"]
_MIXED, _PUNCTUATION = PLACE["mixed_script"], PLACE["punctuation"]
_OPEN = ord("{")
_LEAD_2, _LEAD_3, _LEAD_4 = 0xC0, 0xE0, 0xF0


@kernel
def num_chars(bytes_U: UInt8, start: int, end: int) -> int:
    """How many characters stand between two bytes."""
    found = 0
    for place in range(start, end):
        found += (bytes_U[place] & 0xC0) != 0x80
    return found


@kernel
def decode(bytes_U: UInt8, start: int, end: int, chars: Chars, room: Room) -> int:
    """Fill in the code and the bits of each character; how many there are. The bytes are well-formed UTF-8."""
    codes_C, bits_C = room.codes_C, room.bits_C
    place, found = start, 0
    while place < end:
        byte = np.int32(bytes_U[place])
        if byte < 0x80:
            code, size = byte, 1
        elif byte < _LEAD_3:
            code, size = byte & 0x1F, 2
        elif byte < _LEAD_4:
            code, size = byte & 0x0F, 3
        else:
            code, size = byte & 0x07, 4
        for more in range(place + 1, min(place + size, end)):
            code = np.int32(code << 6) | np.int32(bytes_U[more] & 0x3F)
        if code > 0x10FFFF:
            code = np.int32(0x10FFFF)
        codes_C[found] = code
        bits_C[found] = chars.bits_T[chars.page_P[code >> 8] + (code & 255)]
        found += 1
        place += size
    return found


@kernel
def is_blank(bytes_U: UInt8, start: int, end: int, chars: Chars, room: Room) -> bool:
    """Whether a text is white space throughout; looks at a few characters at a time."""
    place = start
    while place < end:
        stop = min(place + 256, end)
        while stop < end and (bytes_U[stop] & 0xC0) == 0x80:
            stop -= 1
        for char in range(decode(bytes_U, place, stop, chars, room)):
            if not room.bits_C[char] & SPACE:
                return False
        place = stop
    return True


@kernel
def commonest(room: Room, length: int) -> int:
    """How often the commonest character stands, white space aside."""
    codes_C, bits_C, counts_T = room.codes_C, room.bits_C, room.counts_T
    most = 0
    for place in range(length):
        if not bits_C[place] & SPACE:
            counts_T[codes_C[place]] += 1
    for place in range(length):
        most = max(most, counts_T[codes_C[place]])
        counts_T[codes_C[place]] = 0
    return most


@kernel
def asks_more(wanted_M: Int32) -> bool:
    """Whether a rule asks for more than the length."""
    scripts = wanted_M[_HAN] or wanted_M[_RARE] or wanted_M[_MIXED] or wanted_M[_GARBLED]
    more = scripts or wanted_M[_SYMBOLS] or wanted_M[_REPEATED] or wanted_M[_CURLY] or wanted_M[_PUNCTUATION]
    return bool(more)


@kernel
def measure_chars(room: Room, length: int, wanted_M: Int32, values_M: Float64) -> None:
    """Fill in the measures of the group `characters`."""
    codes_C, bits_C = room.codes_C, room.bits_C
    if not asks_more(wanted_M):
        place = 0
        while place < length and bits_C[place] & SPACE:
            place += 1
        values_M[_CHARS] = length if place < length else -1
        return
    space = alnum = han = garbled = rare = punctuation = simplified = traditional = curly = 0
    for place in range(length):
        bits = bits_C[place]
        space += (bits & SPACE) != 0
        alnum += (bits & ALNUM) != 0
        han += (bits & HAN) != 0
        garbled += (bits & GARBLED) != 0
        rare += (bits & RARE_HAN) != 0
        punctuation += (bits & PUNCTUATION) != 0
        simplified += (bits & SIMPLIFIED) != 0
        traditional += (bits & TRADITIONAL) != 0
        curly += codes_C[place] == _OPEN
    dense = length - space
    values_M[_CHARS] = length if dense else -1
    values_M[_SYMBOLS] = (dense - alnum) / dense if dense else 0.0
    values_M[_HAN] = han / dense if dense else 0.0
    values_M[_GARBLED] = garbled / dense if dense else 0.0
    values_M[_PUNCTUATION] = punctuation / dense if dense else 0.0
    values_M[_RARE] = rare / han if han else 0.0
    values_M[_CURLY] = curly > 0
    scripts = simplified + traditional
    values_M[_MIXED] = min(simplified, traditional) / scripts if scripts >= MIN_SCRIPT_CHARS else 0.0
    values_M[_REPEATED] = 0.0
    if wanted_M[_REPEATED] and dense >= MIN_REPEATED_CHARS:
        values_M[_REPEATED] = commonest(room, length) / dense
