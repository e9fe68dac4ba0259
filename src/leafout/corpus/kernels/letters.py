r"""Texts as letters: which characters are letters or digits, how case folds, and a 64-bit key of a text's letters.

Two texts have the same key when they differ in case, white space and punctuation alone: what is no letter, digit or
underscore (`\W` of regular expressions) counts for nothing. Texts without any letter are all alike.

Two different texts share a key with probability 2^-64: among 10^8 any two at all with one of 3 in 10^4.

Legend: C characters of the table, U bytes, N texts.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.kept_tables import kept

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

ALONE = 1 << 31
"""Flag of a table entry: the character is a word of its own (Han, kana, hangul)."""

TABLE_END = 0x32400
"""No character from here on is a letter."""

_FIRST_ALONE = 0x2E80
_CODE = (1 << 21) - 1
_MASK = (1 << 64) - 1
_START, _PRIME = 0xCBF29CE484222325, 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@cache
def letter_table() -> UInt32:
    """For each character 0 where it is no letter, digit or underscore; else its lower case, perhaps with `ALONE`."""
    (table_C,) = kept("letters", _made_letters)
    return table_C


def _made_letters() -> tuple[UInt32]:
    table_C = np.zeros(TABLE_END, np.uint32)
    for code in range(TABLE_END):
        char = chr(code)
        if char.isalnum() or char == "_":
            table_C[code] = ord(char.lower()[0]) | (ALONE if _is_alone(code) else 0)
    return (table_C,)


def _is_alone(code: int) -> bool:
    return code >= _FIRST_ALONE and not 0xFF00 <= code < 0xFF66


def letters(text: str) -> str:
    """The letters of a text in lower case: what a key is made of.

    >>> letters("Good, 很 好！")
    'good很好'
    """
    return "".join(char.lower()[0] for char in text if char.isalnum() or char == "_")


def letter_keys(texts: pa.Array | pa.ChunkedArray) -> UInt64:
    """A key of each text's letters; a null counts as the empty text."""
    bytes_U, offsets_N1 = utf8(texts)
    work = _keys if COMPILED else _keys_plain
    return work(bytes_U, offsets_N1, letter_table())


def mixed(values: UInt64) -> UInt64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014, figure 17), over an array."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(_MIX_1)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(_MIX_2)
    done: UInt64 = values ^ (values >> np.uint64(31))
    return done


@kernel
def letter_at(bytes_U: UInt8, place: int, stop: int, table_C: UInt32) -> tuple[np.uint32, int]:
    """The table's entry of the character at a place, and the bytes it takes; for other kernels.

    Without a loop: with one it is seven times slower.
    """
    code = np.uint32(bytes_U[place])
    if code < 0x80:
        return table_C[code], 1
    width = 2 if code < 0xE0 else 3 if code < 0xF0 else 4
    if place + width > stop:  # no UTF-8
        return np.uint32(0), 1
    second = np.uint32(bytes_U[place + 1] & 0x3F)
    if width == 2:
        return table_C[((code & np.uint32(0x1F)) << np.uint32(6)) | second], 2
    third = np.uint32(bytes_U[place + 2] & 0x3F)
    code = ((code & np.uint32(0x0F)) << np.uint32(12)) | (second << np.uint32(6)) | third
    if width == 4:
        code = ((code & np.uint32(0x7FFF)) << np.uint32(6)) | np.uint32(bytes_U[place + 3] & 0x3F)
    return table_C[code] if code < TABLE_END else np.uint32(0), width


@kernel
def _keys(bytes_U: UInt8, offsets_N1: Int64, table_C: UInt32) -> UInt64:
    count = len(offsets_N1) - 1
    keys_N = np.empty(count, np.uint64)
    for text in range(count):
        value = np.uint64(_START)
        place, stop = offsets_N1[text], offsets_N1[text + 1]
        while place < stop:
            letter, width = letter_at(bytes_U, place, stop, table_C)
            place += width
            if letter:
                value = (value ^ np.uint64(letter & np.uint32(_CODE))) * np.uint64(_PRIME)
                value ^= value >> np.uint64(32)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(_MIX_1)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
        keys_N[text] = value ^ (value >> np.uint64(31))
    return keys_N


def _keys_plain(bytes_U: UInt8, offsets_N1: Int64, table_C: UInt32) -> UInt64:  # noqa: ARG001 as the compiled one
    whole, borders = bytes_U.tobytes(), offsets_N1.tolist()
    keys_N = np.empty(len(borders) - 1, np.uint64)
    for text in range(len(keys_N)):
        value = _START
        for char in letters(whole[borders[text] : borders[text + 1]].decode()):
            value = (value ^ ord(char)) * _PRIME & _MASK
            value ^= value >> 32
        value = (value ^ (value >> 30)) * _MIX_1 & _MASK
        value = (value ^ (value >> 27)) * _MIX_2 & _MASK
        keys_N[text] = value ^ (value >> 31)
    return keys_N
