"""All words of a batch to ids in one compiled call: split, look up, and make what was not seen before.

Legend: C characters, S texts, K words known, V ids of known words, B bytes of the longest text, I ids of the batch.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel
from leafout.tokenization.fast.characters import SINGLE
from leafout.tokenization.fast.merging import merge, utf8_ids
from leafout.tokenization.fast.splitting import SPACE, gpt2_end, llama_end
from leafout.tokenization.fast.strings import SEED, find, put, step

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]

GPT2, LLAMA = 0, 1
_CACHED_CHARS = 24
"""Longer words hardly come back."""


class Known(NamedTuple):
    """A table of strings (see `strings`) with ids: those of word k are `ids_V[ends_K1[k] : ends_K1[k + 1]]`."""

    store_U: UInt32
    starts_K1: Int64
    slots_H: Int32
    used: Int64
    ends_K1: Int64
    ids_V: Int32


class Pairs(NamedTuple):
    """The merges of a BPE (see `merging`), and the ids of the 256 bytes."""

    pairs_P2: Int64
    byte_ids: Int32


class Room(NamedTuple):
    """Memory for one word: its symbols, and 6 numbers for each."""

    symbols_B: Int32
    work: Int64


@kernel
def hash_of(codes_C: UInt32, start: int, end: int) -> np.uint64:
    """The hash of a word."""
    value = SEED
    for place in range(start, end):
        value = step(value, codes_C[place])
    return value


@kernel
def recall(known: Known, codes_C: UInt32, start: int, end: int, out_I: Int32, count: int) -> int:
    """Write the ids of a known word behind the first `count`; gives their number then, or -1."""
    value = hash_of(codes_C, start, end)
    number = find(known.store_U, known.starts_K1, known.slots_H, codes_C, start, end, value)
    if number < 0:
        return -1
    for place in range(known.ends_K1[number], known.ends_K1[number + 1]):
        out_I[count] = known.ids_V[place]
        count += 1
    return count


@kernel
def remember(known: Known, codes_C: UInt32, start: int, end: int, ids: Int32) -> None:
    """Keep a word with its ids while there is room."""
    if end - start > _CACHED_CHARS:
        return
    first = known.ends_K1[known.used[0]]
    if first + len(ids) > len(known.ids_V):
        return
    number = put(known.store_U, known.starts_K1, known.slots_H, known.used, codes_C, start, end)
    if number >= 0:
        known.ids_V[first : first + len(ids)] = ids
        known.ends_K1[number + 1] = first + len(ids)


@kernel
def byte_bpe(  # noqa: PLR0913 PLR0917 - a kernel takes arrays
    codes_C: UInt32,
    classes_C: UInt8,
    starts_S1: Int64,
    pattern: int,
    digits: int,
    known: Known,
    whole: Known,
    pairs: Pairs,
    room: Room,
    out_I: Int32,
    lengths_S: Int64,
) -> int:
    """Byte-level BPE of texts.

    Args:
        codes_C: all texts, folded where they are to be.
        classes_C: see `splitting`.
        starts_S1: where texts begin.
        pattern: `GPT2` or `LLAMA`.
        digits: the longest number, for `LLAMA`.
        known: words seen before; new ones are added.
        whole: words that are taken whole, whatever merges say; may be empty.
        pairs: the merges.
        room: as long as the bytes of the longest word.
        out_I: receives the ids.
        lengths_S: receives the number of ids of each text.

    Returns:
        How many ids there are in all.
    """
    count = 0
    for text in range(len(starts_S1) - 1):
        start, end, before = starts_S1[text], starts_S1[text + 1], count
        while start < end:
            if pattern == GPT2:
                stop = gpt2_end(codes_C, classes_C, start, end)
            else:
                stop = llama_end(codes_C, classes_C, start, end, digits)
            found = recall(known, codes_C, start, stop, out_I, count)
            if found < 0 and whole.used[0]:
                found = recall(whole, codes_C, start, stop, out_I, count)
            if found < 0:
                symbols = utf8_ids(codes_C, start, stop, pairs.byte_ids, room.symbols_B)
                symbols = merge(room.symbols_B, symbols, pairs.pairs_P2, room.work)
                out_I[count : count + symbols] = room.symbols_B[:symbols]
                found = count + symbols
                remember(known, codes_C, start, stop, room.symbols_B[:symbols])
            count, start = found, stop
        lengths_S[text] = count - before
    return count


@kernel
def wordpiece_word(  # noqa: PLR0917 - a kernel takes arrays
    codes_C: UInt32, start: int, end: int, firsts: Known, nexts: Known, longest: int, unknown: int, symbols_B: Int32
) -> int:
    """The longest piece first, again and again (Wu et al. 2016, section 4.1); gives how many there are."""
    count = 0
    while start < end:
        number, stop, value = -1, start, SEED
        table = firsts if count == 0 else nexts
        for place in range(start, min(end, start + longest)):
            value = step(value, codes_C[place])
            found = find(table.store_U, table.starts_K1, table.slots_H, codes_C, start, place + 1, value)
            if found >= 0:
                number, stop = found, place + 1
        if number < 0:
            symbols_B[0] = unknown
            return 1
        symbols_B[count] = table.ids_V[number]
        count, start = count + 1, stop
    return count


@kernel
def wordpiece(  # noqa: PLR0913 PLR0917 - a kernel takes arrays
    codes_C: UInt32,
    classes_C: UInt8,
    starts_S1: Int64,
    known: Known,
    firsts: Known,
    nexts: Known,
    limits: Int64,
    room: Room,
    out_I: Int32,
    lengths_S: Int64,
) -> int:
    """WordPiece of texts.

    Args:
        codes_C: all texts, normalised.
        classes_C: `SPACE`, `SINGLE`, or 0 for letters.
        starts_S1: where texts begin.
        known: words seen before; new ones are added.
        firsts: entries that begin a word.
        nexts: entries that go on with one, without their prefix.
        limits: characters of the longest entry, characters of a word above which it is unknown, the unknown id.
        room: as long as the longest word.
        out_I: receives the ids.
        lengths_S: receives the number of ids of each text.

    Returns:
        How many ids there are in all.
    """
    count = 0
    for text in range(len(starts_S1) - 1):
        start, end, before = starts_S1[text], starts_S1[text + 1], count
        while start < end:
            if classes_C[start] & SPACE:
                start += 1
                continue
            stop = start + 1
            if not classes_C[start] & SINGLE:
                while stop < end and not classes_C[stop] & (SPACE | SINGLE):
                    stop += 1
            found = recall(known, codes_C, start, stop, out_I, count)
            if found < 0:
                symbols = 1
                if stop - start > limits[1]:
                    room.symbols_B[0] = limits[2]
                else:
                    symbols = wordpiece_word(codes_C, start, stop, firsts, nexts, limits[0], limits[2], room.symbols_B)
                out_I[count : count + symbols] = room.symbols_B[:symbols]
                found = count + symbols
                remember(known, codes_C, start, stop, room.symbols_B[:symbols])
            count, start = found, stop
        lengths_S[text] = count - before
    return count
