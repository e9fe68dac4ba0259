"""Byte-level BPE of one word: the pair of lowest rank is merged, the leftmost of equal ones, until none is left.

Sennrich et al. 2016, section 3.2. A table has pairs as `left << 32 | right` beside `rank << 32 | result`. Short words
look for the lowest rank in a row of ranks, long ones (Chinese without punctuation) keep a heap: a word of n bytes costs
n log n.

Legend: P slots of pairs (a power of two), B bytes of a word.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt32 = NDArray[np.uint32]

NO_RANK = np.int64(1 << 62)
_FREE = np.int64(-1)
_SHORT = 64
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(33)


@kernel
def pair_slot(pairs_P2: Int64, left: int, right: int) -> int:
    """The slot of a pair, or the free one where it would stand."""
    key = (np.int64(left) << 32) | np.int64(right)
    mask = len(pairs_P2) - 1
    slot = np.int64((np.uint64(key) * _MIX) >> _SHIFT) & mask
    while pairs_P2[slot, 0] != key and pairs_P2[slot, 0] != _FREE:
        slot = (slot + 1) & mask
    found: int = int(slot)
    return found


@kernel
def look(pairs_P2: Int64, left: int, right: int) -> int:
    """`rank << 32 | result` of a pair, or `NO_RANK`."""
    slot = pair_slot(pairs_P2, left, right)
    found: int = int(NO_RANK) if pairs_P2[slot, 0] == _FREE else int(pairs_P2[slot, 1])
    return found


def pair_table(pairs: Int64) -> Int64:
    """A table of pairs (left, right, result) by rank; of equal ones the last counts, as in a map."""
    slots = 1 << max(4, (2 * len(pairs)).bit_length())
    pairs_P2 = np.full((slots, 2), -1, np.int64)
    fill_pairs(pairs_P2, pairs)
    return pairs_P2


@kernel
def fill_pairs(pairs_P2: Int64, pairs: Int64) -> None:
    """Enter pairs into a free table."""
    for rank in range(len(pairs)):
        slot = pair_slot(pairs_P2, pairs[rank, 0], pairs[rank, 1])
        pairs_P2[slot, 0] = (pairs[rank, 0] << 32) | pairs[rank, 1]
        pairs_P2[slot, 1] = (np.int64(rank) << 32) | pairs[rank, 2]


@kernel
def utf8_ids(codes_C: UInt32, start: int, end: int, byte_ids: Int32, symbols_B: Int32) -> int:
    """Write the ids of a word's bytes; gives how many."""
    count = 0
    for place in range(start, end):
        code = np.int64(codes_C[place])
        if code < 0x80:
            symbols_B[count] = byte_ids[code]
            count += 1
        elif code < 0x800:
            symbols_B[count] = byte_ids[0xC0 | code >> 6]
            symbols_B[count + 1] = byte_ids[0x80 | code & 63]
            count += 2
        elif code < 0x10000:
            symbols_B[count] = byte_ids[0xE0 | code >> 12]
            symbols_B[count + 1] = byte_ids[0x80 | code >> 6 & 63]
            symbols_B[count + 2] = byte_ids[0x80 | code & 63]
            count += 3
        else:
            symbols_B[count] = byte_ids[0xF0 | code >> 18]
            symbols_B[count + 1] = byte_ids[0x80 | code >> 12 & 63]
            symbols_B[count + 2] = byte_ids[0x80 | code >> 6 & 63]
            symbols_B[count + 3] = byte_ids[0x80 | code & 63]
            count += 4
    return count


@kernel
def merge(symbols_B: Int32, count: int, pairs_P2: Int64, work: Int64) -> int:
    """Merge the first `count` symbols in place; gives how many are left.

    Args:
        symbols_B: ids.
        count: of them.
        pairs_P2: the table.
        work: room for 6 numbers a symbol.
    """
    if count < 2:
        return count
    if count > _SHORT:
        return merge_long(symbols_B, count, pairs_P2, work)
    for place in range(count - 1):
        work[place] = look(pairs_P2, symbols_B[place], symbols_B[place + 1])
    while count > 1:
        best, lowest = 0, work[0]
        for place in range(1, count - 1):
            if work[place] < lowest:
                best, lowest = place, work[place]
        if lowest == NO_RANK:
            break
        symbols_B[best] = lowest & 0xFFFFFFFF
        count -= 1
        for place in range(best + 1, count):
            symbols_B[place] = symbols_B[place + 1]
        for place in range(best + 1, count - 1):
            work[place] = work[place + 1]
        for place in range(max(best - 1, 0), min(best + 1, count - 1)):
            work[place] = look(pairs_P2, symbols_B[place], symbols_B[place + 1])
    return count


@kernel
def heap_push(heap: Int64, size: int, value: int) -> int:
    """Add a value to a heap; gives its size."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent] <= value:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = value
    return size + 1


@kernel
def heap_pop(heap: Int64, size: int) -> int:
    """Take the lowest value away (it was `heap[0]`); gives the size."""
    size -= 1
    value, place = heap[size], 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value
    return size


@kernel
def merge_long(symbols_B: Int32, count: int, pairs_P2: Int64, work: Int64) -> int:  # noqa: C901 - one kernel
    """The same with a list of neighbours and a heap of `rank << 32 | place`; what is out of date is passed over."""
    after, before, heap = work[:count], work[count : 2 * count], work[2 * count :]
    size = 0
    for place in range(count):
        after[place], before[place] = place + 1, place - 1
        if place + 1 < count:
            found = look(pairs_P2, symbols_B[place], symbols_B[place + 1])
            if found != NO_RANK:
                size = heap_push(heap, size, (found >> 32 << 32) | place)
    while size:
        top = heap[0]
        size = heap_pop(heap, size)
        place = top & 0xFFFFFFFF
        right = after[place]
        if symbols_B[place] < 0 or right >= count:
            continue
        found = look(pairs_P2, symbols_B[place], symbols_B[right])
        if found == NO_RANK or found >> 32 != top >> 32:
            continue
        symbols_B[place], symbols_B[right] = found & 0xFFFFFFFF, -1
        after[place] = after[right]
        if after[right] < count:
            before[after[right]] = place
        for left in (before[place], place):
            if left >= 0 and after[left] < count:
                found = look(pairs_P2, symbols_B[left], symbols_B[after[left]])
                if found != NO_RANK:
                    size = heap_push(heap, size, (found >> 32 << 32) | left)
    kept = 0
    for place in range(count):
        if symbols_B[place] >= 0:
            symbols_B[kept] = symbols_B[place]
            kept += 1
    return kept
