"""Texts as pieces (lines or paragraphs): where each stands, a 64-bit key of its folded form, and the text without some.

A piece is a run of text between line breaks, or between blank lines, that holds more than white space. Folding is one
table over the Basic Multilingual Plane, made from Python's own character data, so that the compiled pass and the plain
reference cannot disagree on a character.

Two different pieces share a key with probability 2^-64: among 10^8 distinct ones any two at all with one of 3 in 10^4.

Legend: U bytes, N texts, L pieces.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_LETTER = 1 << 30
_CODE = (1 << 21) - 1
_DROPPED = 0
_SPACE, _DIGIT = 32, 48
_PLANE = 1 << 16
_MASK = (1 << 64) - 1
_OFFSET, _PRIME = 0xCBF29CE484222325, 0x100000001B3
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_LF = 10


class Fold(NamedTuple):
    """What makes no difference between two pieces; runs of white space and invisible characters never do."""

    case: bool = True
    digits: bool = True
    """A number counts as any other number."""
    punctuation: bool = True


class Pieces(NamedTuple):
    """Piece l is `bytes_U[starts_L[l] : ends_L[l]]`; those of text n are `first_N1[n]` to `first_N1[n + 1]`."""

    starts_L: Int64
    ends_L: Int64
    first_N1: Int64


@lru_cache(maxsize=8)
def fold_table(fold: Fold) -> UInt32:
    """For each character of the Basic Multilingual Plane its folded code, a high bit where it is a letter or mark."""
    table = np.arange(_PLANE, dtype=np.uint32)
    for code in range(_PLANE):
        char = chr(code)
        kind = unicodedata.category(char)
        if char.isspace():
            table[code] = _SPACE
        elif kind in {"Cf", "Cc"} or (fold.punctuation and kind[0] in "PS"):
            table[code] = _DROPPED
        elif kind == "Nd" and fold.digits:
            table[code] = _DIGIT
        elif kind[0] in "LM":
            lower = char.lower() if fold.case else char
            table[code] = (ord(lower) if len(lower) == 1 else code) | _LETTER
    return table


def split(bytes_U: UInt8, offsets_N1: Int64, *, blank_lines: bool = False) -> Pieces:
    """Where the pieces of texts stand.

    Args:
        bytes_U: UTF-8.
        offsets_N1: borders of the texts.
        blank_lines: a piece ends at a blank line, not at every line.
    """
    starts_L, ends_L, first_N1 = (_split if COMPILED else _split_plain)(bytes_U, offsets_N1, blank_lines)
    return Pieces(starts_L, ends_L, first_N1)


def keys(bytes_U: UInt8, pieces: Pieces, fold: Fold) -> tuple[UInt64, Int64, Int64]:
    """For each piece its key, its length in folded characters, and how many of them are letters.

    White space is not counted; a character from U+0800 on (Chinese, Japanese, Korean ...) counts as two.
    """
    work = _keys if COMPILED else _keys_plain
    return work(bytes_U, pieces.starts_L, pieces.ends_L, fold_table(fold))


def without(bytes_U: UInt8, offsets_N1: Int64, pieces: Pieces, gone_L: NDArray[np.bool_]) -> pa.Array:
    """The texts without some of their pieces.

    Where pieces go, the longest of the line breaks around them stays, the first of equally long ones; at the start and
    end of a text none stays. A text that loses nothing is the same bytes.
    """
    work = _without if COMPILED else _without_plain
    new_U, new_N1 = work(bytes_U, offsets_N1, pieces.starts_L, pieces.ends_L, pieces.first_N1, gone_L)
    buffers = [None, pa.py_buffer(new_N1.astype(np.int32)), pa.py_buffer(new_U)]
    return pa.Array.from_buffers(pa.string(), len(offsets_N1) - 1, buffers)


@kernel
def _split(bytes_U: UInt8, offsets_N1: Int64, blank_lines: bool) -> tuple[Int64, Int64, Int64]:  # noqa: FBT001
    texts = len(offsets_N1) - 1
    most = texts + 1
    for place in range(len(bytes_U)):
        most += bytes_U[place] == _LF
    starts_L, ends_L = np.empty(most, np.int64), np.empty(most, np.int64)
    first_N1 = np.zeros(texts + 1, np.int64)
    count = 0
    for text in range(texts):
        first = count
        line, stop = offsets_N1[text], offsets_N1[text + 1]
        joined = False  # the line before was not blank
        while line < stop:
            end, blank = line, True
            while end < stop and bytes_U[end] != _LF:
                if bytes_U[end] > 32 or (bytes_U[end] < 28 and not 9 <= bytes_U[end] <= 13):
                    blank = False
                end += 1
            if blank:
                joined = False
            elif blank_lines and joined and count > first:
                ends_L[count - 1] = end
            else:
                starts_L[count], ends_L[count] = line, end
                count += 1
                joined = True
            line = end + 1
        first_N1[text + 1] = count
    return starts_L[:count].copy(), ends_L[:count].copy(), first_N1


def _split_plain(bytes_U: UInt8, offsets_N1: Int64, blank_lines: bool) -> tuple[Int64, Int64, Int64]:  # noqa: FBT001
    between = re.compile(rb"\n(?:[\t-\r\x1c-\x20]*\n)+" if blank_lines else rb"\n")
    whole = bytes_U.tobytes()
    found: list[tuple[int, int]] = []
    first = [0]
    for start, stop in zip(offsets_N1[:-1].tolist(), offsets_N1[1:].tolist(), strict=True):
        place = start
        for cut in [*between.finditer(whole, start, stop), None]:
            end = stop if cut is None else cut.start()
            lines = [line for line in re.finditer(rb"[^\n]+", whole[place:end]) if line[0].strip(_BLANK)]
            if lines:
                found.append((place + lines[0].start(), place + lines[-1].end()))
            place = stop if cut is None else cut.end()
        first.append(len(found))
    borders = np.array(found, np.int64).reshape(-1, 2)
    return borders[:, 0].copy(), borders[:, 1].copy(), np.array(first, np.int64)


_BLANK = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "


@kernel
def character(bytes_U: UInt8, place: int, stop: int, table: UInt32) -> tuple[np.uint32, int]:
    """The folded character at a place, and its bytes; for other kernels."""
    code, size = np.uint32(bytes_U[place]), 1
    if code >= 0xF0:
        code, size = code & np.uint32(0x07), 4
    elif code >= 0xE0:
        code, size = code & np.uint32(0x0F), 3
    elif code >= 0xC0:
        code, size = code & np.uint32(0x1F), 2
    for more in range(place + 1, min(place + size, stop)):
        code = (code << np.uint32(6)) | np.uint32(bytes_U[more] & 0x3F)
    if code < _PLANE:
        return table[code], size
    return np.uint32(code | np.uint32(_LETTER) if 0x20000 <= code < 0x40000 else code), size


@kernel
def _keys(bytes_U: UInt8, starts_L: Int64, ends_L: Int64, table: UInt32) -> tuple[UInt64, Int64, Int64]:
    count = len(starts_L)
    numbers_are_one = table[55] == _DIGIT
    keys_L, chars_L, letters_L = np.empty(count, np.uint64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    for piece in range(count):
        value, chars = np.uint64(_OFFSET), 0
        place, stop = starts_L[piece], ends_L[piece]
        space, number = False, False
        while place < stop:
            folded, size = character(bytes_U, place, stop, table)
            place += size
            if folded == _DROPPED:
                continue
            if folded == _SPACE:
                space = True
                continue
            if numbers_are_one and folded == _DIGIT and number and not space:
                continue
            if space and chars > 0:
                value = (value ^ np.uint64(_SPACE)) * np.uint64(_PRIME)
                value ^= value >> np.uint64(29)
            space, number = False, folded == _DIGIT
            value = (value ^ np.uint64(folded & np.uint32(_CODE))) * np.uint64(_PRIME)
            value ^= value >> np.uint64(29)
            chars += 2 if folded & np.uint32(_CODE) >= 0x800 else 1
            letters_L[piece] += folded >= _LETTER
        value = (value ^ (value >> np.uint64(30))) * np.uint64(_MIX_1)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
        keys_L[piece] = value ^ (value >> np.uint64(31))
        chars_L[piece] = chars
    return keys_L, chars_L, letters_L


def _keys_plain(bytes_U: UInt8, starts_L: Int64, ends_L: Int64, table: UInt32) -> tuple[UInt64, Int64, Int64]:
    whole = bytes_U.tobytes()
    numbers = table.tolist()
    keys_L, chars_L, letters_L = np.empty(len(starts_L), np.uint64), [], []
    for piece, (start, end) in enumerate(zip(starts_L.tolist(), ends_L.tolist(), strict=True)):
        codes = [character_plain(ord(char), numbers) for char in whole[start:end].decode("utf-8", "replace")]
        codes = [code for code in codes if code != _DROPPED]
        line = "".join(chr(code & _CODE) for code in codes)
        line = re.sub(r"(?<=0)0+", "", line) if numbers[ord("7")] == _DIGIT else line
        line = re.sub(" +", " ", line).strip(" ")
        value = _OFFSET
        for char in line:
            value = (value ^ ord(char)) * _PRIME & _MASK
            value ^= value >> 29
        value = (value ^ (value >> 30)) * _MIX_1 & _MASK
        value = (value ^ (value >> 27)) * _MIX_2 & _MASK
        keys_L[piece] = value ^ (value >> 31)
        chars_L.append(sum(2 if ord(char) >= 0x800 else 1 for char in line if char != " "))
        letters_L.append(sum(code >= _LETTER for code in codes))
    return keys_L, np.array(chars_L, np.int64), np.array(letters_L, np.int64)


def character_plain(code: int, table: list[int]) -> int:
    """The folded character of a code point, where `table` is a fold table as a list."""
    if code < _PLANE:
        return table[code]
    return code | _LETTER if 0x20000 <= code < 0x40000 else code


@kernel
def _without(
    bytes_U: UInt8, offsets_N1: Int64, starts_L: Int64, ends_L: Int64, first_N1: Int64, gone_L: NDArray[np.bool_]
) -> tuple[UInt8, Int64]:
    texts = len(offsets_N1) - 1
    new_U, new_N1 = np.empty(len(bytes_U), np.uint8), np.zeros(texts + 1, np.int64)
    size = 0
    for text in range(texts):
        first, last = first_N1[text], first_N1[text + 1]
        whole = True
        for piece in range(first, last):
            whole = whole and not gone_L[piece]
        if whole:
            start, end = offsets_N1[text], offsets_N1[text + 1]
            new_U[size : size + end - start] = bytes_U[start:end]
            size += end - start
            new_N1[text + 1] = size
            continue
        kept = False  # some piece of this text was kept
        gap_start, gap_end = offsets_N1[text], offsets_N1[text]
        place = offsets_N1[text]
        edge = gone_L[first]  # pieces have gone since the last kept one
        for piece in range(first, last + 1):
            end = starts_L[piece] if piece < last else offsets_N1[text + 1]
            if end - place > gap_end - gap_start:
                gap_start, gap_end = place, end
            if piece == last:
                if not edge:
                    new_U[size : size + gap_end - gap_start] = bytes_U[gap_start:gap_end]
                    size += gap_end - gap_start
                break
            place = ends_L[piece]
            if gone_L[piece]:
                edge = True
                continue
            if kept or not edge:
                new_U[size : size + gap_end - gap_start] = bytes_U[gap_start:gap_end]
                size += gap_end - gap_start
            new_U[size : size + place - end] = bytes_U[end:place]
            size += place - end
            kept, edge = True, False
            gap_start, gap_end = place, place
        new_N1[text + 1] = size
    return new_U[:size].copy(), new_N1


def _without_plain(
    bytes_U: UInt8, offsets_N1: Int64, starts_L: Int64, ends_L: Int64, first_N1: Int64, gone_L: NDArray[np.bool_]
) -> tuple[UInt8, Int64]:
    whole = bytes_U.tobytes()
    new, borders = bytearray(), [0]
    for text in range(len(offsets_N1) - 1):
        pieces = range(int(first_N1[text]), int(first_N1[text + 1]))
        start, stop = int(offsets_N1[text]), int(offsets_N1[text + 1])
        kept = [piece for piece in pieces if not gone_L[piece]]
        if len(kept) == len(pieces):
            new += whole[start:stop]
        for earlier, piece in zip([None, *kept], [*kept, None], strict=True) if len(kept) < len(pieces) else ():
            low = pieces.start if earlier is None else earlier + 1
            high = pieces.stop if piece is None else piece
            ends = [start if low == pieces.start else int(ends_L[low - 1]), *map(int, ends_L[low:high])]
            starts = [*map(int, starts_L[low:high]), stop if high == pieces.stop else int(starts_L[high])]
            gaps = [whole[end:begin] for end, begin in zip(ends, starts, strict=True)]
            if low == high or (earlier is not None and piece is not None):
                new += max(gaps, key=len)
            if piece is not None:
                new += whole[int(starts_L[piece]) : int(ends_L[piece])]
        borders.append(len(new))
    return np.frombuffer(bytes(new), np.uint8), np.array(borders, np.int64)
