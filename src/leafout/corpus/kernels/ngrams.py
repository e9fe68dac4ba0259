"""Texts as runs of words, hashed: the n-grams of a few texts, and where they stand in many others.

A word is a run of letters and digits, lower case; a character of a script without spaces (Han, kana, hangul) is a word
of its own. All else parts words and counts for nothing.

The hash of a run of words is a polynomial of the words' own hashes modulo 2^64, so that the hash of any window follows
from two running sums. Looking for entries of several lengths costs one look-up a word: entries are found by their last
few words (their tail) and then compared whole. A bit table says of nearly every word that no entry ends there.
Each pass is one loop without inner calls that loop: parted into a function for the next word it is three times slower.

Legend: U bytes, N texts, W words, E entries, T distinct tails, B bytes of the bit table, H hits.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel
from leafout.corpus.kernels.letters import ALONE, TABLE_END, letter_at, letter_table

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

MAX_WORDS = 63
"""The longest entry, in words."""

_RING = 64
_LAST = _RING - 1
_CODE = (1 << 21) - 1
_MASK = (1 << 64) - 1
_START, _PRIME, _BASE = 0xCBF29CE484222325, 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

POWERS = np.array([pow(_BASE, power, 1 << 64) for power in range(MAX_WORDS + 1)], np.uint64)
"""The base of the polynomial to the power of each length."""


class Words(NamedTuple):
    """Those of text n are `hashes_W[first_N1[n] : first_N1[n + 1]]`; `alone_N` of them are single characters."""

    hashes_W: UInt64
    first_N1: Int64
    alone_N: Int64


class Entries(NamedTuple):
    """What is looked for.

    Attributes:
        bits_B: a bit for each value of the leading bits of a tail's hash; set where some tail has it.
        tails_T: rising hashes of the last `tail_words` words.
        first_T1: where the entries of each tail start.
        lengths_E: in words, rising for each tail.
        hashes_E: of the whole entries.
        tail_words: at most the length of the shortest entry.
    """

    bits_B: UInt8
    tails_T: UInt64
    first_T1: Int64
    lengths_E: Int64
    hashes_E: UInt64
    tail_words: int


class Hits(NamedTuple):
    """Entry `entries_H` stands in text `texts_H` at the bytes `begins_H` to `ends_H` of that text, in their order."""

    texts_H: Int64
    entries_H: Int64
    begins_H: Int64
    ends_H: Int64


def words(bytes_U: UInt8, offsets_N1: Int64) -> Words:
    """The hash of each word of each text."""
    return Words(*(_words if COMPILED else _words_plain)(bytes_U, offsets_N1, letter_table()))


def windows(hashes_W: UInt64, length: int) -> UInt64:
    """The hash of each run of so many words, by its first word."""
    count = len(hashes_W) - length + 1
    total_K = np.zeros(max(count, 0), np.uint64)
    for place in range(length if count > 0 else 0):
        total_K = total_K * np.uint64(_BASE) + hashes_W[place : place + count]
    return total_K


def bit_table(tails_T: UInt64) -> UInt8:
    """A table of bits that is sparse enough to pass about one word in 16 by mistake."""
    bits = max(16, len(tails_T).bit_length() + 4)
    table_B = np.zeros(1 << (bits - 3), np.uint8)
    places_T = tails_T >> np.uint64(64 - bits)
    values_T = np.left_shift(np.uint8(1), (places_T & np.uint64(7)).astype(np.uint8))
    np.bitwise_or.at(table_B, (places_T >> np.uint64(3)).astype(np.int64), values_T)
    return table_B


def search(bytes_U: UInt8, offsets_N1: Int64, entries: Entries, *, most: int = 1 << 14) -> Hits:
    """Every place where an entry stands in the texts.

    Args:
        bytes_U: UTF-8.
        offsets_N1: borders of the texts.
        entries: what is looked for.
        most: room for hits at first; it grows as a text needs it.
    """
    found: list[tuple[Int64, Int64, Int64, Int64]] = []
    text, count = 0, len(offsets_N1) - 1
    work = _search if COMPILED else _search_plain
    table_C = letter_table()
    while text < count:
        room = np.empty((4, most), np.int64)
        hits, reached = work(bytes_U, offsets_N1, text, table_C, entries, room)
        most = most * 2 if reached == text else most
        text = reached
        if hits:
            found.append((room[0, :hits], room[1, :hits], room[2, :hits], room[3, :hits]))
    if not found:
        return Hits(*(np.zeros(0, np.int64) for _ in range(4)))
    return Hits(*(np.concatenate(column) for column in zip(*found, strict=True)))


@kernel
def _finished(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(_MIX_1)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
    return value ^ (value >> np.uint64(31))


@kernel
def _words(bytes_U: UInt8, offsets_N1: Int64, table_C: UInt32) -> tuple[UInt64, Int64, Int64]:
    count = len(offsets_N1) - 1
    hashes_W = np.empty(len(bytes_U) // 2 + count + 1, np.uint64)
    first_N1, alone_N = np.zeros(count + 1, np.int64), np.zeros(count, np.int64)
    size = 0
    for text in range(count):
        value, inside = np.uint64(_START), False
        place, stop = offsets_N1[text], offsets_N1[text + 1]
        while place < stop:
            letter, width = letter_at(bytes_U, place, stop, table_C)
            if letter and letter < np.uint32(ALONE):
                value, inside = (value ^ np.uint64(letter)) * np.uint64(_PRIME), True
                place += width
                if place < stop:
                    continue
            elif not inside:
                place += width
                if letter == 0:
                    continue
                value = (value ^ np.uint64(letter & np.uint32(_CODE))) * np.uint64(_PRIME)
                alone_N[text] += 1
            hashes_W[size] = _finished(value)
            size += 1
            value, inside = np.uint64(_START), False
        first_N1[text + 1] = size
    return hashes_W[:size].copy(), first_N1, alone_N


@kernel
def _place_of(tail: np.uint64, tails_T: UInt64) -> int:
    low, high = 0, len(tails_T)
    while low < high:
        middle = (low + high) // 2
        if tails_T[middle] < tail:
            low = middle + 1
        else:
            high = middle
    return low if low < len(tails_T) and tails_T[low] == tail else -1


@kernel
def _search(  # noqa: C901, PLR0912 one loop, see above
    bytes_U: UInt8, offsets_N1: Int64, first_text: int, table_C: UInt32, entries: Entries, room: Int64
) -> tuple[int, int]:
    """Fills `room`; returns the hits of whole texts and the first text that is not done."""
    bits_B, tails_T, first_T1, lengths_E, hashes_E, tail_words = entries
    shift = np.uint64(64)
    for power in range(64):
        if len(bits_B) * 8 == 1 << power:
            shift = np.uint64(64 - power)
    tail_power = POWERS[tail_words]
    sums, begins = np.zeros(_RING, np.uint64), np.zeros(_RING, np.int64)
    hits, most = 0, room.shape[1]
    for text in range(first_text, len(offsets_N1) - 1):
        whole = hits  # the hits of all texts before this one
        start, stop = offsets_N1[text], offsets_N1[text + 1]
        count, running, value, begin, place = 0, np.uint64(0), np.uint64(_START), -1, start
        sums[0] = np.uint64(0)
        while place < stop:
            letter, width = letter_at(bytes_U, place, stop, table_C)
            if letter and letter < np.uint32(ALONE):
                begin = place if begin < 0 else begin
                value = (value ^ np.uint64(letter)) * np.uint64(_PRIME)
                place += width
                if place < stop:
                    continue
            elif begin < 0:
                begin = place
                place += width
                if letter == 0:
                    begin = -1
                    continue
                value = (value ^ np.uint64(letter & np.uint32(_CODE))) * np.uint64(_PRIME)
            running = running * np.uint64(_BASE) + _finished(value)
            begins[count & _LAST] = begin - start
            count += 1
            sums[count & _LAST] = running
            value, begin = np.uint64(_START), -1
            if count < tail_words:
                continue
            tail = running - sums[(count - tail_words) & _LAST] * tail_power
            bit = tail >> shift
            if not bits_B[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & 1:
                continue
            known = _place_of(tail, tails_T)
            if known < 0:
                continue
            for entry in range(first_T1[known], first_T1[known + 1]):
                length = lengths_E[entry]
                if length > count:
                    break
                if running - sums[(count - length) & _LAST] * POWERS[length] == hashes_E[entry]:
                    if hits == most:
                        return whole, text
                    room[0, hits], room[1, hits] = text, entry
                    room[2, hits], room[3, hits] = begins[(count - length) & _LAST], place - start
                    hits += 1
    return hits, len(offsets_N1) - 1


def _plain_words(text: str) -> list[tuple[int, bool, int, int]]:
    """The words of a text: hash, whether a single character, first character and end."""
    table = letter_table()
    found: list[tuple[int, bool, int, int]] = []
    value, begin = _START, -1

    def end(place: int, *, alone: bool) -> None:
        nonlocal value, begin
        if begin >= 0:
            value = (value ^ (value >> 30)) * _MIX_1 & _MASK
            value = (value ^ (value >> 27)) * _MIX_2 & _MASK
            found.append((value ^ (value >> 31), alone, begin, place))
        value, begin = _START, -1

    for place, char in enumerate(text):
        letter = int(table[ord(char)]) if ord(char) < TABLE_END else 0
        if not letter or letter & ALONE:
            end(place, alone=False)
        if letter:
            begin = place if begin < 0 else begin
            value = (value ^ (letter & _CODE)) * _PRIME & _MASK
        if letter & ALONE:
            end(place + 1, alone=True)
    end(len(text), alone=False)
    return found


def _words_plain(bytes_U: UInt8, offsets_N1: Int64, table_C: UInt32) -> tuple[UInt64, Int64, Int64]:  # noqa: ARG001 as the compiled one
    whole, borders = bytes_U.tobytes(), offsets_N1.tolist()
    parts = [_plain_words(whole[a:b].decode()) for a, b in pairwise(borders)]
    hashes = [word[0] for part in parts for word in part]
    first = np.cumsum([0, *(len(part) for part in parts)])
    alone = [sum(word[1] for word in part) for part in parts]
    return np.array(hashes, np.uint64), first.astype(np.int64), np.array(alone, np.int64)


def _search_plain(
    bytes_U: UInt8, offsets_N1: Int64, first_text: int, table_C: UInt32, entries: Entries, room: Int64
) -> tuple[int, int]:
    del table_C  # as the compiled one
    pairs = zip(entries.lengths_E.tolist(), entries.hashes_E.tolist(), strict=True)
    wanted = {pair: entry for entry, pair in enumerate(pairs)}
    lengths = sorted({length for length, _ in wanted})
    whole, borders = bytes_U.tobytes(), offsets_N1.tolist()
    hits = 0
    for text in range(first_text, len(borders) - 1):
        said = whole[borders[text] : borders[text + 1]].decode()
        parts = _plain_words(said)
        found = []
        for last in range(1, len(parts) + 1):
            for length in lengths:
                if length <= last:
                    value = 0
                    for word in parts[last - length : last]:
                        value = (value * _BASE + word[0]) & _MASK
                    if (length, value) in wanted:
                        begin = len(said[: parts[last - length][2]].encode())
                        end = len(said[: parts[last - 1][3]].encode())
                        found.append((text, wanted[length, value], begin, end))
        if hits + len(found) > room.shape[1]:
            return hits, text
        for hit in found:
            room[:, hits] = hit
            hits += 1
    return hits, len(borders) - 1
