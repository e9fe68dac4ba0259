"""The compiled quality pass over lines, paragraphs and phrases.

Legend: U bytes, C characters of one document, N lines, Q hash slots, M measures.
"""

import numpy as np

from leafout.corpus.kernels.jit import kernel
from leafout.corpus.kernels.quality_chars import UInt8
from leafout.corpus.kernels.quality_tables import (
    AD,
    BAD,
    ENABLE,
    FILLER,
    PLACE,
    Float64,
    Int32,
    Phrases,
    Room,
)
from leafout.text.quality_basic import MIN_REPEATED_LINES, NOTICE_CHARS
from leafout.text.quality_chars import (
    BULLET,
    CLOSER,
    MARK,
    QUOTE,
    SPACE,
    TERMINAL,
    WIDE,
    WIDE_TERMINAL,
    WORD,
)
from leafout.text.quality_chinese import LINE_CHARS

_REPEATED, _DUPLICATE, _LINE_CHARS = PLACE["repeated_lines"], PLACE["duplicate_lines"], PLACE["duplicate_line_chars"]
_PARAGRAPHS, _PARAGRAPH_CHARS = PLACE["duplicate_paragraphs"], PLACE["duplicate_paragraph_chars"]
_DUPLICATE_CHARS, _BULLETS, _ELLIPSES = PLACE["duplicate_chars"], PLACE["bullet_lines"], PLACE["ellipsis_lines"]
_ENDS, _SHORT, _MEAN_LINE = PLACE["line_ends"], PLACE["short_lines"], PLACE["mean_line"]
_SENTENCES, _MEAN_SENTENCE = PLACE["sentences"], PLACE["mean_sentence"]
_FILLER, _LOREM, _BAD, _ADS = PLACE["filler"], PLACE["lorem_ipsum"], PLACE["bad_words"], PLACE["ad_phrases"]
_NEWLINE, _DOT, _ELLIPSIS = ord("\n"), ord("."), ord("…")
PRIME = np.int64(0x100000001B3)
_SPREAD = np.int64(-0x61C8864680B583EB)
FIRST_HASH = np.int64(0x4BF29CE484222325)


@kernel
def slots_for(items: int) -> int:
    """A power of two of at least twice so many slots."""
    slots = 16
    while slots < 2 * items:
        slots *= 2
    return slots


@kernel
def clear(numbers_Q: Int32, count: int) -> None:
    """Set the first so many numbers to 0."""
    for place in range(count):
        numbers_Q[place] = 0


@kernel
def mixed(value: np.int64) -> np.int64:
    """A hash whose low bits depend on all bits."""
    product = value * _SPREAD
    return np.int64(product ^ (product >> 29))


@kernel
def cut_lines(room: Room, length: int) -> int:
    """Fill in where each line begins, its length, and whether a blank line stands before it; how many there are."""
    codes_C, bits_C, first_N, chars_N, gap_N = room.codes_C, room.bits_C, room.first_W, room.chars_W, room.gram_W
    lines, start, gap = 0, 0, 0
    for place in range(length + 1):
        if place < length and codes_C[place] != _NEWLINE:
            continue
        first, last = start, place
        while first < last and bits_C[first] & SPACE:
            first += 1
        while first < last and bits_C[last - 1] & SPACE:
            last -= 1
        if first < last:
            first_N[lines], chars_N[lines], gap_N[lines] = first, last - first, gap
            lines, gap = lines + 1, 0
        else:
            gap = 1
        start = place + 1
    return lines


@kernel
def hash_lines(room: Room, lines: int) -> None:
    """Fill in a hash of each line."""
    codes_C, first_N, chars_N, hash_N = room.codes_C, room.first_W, room.chars_W, room.hash_W
    for item in range(lines):
        code = FIRST_HASH
        for place in range(first_N[item], first_N[item] + chars_N[item]):
            code = (code ^ codes_C[place]) * PRIME
        hash_N[item] = code


@kernel
def same_chars(codes_C: Int32, one: int, other: int, length: int) -> bool:
    """Whether two runs of characters are equal."""
    place = 0
    while place < length and codes_C[one + place] == codes_C[other + place]:
        place += 1
    return place == length


@kernel
def identify(room: Room, items: int) -> None:
    """Fill in for each word (or line) the first that equals it."""
    first_N, chars_N, hash_N, same_N, held_Q = room.first_W, room.chars_W, room.hash_W, room.same_W, room.held_Q
    slots = slots_for(items)
    clear(held_Q, slots)
    for item in range(items):
        slot = mixed(hash_N[item]) & (slots - 1)
        while True:
            first = held_Q[slot] - 1
            if first < 0:
                held_Q[slot] = item + 1
                same_N[item] = item
                break
            if (
                hash_N[first] == hash_N[item]
                and chars_N[first] == chars_N[item]
                and same_chars(room.codes_C, first_N[first], first_N[item], chars_N[item])
            ):
                same_N[item] = first
                break
            slot = (slot + 1) & (slots - 1)


@kernel
def measure_lines(room: Room, lines: int, short_chars: float, values_M: Float64) -> None:
    """Fill in the measures of the group `lines` that look at each line alone."""
    codes_C, bits_C, first_N, chars_N = room.codes_C, room.bits_C, room.first_W, room.chars_W
    bullets = ellipses = ends = short = total = 0
    for line in range(lines):
        first, chars = first_N[line], chars_N[line]
        last = first + chars - 1
        bullets += (bits_C[first] & BULLET) != 0
        dots = chars >= 3 and codes_C[last] == _DOT and codes_C[last - 1] == _DOT and codes_C[last - 2] == _DOT
        ellipses += dots or codes_C[last] == _ELLIPSIS
        quoted = chars > 1 and bits_C[last] & QUOTE and bits_C[last - 1] & TERMINAL
        ends += (bits_C[last] & TERMINAL) != 0 or quoted != 0
        short += chars <= short_chars
        total += chars
    values_M[_BULLETS] = bullets / lines if lines else 0.0
    values_M[_ELLIPSES] = ellipses / lines if lines else 0.0
    values_M[_ENDS] = ends / lines if lines else 0.0
    values_M[_SHORT] = short / lines if lines else 0.0
    values_M[_MEAN_LINE] = total / lines if lines else 0.0


@kernel
def measure_sentences(room: Room, length: int, lines: int, values_M: Float64) -> None:
    """Fill in the measures of sentences."""
    sentences = 0
    for line in range(lines):
        first = room.first_W[line]
        sentences += num_sentences(room.bits_C, first, first + room.chars_W[line])
    values_M[_SENTENCES] = sentences
    values_M[_MEAN_SENTENCE] = num_solid(room, length) / sentences if sentences else 0.0


@kernel
def num_solid(room: Room, length: int) -> int:
    """Characters other than white space."""
    found = 0
    for place in range(length):
        found += (room.bits_C[place] & SPACE) == 0
    return found


@kernel
def num_sentences(bits_C: Int32, start: int, end: int) -> int:
    """Sentences of a line, as `text.quality_parts.num_sentences` counts them."""
    found = body = waiting = 0
    for place in range(start, end):
        bits = bits_C[place]
        if bits & WIDE_TERMINAL:
            found, body, waiting = found + body, 0, 0
        elif bits & TERMINAL:
            waiting = body
        elif waiting and bits & SPACE:
            found, body, waiting = found + 1, 0, 0
        elif not bits & (CLOSER | SPACE):
            body, waiting = 1, 0
    return found + body


@kernel
def measure_duplicates(room: Room, length: int, lines: int, values_M: Float64) -> None:
    """Fill in the measures of lines that stood before."""
    codes_C, chars_N, same_N = room.codes_C, room.chars_W, room.same_W
    again = chars = newlines = 0
    for line in range(lines):
        if same_N[line] != line:
            again += 1
            chars += chars_N[line]
    for place in range(length):
        newlines += codes_C[place] == _NEWLINE
    solid = length - newlines
    fraction = again / lines if lines else 0.0
    values_M[_REPEATED] = fraction if lines >= MIN_REPEATED_LINES else 0.0
    values_M[_DUPLICATE] = fraction
    values_M[_LINE_CHARS] = chars / length if length else 0.0
    values_M[_DUPLICATE_CHARS] = chars / solid if solid else 0.0


@kernel
def measure_paragraphs(room: Room, length: int, lines: int, values_M: Float64) -> None:
    """Fill in the measures of paragraphs that stood before; a paragraph is known by its lines."""
    chars_N, gap_N, same_N, held_Q = room.chars_W, room.gram_W, room.same_W, room.held_Q
    slots = slots_for(lines)
    clear(held_Q, slots)
    paragraphs = again = again_chars = start = 0
    while start < lines:
        end, chars, code = start, -1, np.int64(FIRST_HASH)
        while end < lines and (end == start or not gap_N[end]):
            code = mixed((code ^ same_N[end]) * PRIME)
            chars += chars_N[end] + 1
            end += 1
        paragraphs += 1
        slot = code & (slots - 1)
        while held_Q[slot]:
            if same_lines(room, lines, held_Q[slot] - 1, start, end):
                again, again_chars = again + 1, again_chars + chars
                break
            slot = (slot + 1) & (slots - 1)
        if not held_Q[slot]:
            held_Q[slot] = start + 1
        start = end
    values_M[_PARAGRAPHS] = again / paragraphs if paragraphs else 0.0
    values_M[_PARAGRAPH_CHARS] = again_chars / length if length else 0.0


@kernel
def same_lines(room: Room, lines: int, before: int, start: int, end: int) -> bool:
    """Whether the paragraph that begins at a line before equals that from start to end."""
    gap_N, same_N = room.gram_W, room.same_W
    for step in range(end - start):
        if same_N[before + step] != same_N[start + step] or (step and gap_N[before + step]):
            return False
    after = before + end - start
    return after >= lines or gap_N[after] != 0


@kernel
def is_narrow(bits: int) -> bool:
    """Whether a character belongs to a word of a script with spaces."""
    return (bits & (WORD | MARK)) != 0 and (bits & WIDE) == 0


@kernel
def count_phrases(bytes_U: UInt8, start: int, end: int, phrases: Phrases, room: Room, length: int) -> int:
    """Count the phrases of each kind in `counts_F`; the kinds that were found, as bits."""
    bits_C, counts_F = room.bits_C, room.counts_F
    counts_F[0] = counts_F[1] = 0
    state, char, kinds = 0, -1, 0
    for place in range(start, end):
        byte = bytes_U[place]
        char += (byte & 0xC0) != 0x80
        state = phrases.next_AK[state, phrases.kind_B[byte]]
        phrase = phrases.phrase_A[state]
        while phrase >= 0:
            what, first = phrases.what_F[phrase], char + 1 - phrases.chars_F[phrase]
            left = phrases.edges_F[phrase] & 1 and first > 0 and is_narrow(bits_C[first - 1])
            right = phrases.edges_F[phrase] & 2 and char + 1 < length and is_narrow(bits_C[char + 1])
            if what & BAD and not left and not right:
                counts_F[0] += 1
            counts_F[1] += (what & AD) != 0
            kinds |= what
            phrase = phrases.shorter_F[phrase]
    return kinds


@kernel
def measure_phrases(room: Room, kinds: int, length: int, lines: int, values_M: Float64) -> None:
    """Fill in the measures of the group `phrases`."""
    counts_F, dense = room.counts_F, num_solid(room, length)
    notice = length < NOTICE_CHARS and (kinds & ENABLE) != 0
    lorem = (kinds & FILLER) != 0
    values_M[_FILLER] = notice or lorem
    values_M[_LOREM] = lorem
    values_M[_BAD] = counts_F[0]
    values_M[_ADS] = counts_F[1] / max(float(lines), dense / LINE_CHARS) if lines else 0.0
