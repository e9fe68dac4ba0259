"""Which stretches of text repeat earlier ones, among places that share a fingerprint.

Length is counted in units: a character of one or two bytes of UTF-8 is one unit, one of three or four (Chinese,
Japanese, Korean ...) is two; so 200 units are 200 letters or 100 Chinese characters, about 50 tokens of a byte-level
BPE (the length of Lee et al. 2022, "Deduplicating Training Data Makes Language Models Better", section 4.2).

A window is a stretch of whole characters of at least so many units that becomes too short when its first or its last
character goes. Every longer stretch is a union of windows, so a stretch repeats exactly where its windows do. Windows
are found in a hash table and compared byte for byte.

Legend: U bytes of a part, M members (places that share a fingerprint), K groups, B bytes of contexts, C characters of
one context, W windows of one context, S slots of the table.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel

UInt8 = NDArray[np.uint8]
UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_MIX = 0xBF58476D1CE4E5B9


class Contexts(NamedTuple):
    """The surroundings of places, as far as a window around each can reach.

    Attributes:
        bytes_B: all of them, one after the other.
        starts_M1: where each begins in `bytes_B`.
        origin_M: where each begins in the whole corpus.
        place_M: its n-gram's place in the whole corpus.
        text_M: the number of its text in the whole corpus.
    """

    bytes_B: UInt8
    starts_M1: Int64
    origin_M: Int64
    place_M: Int64
    text_M: Int64


def reach(bytes_U: UInt8, places_M: Int64, starts_M: Int64, ends_M: Int64, *, ngram: int, units: int) -> Int64:
    """How far a window around each place can reach in its text.

    Args:
        bytes_U: UTF-8 of many texts.
        places_M: where n-grams begin in it.
        starts_M: where the text of each begins.
        ends_M: and ends.
        ngram: bytes of the n-gram.
        units: least length of a repeat.

    Returns:
        The first and last byte (exclusive) [M, 2].
    """
    return _reach(bytes_U, places_M, starts_M, ends_M, ngram, units)


class _Sizes(NamedTuple):
    ngram: int
    units: int


class _Table(NamedTuple):
    """Open addressing: a slot counts where its stamp is that of the turn at work."""

    hash_S: UInt64
    where_S: Int64
    """Where the window's earliest occurrence begins among the contexts."""
    size_S: NDArray[np.int32]
    member_S: NDArray[np.int32]
    stamp_S: NDArray[np.int32]


class _Scratch(NamedTuple):
    """What is used again for each member.

    Attributes:
        powers: of the hash's base.
        edges: for each border between characters its place, the units and the hash before it [3, C + 1].
        windows: first byte, last, hash and slot [W, 4].
        known: (distance, first, last) of bytes found equal at that distance, not to be compared again.
    """

    powers: UInt64
    edges: UInt64
    windows: Int64
    known: Int64


class _Turn(NamedTuple):
    """One walk over the members of a group: which, and the windows of which pass."""

    marking: int
    stamp: int
    mask: int
    number: int
    passes: int


def repeats(contexts: Contexts, groups_K1: Int64, *, ngram: int, units: int, slots: int = 1 << 21) -> Int64:
    """The stretch at each place that repeats an earlier one.

    Args:
        contexts: of members in the order of groups, rising inside of each.
        groups_K1: where each group begins among the members, and where the last ends.
        ngram: bytes of the n-gram that the members of a group share.
        units: least length of a repeat; inside one text the earlier one begins at least so many bytes before.
        slots: of the hash table at most (28 bytes each), a power of two; a larger group is done in several passes.

    Returns:
        First byte and last (exclusive) in the whole corpus [M, 2]; -1 where nothing repeats.
    """
    found_M2 = np.full((len(contexts.place_M), 2), -1, np.int64)
    if not COMPILED:
        for first, last in zip(groups_K1[:-1].tolist(), groups_K1[1:].tolist(), strict=True):
            _repeats_plain(contexts, first, last, _Sizes(ngram, units), found_M2)
        return found_M2
    longest = int(np.diff(contexts.starts_M1).max(initial=0))
    scratch = _Scratch(
        np.cumprod(np.array([1, *[_BASE] * longest], np.uint64), dtype=np.uint64),
        np.zeros((3, longest + 2), np.uint64),
        np.zeros((2 * longest + 2, 4), np.int64),
        np.zeros(3, np.int64),
    )
    need_K = 4 * np.diff(contexts.starts_M1[groups_K1])
    for chosen_K in (np.flatnonzero(need_K <= slots), np.flatnonzero(need_K > slots)):
        if len(chosen_K):
            need = int(need_K[chosen_K].max())
            table = _table(min(slots, 1 << max(need - 1, 1).bit_length()))
            _repeats(
                contexts, groups_K1, chosen_K, (_Sizes(ngram, units), -(-need // slots)), (table, scratch), found_M2
            )
    return found_M2


def _table(slots: int) -> _Table:
    return _Table(
        np.zeros(slots, np.uint64),
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int32),
        np.zeros(slots, np.int32),
        np.full(slots, -1, np.int32),
    )


@kernel
def _reach(bytes_U: UInt8, places_M: Int64, starts_M: Int64, ends_M: Int64, ngram: int, units: int) -> Int64:
    reach_M2 = np.empty((len(places_M), 2), np.int64)
    for member in range(len(places_M)):
        low, high = places_M[member], places_M[member] + ngram
        while low > starts_M[member] and bytes_U[low] & 0xC0 == 0x80:
            low -= 1
        while high < ends_M[member] and bytes_U[high] & 0xC0 == 0x80:
            high += 1
        core = 0
        for place in range(low, high):
            core += (bytes_U[place] & 0xC0 != 0x80) + (bytes_U[place] >= 0xE0)
        first, total = low, core
        while first > starts_M[member] and total <= units + 1:
            low = first
            first -= 1
            while first > starts_M[member] and bytes_U[first] & 0xC0 == 0x80:
                first -= 1
            total += 1 + (bytes_U[first] >= 0xE0)
        low = first if total <= units + 1 else low
        last, total = high, core
        while last < ends_M[member] and total <= units + 1:
            high = last
            total += 1 + (bytes_U[last] >= 0xE0)
            last += 1
            while last < ends_M[member] and bytes_U[last] & 0xC0 == 0x80:
                last += 1
        high = last if total <= units + 1 else high
        reach_M2[member, 0], reach_M2[member, 1] = low, high
    return reach_M2


@kernel
def _windows(contexts: Contexts, member: int, sizes: _Sizes, scratch: _Scratch) -> int:
    """Write the windows of a context that hold its n-gram to `scratch.windows`, and say how many there are."""
    bytes_B, edges, powers, found = contexts.bytes_B, scratch.edges, scratch.powers, scratch.windows
    start, end = contexts.starts_M1[member], contexts.starts_M1[member + 1]
    low = start + contexts.place_M[member] - contexts.origin_M[member]
    high, length = low + sizes.ngram, np.uint64(sizes.units)
    edges[0, 0], edges[1, 0], edges[2, 0] = start, 0, 0
    hashed, count, first, windows = np.uint64(0), 0, 0, 0
    place = start
    while place < end:
        lead = bytes_B[place]
        hashed = hashed * np.uint64(_BASE) + np.uint64(lead) + np.uint64(1)
        place += 1
        while place < end and bytes_B[place] & 0xC0 == 0x80:
            hashed = hashed * np.uint64(_BASE) + np.uint64(bytes_B[place]) + np.uint64(1)
            place += 1
        count += 1
        total = edges[1, count - 1] + np.uint64(2 if lead >= 0xE0 else 1)
        edges[0, count], edges[1, count], edges[2, count] = place, total, hashed
        if total < length:
            continue
        while first + 1 < count and total - edges[1, first + 1] >= length:
            first += 1
        if place < high:
            continue
        for begin in range(max(first - 1, 0), first + 1):
            where = np.int64(edges[0, begin])
            if where > low or (begin < first and edges[1, count - 1] - edges[1, begin] >= length):
                continue
            found[windows, 0], found[windows, 1] = where, place
            mixed = (hashed - edges[2, begin] * powers[place - where]) * np.uint64(_MIX)
            found[windows, 2] = np.int64(mixed ^ (mixed >> np.uint64(31)))
            windows += 1
    return windows


@kernel
def _equal(bytes_B: UInt8, start: int, end: int, distance: int, known: Int64) -> bool:
    """Whether a window has the bytes that stand at a distance from it; those known to be equal are not read again."""
    joined = distance == known[0] and known[1] <= start <= known[2]
    place = min(known[2], end) if joined else start
    while place < end and bytes_B[place] == bytes_B[place + distance]:
        place += 1
    if place == end:
        if not joined:
            known[0], known[1], known[2] = distance, start, end
        known[2] = max(known[2], end)
    return bool(place == end)


@kernel
def _find(bytes_B: UInt8, member: int, count: int, turn: _Turn, table: _Table, scratch: _Scratch) -> None:
    """Write the slot of each window beside it, -1 where it belongs to another pass; a window not seen gets a slot."""
    windows, known = scratch.windows, scratch.known
    hash_S, where_S, size_S, stamp_S = table.hash_S, table.where_S, table.size_S, table.stamp_S
    known[:] = 0
    for number in range(count):
        start, end, hashed = windows[number, 0], windows[number, 1], np.uint64(windows[number, 2])
        windows[number, 3] = -1
        if turn.passes > 1 and (hashed >> np.uint64(40)) % np.uint64(turn.passes) != np.uint64(turn.number):
            continue
        slot = np.int64(hashed & np.uint64(turn.mask))
        while stamp_S[slot] == turn.stamp and not (
            hash_S[slot] == hashed
            and size_S[slot] == end - start
            and _equal(bytes_B, start, end, where_S[slot] - start, known)
        ):
            slot = np.int64((slot + 1) & turn.mask)  # there are two slots for each window at least
        if stamp_S[slot] != turn.stamp:
            hash_S[slot], where_S[slot], size_S[slot], stamp_S[slot] = hashed, start, end - start, turn.stamp
            table.member_S[slot] = member
        windows[number, 3] = slot


@kernel
def _walk(
    contexts: Contexts, member: int, turn: _Turn, tools: tuple[_Table, _Scratch], sizes: _Sizes, found_M2: Int64
) -> None:
    """Put the windows of a member into the table, or mark those that stand there earlier."""
    table, scratch = tools
    where_S, member_S, windows = table.where_S, table.member_S, scratch.windows
    origin_M, starts_M1, text_M = contexts.origin_M, contexts.starts_M1, contexts.text_M
    count = _windows(contexts, member, sizes, scratch)
    _find(contexts.bytes_B, member, count, turn, table, scratch)
    base = origin_M[member] - starts_M1[member]
    for number in range(count):
        start, end, slot = windows[number, 0], windows[number, 1], windows[number, 3]
        if slot < 0:
            continue
        other = member_S[slot]
        gap = start + base - (where_S[slot] - starts_M1[other] + origin_M[other])
        if not turn.marking:
            if gap < 0:
                where_S[slot], member_S[slot] = start, member
        elif text_M[other] != text_M[member] or gap >= sizes.units:
            if found_M2[member, 0] < 0:
                found_M2[member, 0] = start + base
            found_M2[member, 0] = min(found_M2[member, 0], start + base)
            found_M2[member, 1] = max(found_M2[member, 1], end + base)


@kernel
def _repeats(
    contexts: Contexts,
    groups_K1: Int64,
    chosen_K: Int64,
    work: tuple[_Sizes, int],
    tools: tuple[_Table, _Scratch],
    found_M2: Int64,
) -> None:
    sizes, passes = work
    slots, stamp = len(tools[0].hash_S), 0
    for group in chosen_K:
        first, last = groups_K1[group], groups_K1[group + 1]
        need = 2 * (contexts.starts_M1[last] - contexts.starts_M1[first])
        room = 2
        while room < need and room < slots:
            room *= 2
        for number in range(passes):
            stamp += 1
            for marking in range(2):
                turn = _Turn(marking, stamp, room - 1, number, passes)
                for member in range(first, last):
                    _walk(contexts, member, turn, tools, sizes, found_M2)


def _repeats_plain(contexts: Contexts, first: int, last: int, sizes: _Sizes, found_M2: Int64) -> None:
    whole = contexts.bytes_B.tobytes()
    seen: dict[bytes, tuple[int, int]] = {}
    for marking in (False, True):
        for member in range(first, last):
            start, end = contexts.starts_M1[member : member + 2].tolist()
            origin, text = int(contexts.origin_M[member]), int(contexts.text_M[member])
            low = int(contexts.place_M[member]) - origin
            for begin, stop in _windows_plain(whole[start:end], low, low + sizes.ngram, sizes.units):
                words, place = whole[start + begin : start + stop], origin + begin
                if not marking:
                    seen[words] = min(seen.get(words, (text, place)), (text, place))
                elif seen[words][0] != text or place - seen[words][1] >= sizes.units:
                    old = found_M2[member].tolist()
                    found_M2[member] = place if old[0] < 0 else min(old[0], place), max(old[1], origin + stop)


def _windows_plain(context: bytes, low: int, high: int, units: int) -> list[tuple[int, int]]:
    """The windows of a context that hold `low` to `high`."""
    edges = [place for place, byte in enumerate(context) if byte & 0xC0 != 0x80] + [len(context)]
    lengths = [2 if context[edge] >= 0xE0 else 1 for edge in edges[:-1]]
    found = []
    for begin, start in enumerate(edges[:-1]):
        total = 0
        for step, length in enumerate(lengths[begin:], begin):
            total += length
            least = min(total - length, total - lengths[begin])
            if total >= units and start <= low and edges[step + 1] >= high and least < units:
                found.append((start, edges[step + 1]))
            if total > units + 1:
                break
    return found
