"""C4's rules on lines over many texts at once, compiled; the plain reference is `text.quality_edit`.

Legend: U bytes, V bytes that are written, N texts, C characters of one line, L languages, E kinds of edits, B citation
words, D their characters.
"""

from typing import NamedTuple

import numpy as np

from leafout.corpus.kernels.jit import kernel
from leafout.corpus.kernels.quality_chars import UInt8, decode
from leafout.corpus.kernels.quality_pass import Texts
from leafout.corpus.kernels.quality_tables import POLICY, SCRIPT, Chars, Float64, Int32, Int64, Phrases, Room
from leafout.corpus.kernels.quality_words import cut_words
from leafout.text.quality import QualityRules
from leafout.text.quality_chars import QUOTE, SPACE, TERMINAL, WIDE
from leafout.text.quality_edit import CITATION_WORDS, EDITS
from leafout.text.quality_limits import KINDS

_LONG_RUN, _LINE_ENDS, _FEW_WORDS, _JAVASCRIPT, _POLICY, _CITATIONS = range(len(EDITS))
_NEWLINE, _DOT, _OPEN, _CLOSE, _ZERO, _NINE = ord("\n"), ord("."), ord("["), ord("]"), ord("0"), ord("9")
_BEGINNING = 64
"""Characters in which most lines show enough words."""


class EditTables(NamedTuple):
    """What is looked up.

    Attributes:
        chars: the bits of characters.
        phrases: the automaton.
        limits_LE: for each language and edit its number, or 1 where a switch is on; NaN where it is off.
        citation_BD: the words of citation marks, 0 after their end.
    """

    chars: Chars
    phrases: Phrases
    limits_LE: Float64
    citation_BD: Int32


def edit_limits(rules: QualityRules) -> Float64:
    """What each edit is told: its number, 1 for a switch that is on, NaN where it is off."""
    limits_LE = np.full((len(KINDS), len(EDITS)), np.nan)
    for row, kind in enumerate(KINDS):
        for column, name in enumerate(EDITS):
            value = None if rules.c4 is None else getattr(rules.c4, name.removeprefix("c4_"))[kind]
            limits_LE[row, column] = np.nan if value is None or value is False else float(value)
    return limits_LE


def citation_words() -> Int32:
    """The characters of `CITATION_WORDS`."""
    most = max(map(len, CITATION_WORDS)) + 1
    return np.array([[ord(char) for char in word.ljust(most, "\0")] for word in CITATION_WORDS], np.int32)


class Line(NamedTuple):
    """The bytes of a line."""

    bytes_U: UInt8
    start: int
    end: int


class Edited(NamedTuple):
    """What is written: the texts one after the other, where each ends, and the edits of each."""

    out_V: UInt8
    ends_N1: Int64
    counts_NE: Int32


@kernel
def edit_texts(texts: Texts, tables: EditTables, room: Room, edited: Edited) -> None:
    """Write the texts without the lines and marks that the rules refuse.

    Args:
        texts: all of them.
        tables: what is looked up.
        room: scratch for the longest line.
        edited: `out_V` is as long as all texts; `ends_N1` begins with 0.
    """
    for text in range(len(texts.language_N)):
        start, end = texts.offsets_N1[text], texts.offsets_N1[text + 1]
        written = int(edited.ends_N1[text])  # no literal 0: for one `edit_one` would be compiled once more
        stop = edit_one(texts, text, tables, room, edited, written)
        if not is_edited(edited.counts_NE[text]):
            stop = written + end - start
            copy_bytes(texts.bytes_U, start, end, edited.out_V, written)
        edited.ends_N1[text + 1] = stop


@kernel
def is_edited(counts_E: Int32) -> bool:
    """Whether any rule changed a text."""
    changed = False
    for kind in range(len(counts_E)):
        changed |= counts_E[kind] != 0
    return changed


@kernel
def copy_bytes(bytes_U: UInt8, start: int, end: int, out_V: UInt8, at: int) -> None:
    """Copy the bytes from start to end."""
    for step in range(end - start):
        out_V[at + step] = bytes_U[start + step]


@kernel
def edit_one(texts: Texts, text: int, tables: EditTables, room: Room, edited: Edited, written: int) -> int:
    """Write one text; where it ends. Blank lines between two that are kept become one."""
    start, end = texts.offsets_N1[text], texts.offsets_N1[text + 1]
    limits_E, counts_E = tables.limits_LE[texts.language_N[text]], edited.counts_NE[text]
    first, breaks, kept = start, 1, 0
    for place in range(start, end + 1):
        if place < end and texts.bytes_U[place] != _NEWLINE:
            continue
        line = Line(texts.bytes_U, first, place)
        length = decode(line.bytes_U, first, place, tables.chars, room)
        first = place + 1
        if is_white(room, length):
            breaks = 2
            continue
        at = written + breaks * kept
        left, marks, stop = length, 0, at + place - line.start
        long_run = length > limits_E[_LONG_RUN] and longest_run(room, length) > limits_E[_LONG_RUN]
        bracket = limits_E[_CITATIONS] > 0 and has_bracket(line)
        if bracket and not long_run:
            left, marks, stop = copy_without_marks(line, length, tables.citation_BD, room, edited.out_V, at)
        reason = _LONG_RUN if long_run else left_fault(line, left, tables.phrases, limits_E, room)
        if reason >= 0:
            counts_E[reason] += 1
            continue
        if not bracket:
            copy_bytes(line.bytes_U, line.start, place, edited.out_V, at)
        for gap in range(written, at):
            edited.out_V[gap] = _NEWLINE
        counts_E[_CITATIONS] += marks
        written, kept, breaks = stop, 1, 1
    return written


@kernel
def is_white(room: Room, length: int) -> bool:
    """Whether a line is white space throughout."""
    place = 0
    while place < length and room.bits_C[place] & SPACE:
        place += 1
    return place == length


@kernel
def longest_run(room: Room, length: int) -> int:
    """The longest run of characters without white space or a character of a script without spaces."""
    longest = run = 0
    for place in range(length):
        run = 0 if room.bits_C[place] & (SPACE | WIDE) else run + 1
        longest = max(longest, run)
    return longest


@kernel
def has_bracket(line: Line) -> bool:
    """Whether a line holds a `[`."""
    found = False
    for place in range(line.start, line.end):
        found |= line.bytes_U[place] == _OPEN
    return found


@kernel
def copy_without_marks(
    line: Line, length: int, citation_BD: Int32, room: Room, out_V: UInt8, at: int
) -> tuple[int, int, int]:
    """Copy a line without its citation marks, and close up its decoded characters.

    Returns:
        How many characters are left, how many marks are gone, where what was written ends.
    """
    codes_C, bits_C = room.codes_C, room.bits_C
    place = left = marks = 0
    byte, written = line.start, at
    while place < length:
        size = mark_chars(codes_C, place, length, citation_BD) if codes_C[place] == _OPEN else 0
        if size:
            marks += 1
            for gone in range(place, place + size):
                byte += num_bytes(codes_C[gone])
            place += size
            continue
        for _ in range(num_bytes(codes_C[place])):
            out_V[written] = line.bytes_U[byte]
            written, byte = written + 1, byte + 1
        codes_C[left], bits_C[left] = codes_C[place], bits_C[place]
        left, place = left + 1, place + 1
    return left, marks, written


@kernel
def num_bytes(code: int) -> int:
    """How many bytes a character takes in UTF-8."""
    return 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000)


@kernel
def mark_chars(codes_C: Int32, place: int, length: int, citation_BD: Int32) -> int:
    """How long the citation mark is that begins at a bracket; 0 where none does."""
    after = place + 1
    while after < length and _ZERO <= codes_C[after] <= _NINE:
        after += 1
    if after > place + 1 and after < length and codes_C[after] == _CLOSE:
        return after + 1 - place
    for word in range(len(citation_BD)):
        step = 0
        while citation_BD[word, step] and place + 1 + step < length:
            if citation_BD[word, step] != codes_C[place + 1 + step]:
                break
            step += 1
        if citation_BD[word, step] == 0 and place + 1 + step < length and codes_C[place + 1 + step] == _CLOSE:
            return step + 2
    return 0


@kernel
def left_fault(line: Line, left: int, phrases: Phrases, limits_E: Float64, room: Room) -> int:
    """The first edit after the long runs that drops a line, or -1.

    Args:
        line: the whole line.
        left: how many characters are left without citation marks.
        phrases: the automaton.
        limits_E: what each edit is told.
        room: holds the characters that are left.
    """
    if limits_E[_LINE_ENDS] > 0 and not ends_in_a_mark(room, left):
        return _LINE_ENDS
    if limits_E[_FEW_WORDS] >= 0 and has_fewer_words(room, left, limits_E[_FEW_WORDS]):
        return _FEW_WORDS
    if limits_E[_JAVASCRIPT] > 0 or limits_E[_POLICY] > 0:
        kinds = phrase_kinds(line, phrases)
        if limits_E[_JAVASCRIPT] > 0 and kinds & SCRIPT:
            return _JAVASCRIPT
        if limits_E[_POLICY] > 0 and kinds & POLICY:
            return _POLICY
    return -1


@kernel
def has_fewer_words(room: Room, left: int, fewest: float) -> bool:
    """Whether a line has fewer words; the last word of its beginning may go on, the others are whole."""
    if left > _BEGINNING and cut_words(room, 0, _BEGINNING)[0] > fewest:
        return False
    return cut_words(room, 0, left)[0] < fewest


@kernel
def phrase_kinds(line: Line, phrases: Phrases) -> int:
    """The kinds of phrases that a line holds, as bits."""
    state = kinds = 0
    for place in range(line.start, line.end):
        state = phrases.next_AK[state, phrases.kind_B[line.bytes_U[place]]]
        phrase = phrases.phrase_A[state]
        while phrase >= 0:
            kinds |= phrases.what_F[phrase]
            phrase = phrases.shorter_F[phrase]
    return kinds


@kernel
def ends_in_a_mark(room: Room, left: int) -> bool:
    """Whether a line ends in a full stop, question or exclamation mark or a quotation mark, but not in `...`."""
    codes_C, last = room.codes_C, left - 1
    while last >= 0 and room.bits_C[last] & SPACE:
        last -= 1
    if last < 0 or not room.bits_C[last] & (TERMINAL | QUOTE):
        return False
    return not (last >= 2 and codes_C[last] == _DOT and codes_C[last - 1] == _DOT and codes_C[last - 2] == _DOT)


@kernel
def longest_line(texts: Texts) -> int:
    """The bytes of the longest line."""
    longest = 0
    for text in range(len(texts.language_N)):
        first = texts.offsets_N1[text]
        for place in range(first, texts.offsets_N1[text + 1]):
            if texts.bytes_U[place] == _NEWLINE:
                longest, first = max(longest, place - first), place + 1
        longest = max(longest, texts.offsets_N1[text + 1] - first)
    return longest
