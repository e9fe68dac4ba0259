"""A table of strings for kernels: open addressing over code points, each found string verified.

Strings stand one after another in `store_U`; string k is `store_U[starts_K1[k] : starts_K1[k + 1]]`. A slot holds
k + 1, or 0 where it is free; there are a power of two of them. Hashes: FNV-1a over code points, mixed at the end.

Legend: U code points in store, K strings, H slots, C code points of a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel

UInt32 = NDArray[np.uint32]
Int64 = NDArray[np.int64]

SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@dataclass(slots=True)
class Strings:
    """A table with room for a fixed number of strings.

    Attributes:
        store_U: their code points.
        starts_K1: where each begins; the last used place is the end of the store's used part.
        slots_H: see above.
        used: how many strings it holds, as an array of one, so that kernels can add.
    """

    store_U: UInt32
    starts_K1: Int64
    slots_H: NDArray[np.int32]
    used: Int64


def empty(max_strings: int, max_points: int) -> Strings:
    """A table without strings. A string costs 16 bytes, and 4 a code point."""
    slots = 1 << max(4, (2 * max_strings - 1).bit_length())
    return Strings(
        np.zeros(max_points, np.uint32),
        np.zeros(max_strings + 1, np.int64),
        np.zeros(slots, np.int32),
        np.zeros(1, np.int64),
    )


def of(texts: Sequence[str]) -> Strings:
    """A table of different texts, numbered as they come."""
    codes_C = code_points("".join(texts))
    made = empty(len(texts), max(len(codes_C), 1))
    start = 0
    for text in texts:
        end = start + len(text)
        put(made.store_U, made.starts_K1, made.slots_H, made.used, codes_C, start, end)
        start = end
    return made


def code_points(text: str) -> UInt32:
    """The code points of a text; a lone surrogate stays one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@kernel
def step(value: np.uint64, code: np.uint32) -> np.uint64:
    """The hash of a string with one more code point."""
    return (value ^ np.uint64(code)) * _PRIME


@kernel
def slot_of(value: np.uint64, mask: np.uint64) -> np.int64:
    """Where the search for a hash begins."""
    mixed = value * _MIX
    return np.int64((mixed ^ (mixed >> _SHIFT)) & mask)


@kernel
def find(  # noqa: PLR0917 - a kernel takes arrays
    store_U: UInt32,
    starts_K1: Int64,
    slots_H: NDArray[np.int32],
    codes_C: UInt32,
    start: int,
    end: int,
    value: np.uint64,
) -> int:
    """The number of the string `codes_C[start:end]` with this hash, or -1."""
    mask = len(slots_H) - 1
    slot = slot_of(value, np.uint64(mask))
    while slots_H[slot]:
        number = slots_H[slot] - 1
        first = starts_K1[number]
        if starts_K1[number + 1] - first == end - start:
            same = True
            for place in range(end - start):
                if store_U[first + place] != codes_C[start + place]:
                    same = False
                    break
            if same:
                found: int = number
                return found
        slot = (slot + 1) & mask
    return -1


@kernel
def put(  # noqa: PLR0917 - a kernel takes arrays
    store_U: UInt32, starts_K1: Int64, slots_H: NDArray[np.int32], used: Int64, codes_C: UInt32, start: int, end: int
) -> int:
    """Add a string that is not there; its number, or -1 where there is no room."""
    number = used[0]
    first = starts_K1[number]
    if number + 1 >= len(starts_K1) or first + end - start > len(store_U):
        return -1
    value = SEED
    for place in range(start, end):
        store_U[first + place - start] = codes_C[place]
        value = step(value, codes_C[place])
    mask = len(slots_H) - 1
    slot = slot_of(value, np.uint64(mask))
    while slots_H[slot]:
        slot = (slot + 1) & mask
    slots_H[slot] = number + 1
    starts_K1[number + 1] = first + end - start
    used[0] = number + 1
    made: int = number
    return made
