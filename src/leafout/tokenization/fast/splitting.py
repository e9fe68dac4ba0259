"""The words of a text, as the patterns of GPT-2, of Llama 3 and Qwen, and of our byte-level BPE find them.

Each function gives the end of the word that begins at a place: one hand-written step of the alternation, in its order,
with what backtracking would come to. Which class a character is of was asked of the library (`characters`).

Legend: C characters of a text.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]

SPACE, LETTER, NUMBER, WORD, HAN = 1, 2, 4, 8, 16
"""Classes: `\\s`, `\\p{L}`, `\\p{N}`, what a run of letters may hold, and what runs of Chinese hold."""
LATE = 32
"""What the class of symbols leaves out besides space, letters and numbers."""

_NO_SYMBOL = SPACE | LETTER | NUMBER | LATE
_LF, _CR, _BLANK, _APOSTROPHE = 10, 13, 32, 39
_S, _T, _R, _E, _V, _M, _L, _D = (ord(letter) for letter in "strevmld")


@kernel
def contraction(codes_C: UInt32, start: int, end: int, fold: int) -> int:
    """Behind `'s 't 're 've 'm 'll 'd`, or 0; `fold` is 32 where case makes no difference."""
    if start + 1 < end and codes_C[start] == _APOSTROPHE:
        first = codes_C[start + 1] | fold
        if first in (_S, _T, _M, _D):
            return start + 2
        if start + 2 < end:
            second = codes_C[start + 2] | fold
            if (second == _E and first in (_R, _V)) or (first == _L and second == _L):
                return start + 3
    return 0


@kernel
def blank_end(codes_C: UInt32, classes_C: UInt8, start: int, end: int, lines: int) -> int:
    r"""Behind `\s*[\r\n]+` (only where `lines` is not 0), `\s+(?!\S)` or `\s+`."""
    stop, line = start, -1
    while stop < end and classes_C[stop] & SPACE:
        if codes_C[stop] == _LF or codes_C[stop] == _CR:
            line = stop
        stop += 1
    if lines and line >= 0:
        return line + 1
    if stop < end and stop - start > 1:
        return stop - 1
    return stop


@kernel
def gpt2_end(codes_C: UInt32, classes_C: UInt8, start: int, end: int) -> int:
    r"""Behind the word at `start`: `'s|...| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`."""
    stop = contraction(codes_C, start, end, 0)
    if stop:
        return stop
    first = start
    if codes_C[start] == _BLANK and start + 1 < end and not classes_C[start + 1] & SPACE:
        first = start + 1
    elif classes_C[start] & SPACE:
        return blank_end(codes_C, classes_C, start, end, 0)
    kind = classes_C[first] & (LETTER | NUMBER | SPACE)
    stop = first + 1
    while stop < end and classes_C[stop] & (LETTER | NUMBER | SPACE) == kind:
        stop += 1
    return stop


@kernel
def llama_end(  # noqa: C901 PLR0912 - one kernel
    codes_C: UInt32, classes_C: UInt8, start: int, end: int, digits: int
) -> int:
    r"""Behind the word at `start`, after Llama 3 and Qwen, with runs of Chinese before all where `HAN` is set.

    `\p{Han}+|(?i:'s|...)|[^\r\n\p{L}\p{N}]?WORD+|\p{N}{1,digits}| ?SYMBOL+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    """
    kind = classes_C[start]
    stop = start
    while stop < end and classes_C[stop] & HAN:
        stop += 1
    if stop > start:
        return stop
    stop = contraction(codes_C, start, end, 32)
    if stop:
        return stop
    code = codes_C[start]
    stop = start
    if kind & WORD:
        stop = start + 1
    elif not kind & (LETTER | NUMBER) and code not in (_LF, _CR) and start + 1 < end and classes_C[start + 1] & WORD:
        stop = start + 2
    if stop > start:
        while stop < end and classes_C[stop] & WORD:
            stop += 1
        return stop
    while stop < end and stop - start < digits and classes_C[stop] & NUMBER:
        stop += 1
    if stop > start:
        return stop
    stop = start + 1 if code == _BLANK else start
    first = stop
    while stop < end and not classes_C[stop] & _NO_SYMBOL:
        stop += 1
    if stop > first:
        while stop < end and (codes_C[stop] == _LF or codes_C[stop] == _CR):
            stop += 1
        return stop
    if kind & SPACE:
        return blank_end(codes_C, classes_C, start, end, 1)
    return start + 1
