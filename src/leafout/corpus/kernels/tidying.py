"""Many texts in one form: what `text.normalise` does by default, in one compiled pass; the rest of it in Python.

White space, invisible and control characters are put in order byte by byte. A text that still needs work after that (an
encoding to repair, joiners to weigh) or that rules off the default ask for goes through the plain functions from its
beginning, so the result is theirs always (a property test).

Legend: U bytes, N texts, M texts that need work, V bytes written.
"""

from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import Int64, UInt8, utf8
from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.kept_tables import kept
from leafout.corpus.kernels.normalise import gbk_table, has_fault, is_faulty_char, needs_work
from leafout.text import normalise as plain
from leafout.text.normalise import DEFAULT, NormaliseRules, normalise_counted

_INVISIBLE, _CONTROL, _WHITE_SPACE, _LEFT = 1, 2, 4, 8
_NAMES = ((_INVISIBLE, "invisible"), (_CONTROL, "control"), (_WHITE_SPACE, "white_space"))

_PLAIN, _SPACE, _LINE, _TWO_LINES, _UNSEEN, _CONTROLS, _WEIGH = range(7)
"""What a character is to white space."""


class _Made(NamedTuple):
    """Texts as they were written, where each ends, and what was done to it."""

    out_V: UInt8
    ends_M1: Int64
    marks_M: UInt8


def normalised(
    texts: pa.Array | pa.ChunkedArray, rules: NormaliseRules = DEFAULT
) -> tuple[dict[int, str], Counter[str]]:
    """The texts that rules change, by place, and how many texts each rule changed.

    Args:
        texts: strings; a null stays one.
        rules: what is done.
    """
    rows_M = np.flatnonzero(needs_work(texts, rules))
    if not len(rows_M):
        return {}, Counter()
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    chosen = whole.take(pa.array(rows_M))
    changed: dict[int, str] = {}
    edits: Counter[str] = Counter()
    left = np.arange(len(rows_M))
    if COMPILED and rules == DEFAULT:
        left = _tidied(chosen, rows_M, changed, edits)
    for member in left.tolist():
        text = chosen[member].as_py()
        new, names = normalise_counted(text, rules)
        edits.update(names)
        if new != text:
            changed[int(rows_M[member])] = new
    return changed, edits


def _tidied(chosen: pa.Array, rows_M: Int64, changed: dict[int, str], edits: Counter[str]) -> Int64:
    """Do what can be done by bytes; the places of the others."""
    bytes_U, offsets_M1 = utf8(chosen)
    made = _Made(np.empty(len(bytes_U), np.uint8), np.zeros(len(offsets_M1), np.int64), np.zeros(len(rows_M), np.uint8))
    _tidy(bytes_U, offsets_M1, made, _kinds(), gbk_table())
    out_V, ends_M1, marks_M = made
    for member in np.flatnonzero((marks_M != 0) & (marks_M & _LEFT == 0)).tolist():
        changed[int(rows_M[member])] = out_V[ends_M1[member] : ends_M1[member + 1]].tobytes().decode()
    done_M = marks_M[marks_M & _LEFT == 0]
    for bit, name in _NAMES:
        count = int(np.count_nonzero(done_M & bit))
        if count:
            edits[name] += count
    return np.flatnonzero(marks_M & _LEFT)


@cache
def _kinds() -> NDArray[np.uint8]:
    """What each character below U+10000 is; read off the plain rules, so that both agree."""
    (kinds_C,) = kept("kinds", _made_kinds)
    return kinds_C


def _made_kinds() -> tuple[NDArray[np.uint8]]:
    kinds_C = np.zeros(1 << 16, np.uint8)
    for code in range(1 << 16):
        if not 0xD800 <= code < 0xE000:
            char = chr(code)
            if char in "\u200c\u200d" or 0x80 <= code < 0xA0:
                kinds_C[code] = _WEIGH  # joiners, and signs of a wrong encoding
            elif char in "\n\r\u2028\u2029":
                kinds_C[code] = _TWO_LINES if char == "\u2029" else _LINE
            elif char == " " or plain.SPACES.fullmatch(char):
                kinds_C[code] = _SPACE
            elif plain.INVISIBLE.fullmatch(char):
                kinds_C[code] = _UNSEEN
            elif plain.CONTROL.fullmatch(char):
                kinds_C[code] = _CONTROLS
    return (kinds_C,)


@kernel
def _tidy(bytes_U: UInt8, offsets_M1: Int64, made: _Made, kinds_C: NDArray[np.uint8], gbk: NDArray[np.bool_]) -> None:
    out_V, ends_M1, marks_M = made.out_V, made.ends_M1, made.marks_M
    written = 0
    for text in range(len(marks_M)):
        start, marks = written, _LEFT
        if not _is_mixed(bytes_U, offsets_M1[text], offsets_M1[text + 1], gbk):
            written, marks = _tidy_one(bytes_U, offsets_M1[text], offsets_M1[text + 1], out_V, start, kinds_C)
        if written > start and has_fault(out_V, start, written, 0, gbk):
            marks = _LEFT
        if marks & _LEFT:
            written = start
        marks_M[text], ends_M1[text + 1] = marks, written


@kernel
def _is_mixed(bytes_U: UInt8, first: int, last: int, gbk: NDArray[np.bool_]) -> bool:
    """Whether a text has signs of a wrong encoding, which what is removed could hide."""
    before = 0
    for place in range(first, last):
        byte = bytes_U[place]
        if (byte == 0xC3 or 0xE4 <= byte <= 0xE9) and is_faulty_char(bytes_U, place, last, before, 0, gbk):
            return True
        before = byte
    return False


@kernel
def _tidy_one(
    bytes_U: UInt8, first: int, last: int, out_V: UInt8, start: int, kinds_C: NDArray[np.uint8]
) -> tuple[int, int]:
    """Write one text; where it ends, and what was done."""
    written, marks, place = start, 0, first
    spaces, lines, odd = 0, 0, 0
    while place < last:
        code, width = _character(bytes_U, place, last)
        kind = kinds_C[code] if code < len(kinds_C) else _PLAIN
        place += width
        if kind == _PLAIN:
            if spaces or lines:
                written, changed = _close_run(out_V, written, start, spaces, lines, odd)
                marks |= changed
                spaces, lines, odd = 0, 0, 0
            for step in range(width):
                out_V[written + step] = bytes_U[place - width + step]
            written += width
        elif kind == _SPACE:
            spaces += 1
            odd |= code != 32
        elif _LINE <= kind <= _TWO_LINES:
            lines += kind - _LINE + 1
            odd |= code != 10
            if code == 13 and place < last and bytes_U[place] == 10:
                place += 1
        else:
            marks |= _LEFT if kind == _WEIGH else _CONTROL if kind == _CONTROLS else _INVISIBLE
    return written, marks | _WHITE_SPACE if spaces or lines else marks


@kernel
def _close_run(out_V: UInt8, written: int, start: int, spaces: int, lines: int, odd: int) -> tuple[int, int]:
    """Write what white space becomes: nothing at the start, a space, one line end or two; and whether it changed."""
    if written == start:
        return written, _WHITE_SPACE
    if not lines:
        out_V[written] = 32
        return written + 1, _WHITE_SPACE if spaces > 1 or odd else 0
    out_V[written] = 10
    if lines > 1:
        out_V[written + 1] = 10
    return written + min(lines, 2), _WHITE_SPACE if spaces or odd or lines > 2 else 0


@kernel
def _character(bytes_U: UInt8, place: int, last: int) -> tuple[int, int]:
    """The character at a place and the bytes it takes; those beyond U+FFFF are all U+10000."""
    lead = int(bytes_U[place])
    if lead < 0x80:
        return lead, 1
    if lead < 0xE0 and place + 1 < last:
        return (lead & 31) << 6 | int(bytes_U[place + 1]) & 63, 2
    if lead < 0xF0 and place + 2 < last:
        return (lead & 15) << 12 | (int(bytes_U[place + 1]) & 63) << 6 | int(bytes_U[place + 2]) & 63, 3
    return 0x10000, min(4, last - place)
