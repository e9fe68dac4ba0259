"""The compiled quality pass over words and n-grams of words.

Legend: C characters of one document, W words, Q hash slots, M measures, L languages, S stop words.
"""

import numpy as np

from leafout.corpus.kernels.jit import kernel
from leafout.corpus.kernels.quality_lines import FIRST_HASH, PRIME, clear, is_narrow, mixed, slots_for
from leafout.corpus.kernels.quality_tables import PLACE, Float64, Int32, Int64, Room
from leafout.text.quality_chars import ALPHA, MARK, SPACE, WIDE, WORD
from leafout.text.quality_gopher import MAX_STOP_WORD_CHARS
from leafout.text.quality_repetition import DUPLICATE_SIZES

_WORDS, _MEAN, _HASHES, _ELLIPSES = PLACE["words"], PLACE["mean_word"], PLACE["hashes"], PLACE["ellipses"]
_NEWLINES, _ALPHABETIC, _STOP = PLACE["newlines"], PLACE["alphabetic_words"], PLACE["stop_words"]
_TOP_2, _DUPLICATE_5, _DUPLICATE_13 = PLACE["top_2_gram"], PLACE["duplicate_5_grams"], PLACE["duplicate_13_grams"]
_SIZES_IN_A_ROW = max(size for size in DUPLICATE_SIZES if size + 1 in DUPLICATE_SIZES) + 1
_NEWLINE, _DOT, _ELLIPSIS, _SHARP = ord("\n"), ord("."), ord("…"), ord("#")
_STRAIGHT, _CURLED = ord("'"), ord("’")
_UPPER_A, _UPPER_Z = ord("A"), ord("Z")


@kernel
def cut_words(room: Room, start: int, length: int) -> tuple[int, int]:
    """Fill in where each word begins, its length and its hash, as `text.quality_parts.cut_words` cuts.

    Args:
        room: its characters from start to length are cut.
        start: see above.
        length: see above.

    Returns:
        How many words there are, and how many symbols that stand alone between white space.
    """
    codes_C, bits_C, first_W, chars_W, hash_W = room.codes_C, room.bits_C, room.first_W, room.chars_W, room.hash_W
    words, alone, first, narrow, symbols, code_hash = 0, 0, -1, False, 0, FIRST_HASH
    for place in range(start, length):
        code, bits = codes_C[place], bits_C[place]
        if first >= 0:
            goes_on = bits & MARK or (narrow and (bits & (WORD | WIDE)) == WORD)
            if not goes_on and narrow and (code in (_STRAIGHT, _CURLED)) and place + 1 < length:
                goes_on = (bits_C[place + 1] & (WORD | WIDE)) == WORD
            if goes_on:
                code_hash = (code_hash ^ code) * PRIME
                continue
            first_W[words], chars_W[words], hash_W[words] = first, place - first, code_hash
            words += 1
            first = -1
        if bits & (WORD | MARK):
            first, narrow, symbols = place, (bits & WIDE) == 0, 0
            code_hash = (FIRST_HASH ^ code) * PRIME
        elif bits & SPACE:
            alone, symbols = alone + symbols, 0
        elif place == start or bits_C[place - 1] & SPACE:
            symbols = 1
    if first >= 0:
        first_W[words], chars_W[words], hash_W[words] = first, length - first, code_hash
        words += 1
    return words, alone + symbols


@kernel
def measure_words(room: Room, length: int, words: int, symbols: int, values_M: Float64) -> None:
    """Fill in the measures of the group `words` but the stop words."""
    codes_C, bits_C, first_W, chars_W = room.codes_C, room.bits_C, room.first_W, room.chars_W
    chars = lettered = 0
    for word in range(words):
        chars += chars_W[word]
        for place in range(first_W[word], first_W[word] + chars_W[word]):
            if bits_C[place] & ALPHA:
                lettered += 1
                break
    sharps = ellipses = newlines = dots = 0
    for place in range(length):
        sharps += codes_C[place] == _SHARP
        newlines += codes_C[place] == _NEWLINE
        ellipses += codes_C[place] == _ELLIPSIS
    for place in range(length):
        dots = dots + 1 if codes_C[place] == _DOT else 0
        if dots == 3:
            ellipses, dots = ellipses + 1, 0
    tokens = words + symbols
    values_M[_WORDS] = words
    values_M[_MEAN] = chars / words if words else 0.0
    values_M[_HASHES] = sharps / tokens if tokens else 0.0
    values_M[_ELLIPSES] = ellipses / tokens if tokens else 0.0
    values_M[_NEWLINES] = newlines / tokens if tokens else 0.0
    values_M[_ALPHABETIC] = lettered / tokens if tokens else 0.0


@kernel
def measure_stop_words(room: Room, words: int, stop_S: Int64, values_M: Float64) -> None:
    """Count the different stop words; each is packed in 64 bits, sixteen a character."""
    codes_C, first_W, chars_W = room.codes_C, room.first_W, room.chars_W
    found = np.int64(0)
    for word in range(words):
        if chars_W[word] > MAX_STOP_WORD_CHARS:
            continue
        packed = np.int64(0)
        for step in range(chars_W[word]):
            code = np.int64(codes_C[first_W[word] + step])
            if _UPPER_A <= code <= _UPPER_Z:
                code += 32
            packed |= (code if code < 0xFFFF else np.int64(0xFFFF)) << (16 * step)
        for place in range(len(stop_S)):
            if stop_S[place] == packed:
                found |= np.int64(1) << place
    different = 0
    while found:
        different += 1
        found &= found - 1
    values_M[_STOP] = different


@kernel
def repeated_words(room: Room, words: int) -> int:
    """Fill in the places whose word stands more than once; how many there are."""
    same_W, count_W, cand_W = room.same_W, room.count_W, room.cand_W
    clear(count_W, words)
    for word in range(words):
        count_W[same_W[word]] += 1
    found = 0
    for word in range(words):
        if count_W[same_W[word]] > 1:
            cand_W[found] = word
            found += 1
    return found


@kernel
def lengthen(room: Room, words: int, size: int, candidates: int) -> int:
    """From runs of size - 1 words to runs of `size`: only where a shorter run stands twice can a longer one.

    Args:
        room: `cand_W` holds the places, rising, whose run of size - 1 words stands more than once, and receives those
            that can be lengthened; `gram_W` and `count_W` are those of the shorter runs and receive the longer ones'.
        words: how many there are.
        size: of the runs that are made.
        candidates: how many places `cand_W` holds.

    Returns:
        How many places are left in `cand_W`.
    """
    cand_W, same_W, gram_W, count_W = room.cand_W, room.same_W, room.gram_W, room.count_W
    key_W, held_Q = room.hash_W, room.held_Q
    slots = slots_for(candidates)
    clear(held_Q, slots)
    left = 0
    for candidate in range(candidates):
        place = cand_W[candidate]
        if place + size > words:
            continue
        key = (np.int64(gram_W[place]) << 32) | np.int64(same_W[place + size - 1])
        key_W[place] = key
        slot = mixed(key) & (slots - 1)
        while True:
            first = held_Q[slot] - 1
            if first < 0:
                held_Q[slot] = place + 1
                gram_W[place], count_W[place] = place, 1
                break
            if key_W[first] == key:
                gram_W[place] = first
                count_W[first] += 1
                break
            slot = (slot + 1) & (slots - 1)
        cand_W[left] = place
        left += 1
    return left


@kernel
def keep_repeated(room: Room, candidates: int) -> int:
    """Leave the places in `cand_W` whose run stands more than once."""
    cand_W, gram_W, count_W = room.cand_W, room.gram_W, room.count_W
    left = 0
    for candidate in range(candidates):
        place = cand_W[candidate]
        if count_W[gram_W[place]] > 1:
            cand_W[left] = place
            left += 1
    return left


@kernel
def top_chars(room: Room, size: int, candidates: int) -> int:
    """Characters in all runs that equal the commonest one, the first of equally common ones."""
    cand_W, gram_W, count_W, first_W = room.cand_W, room.gram_W, room.count_W, room.first_W
    best, most = -1, 1
    for candidate in range(candidates):
        place = cand_W[candidate]
        if gram_W[place] == place and count_W[place] > most:
            best, most = place, count_W[place]
    if best < 0:
        return 0
    chars = 0
    for word in range(best, best + size):
        chars += room.chars_W[word]
        if word > best and is_narrow(room.bits_C[first_W[word - 1]]) and is_narrow(room.bits_C[first_W[word]]):
            chars += 1
    return most * chars


@kernel
def duplicate_chars(room: Room, size: int, candidates: int) -> int:
    """Characters in runs that stood before; going left to right, none is counted twice."""
    cand_W, gram_W, seen_W, chars_W = room.cand_W, room.gram_W, room.seen_W, room.chars_W
    found = free = 0
    for candidate in range(candidates):
        place = cand_W[candidate]
        if place < free:
            continue
        if seen_W[gram_W[place]] == size:
            for word in range(place, place + size):
                found += chars_W[word]
            free = place + size
        else:
            seen_W[gram_W[place]] = size
    return found


@kernel
def largest_size(wanted_M: Int32) -> int:
    """The longest run of words that a rule asks for."""
    if wanted_M[_DUPLICATE_13]:
        return 13
    for size in range(_SIZES_IN_A_ROW, 1, -1):
        if size >= 5 and wanted_M[_DUPLICATE_5 + size - 5]:
            return size
        if size <= 4 and wanted_M[_TOP_2 + size - 2]:
            return size
    return 0
