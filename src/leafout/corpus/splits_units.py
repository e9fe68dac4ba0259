"""What must lie on one side of a split, and which side each such unit falls on.

Rows are numbers here: 64-bit keys of their names, groups and texts. A row costs about 30 bytes while units are made.

Legend: N rows, U units, S units of a stratum, L labels of all units.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel
from leafout.corpus.kernels.letters import mixed
from leafout.corpus.kernels.near_pairs import flatten, join
from leafout.corpus.splits import TEST, TRAIN, VAL, Sides

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

NO_KEY = 0
"""The key of a row that has no value."""

_AT_ONCE, _SETS = 1 << 20, 16

_HASH, _COUNT, _LABELS = b"hash", b"count", b"labels"


@dataclass(frozen=True, slots=True)
class Units:
    """Rows that must lie on one side: groups, clusters of near-duplicates, or single rows.

    Attributes:
        unit_N: the unit of each row; units are numbered by their first rows.
        sizes_U: rows of each.
        names_U: the least key among the names of its rows; decides where the unit falls.
    """

    unit_N: NDArray[np.int32]
    sizes_U: Int64
    names_U: UInt64


def key_of(value: str) -> int:
    """A 64-bit key of a name; never `NO_KEY`."""
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest()) or 1


def make_units(names_N: UInt64, bonds: Sequence[UInt64 | Int64], roots_N: Int64 | None = None) -> Units:
    """Join rows that share a value in any bond.

    Args:
        names_N: a key of each row's name.
        bonds: for each kind of bond a key of each row; rows with equal keys, `NO_KEY` excepted, belong together.
        roots_N: the first row of each row's cluster, where rows are clustered already.
    """
    parent_N = np.arange(len(names_N)) if roots_N is None else roots_N.copy()
    for keys_N in bonds:
        for rows_K in _dealt(keys_N):
            keys_K = keys_N[rows_K]
            order_K = np.argsort(keys_K, kind="stable")
            ordered_K = keys_K[order_K]
            same = np.flatnonzero((ordered_K[1:] == ordered_K[:-1]) & (ordered_K[1:] != NO_KEY))
            join(parent_N, rows_K[order_K[same]], rows_K[order_K[same + 1]])
    flatten(parent_N)
    unit_N, count = _numbered(parent_N)
    del parent_N
    names_U = np.full(count, np.iinfo(np.uint64).max, np.uint64)
    sizes_U = np.zeros(count, np.int64)
    for start in range(0, len(names_N), _AT_ONCE):
        here = slice(start, start + _AT_ONCE)
        np.minimum.at(names_U, unit_N[here], names_N[here])
        np.add.at(sizes_U, unit_N[here], 1)
    return Units(unit_N, sizes_U, names_U)


def _dealt(keys_N: UInt64 | Int64) -> Iterator[Int64]:
    """Rows in a few sets, so that equal keys are in one set: each is sorted alone."""
    if len(keys_N) <= _AT_ONCE:
        yield np.arange(len(keys_N))
        return
    low_N = keys_N.view(np.uint8)[:: keys_N.itemsize] % _SETS
    for number in range(_SETS):
        yield np.flatnonzero(low_N == number)


@kernel
def _numbered(parent_N: Int64) -> tuple[NDArray[np.int32], int]:
    """Units by their first rows, from the root of each row, which is its unit's first row."""
    unit_N = np.empty(len(parent_N), np.int32)
    count = 0
    for row in range(len(parent_N)):
        if parent_N[row] == row:
            unit_N[row] = count
            count += 1
        else:
            unit_N[row] = unit_N[parent_N[row]]
    return unit_N, count


def order_keys(names_U: UInt64, seed: int, salt: bytes) -> UInt64:
    """Where each unit stands in a random order that hangs on its name, the seed and the purpose alone."""
    shift = np.uint64(int.from_bytes(hashlib.blake2b(salt + b"\0" + str(seed).encode(), digest_size=8).digest()))
    keys_U = np.empty_like(names_U)
    for start in range(0, len(names_U), _AT_ONCE):
        keys_U[start : start + _AT_ONCE] = mixed(names_U[start : start + _AT_ONCE] ^ shift)
    return keys_U


def by_hash(units: Units, *, val: float, test: float, seed: int) -> Sides:
    """Each unit by its own name alone: a row added later moves no other, unless it joins units."""
    place_U = order_keys(units.names_U, seed, _HASH)
    sides_U = np.full(len(place_U), TRAIN, np.int8)
    sides_U[place_U < np.uint64(int((test + val) * 2**64))] = VAL
    sides_U[place_U < np.uint64(int(test * 2**64))] = TEST
    return sides_U


def by_count(units: Units, *, val: float, test: float, seed: int, strata_U: Int64 | None = None) -> Sides:
    """As near to the fractions as units allow; of each stratum where there are strata.

    The order is another one than `by_hash` has with the same seed: what is left of one split can be split again.

    Args:
        units: what to part.
        val: fraction of the rows.
        test: the same for test.
        seed: of the order.
        strata_U: the stratum of each unit.
    """
    keys_U = order_keys(units.names_U, seed, _COUNT)
    strata_U = np.zeros(len(keys_U), np.int64) if strata_U is None else strata_U
    order_U = np.lexsort((keys_U, strata_U))
    cuts = np.flatnonzero(np.diff(strata_U[order_U])) + 1
    sides_U = np.full(len(keys_U), TRAIN, np.int8)
    for stratum_S in np.split(order_U, cuts):
        sizes_S = units.sizes_U[stratum_S]
        rows = int(sizes_S.sum())
        test_S = _take(sizes_S, np.ones(len(sizes_S), np.bool_), test * rows)
        val_S = _take(sizes_S, ~test_S, val * rows)
        sides_U[stratum_S[test_S]] = TEST
        sides_U[stratum_S[val_S]] = VAL
    return sides_U


@kernel
def _take(sizes_S: Int64, free_S: NDArray[np.bool_], quota: float) -> NDArray[np.bool_]:
    """Units of about `quota` rows in all, the smallest at least where two or more are free."""
    taken_S = np.zeros(len(sizes_S), np.bool_)
    rows, free, smallest = 0, 0, -1
    for unit in range(len(sizes_S)):
        if not free_S[unit]:
            continue
        free += 1
        if smallest < 0 or sizes_S[unit] < sizes_S[smallest]:
            smallest = unit
        if rows + sizes_S[unit] <= quota + 0.5:
            taken_S[unit] = True
            rows += sizes_S[unit]
    if rows == 0 and quota > 0 and free > 1:
        taken_S[smallest] = True
    return taken_S


def by_labels(
    units: Units, labels_L: NDArray[np.int32], first_U1: Int64, *, num_labels: int, val: float, test: float, seed: int
) -> Sides:
    """Iterative stratification: each label, the rarest first, is dealt to the sides that still want it most.

    Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label data", algorithm 1, over units: a unit
    counts with all its rows. Time: labels squared, and labels of all units.

    Args:
        units: what to part.
        labels_L: of the rows of each unit, one for each row and label, those of unit u at `first_U1[u:u+2]`.
        first_U1: see there.
        num_labels: labels are numbers below it.
        val: fraction of the rows.
        test: the same for test.
        seed: of the order in which the units of a label are dealt.
    """
    order_U = np.argsort(order_keys(units.names_U, seed, _LABELS), kind="stable")
    place_U = np.empty(len(order_U), np.int64)
    place_U[order_U] = np.arange(len(order_U))
    unit_L = np.repeat(np.arange(len(order_U)), np.diff(first_U1))
    by_label_L = np.lexsort((place_U[unit_L], labels_L))
    first_K1 = np.searchsorted(labels_L[by_label_L], np.arange(num_labels + 1))
    fractions = np.array([1 - val - test, val, test])
    return _deal(units.sizes_U, labels_L.astype(np.int64), first_U1, unit_L[by_label_L], first_K1, order_U, fractions)


@kernel
def _deal(  # noqa: C901, PLR0917 the paper's loop in one piece; a kernel takes arrays one by one
    sizes_U: Int64,
    labels_L: Int64,
    first_U1: Int64,
    units_L: Int64,
    first_K1: Int64,
    order_U: Int64,
    fractions: NDArray[np.float64],
) -> Sides:
    num_labels = len(first_K1) - 1
    sides_U = np.full(len(sizes_U), -1, np.int8)
    wanted = fractions * sizes_U.sum()
    wanted_K3 = np.empty((num_labels, 3))
    left_K = np.zeros(num_labels, np.int64)
    for label in range(num_labels):
        left_K[label] = first_K1[label + 1] - first_K1[label]
        for side in range(3):
            wanted_K3[label, side] = fractions[side] * left_K[label]
    for _ in range(num_labels + 1):
        rarest = -1
        for label in range(num_labels):
            if left_K[label] > 0 and (rarest < 0 or left_K[label] < left_K[rarest]):
                rarest = label
        dealt = order_U if rarest < 0 else units_L[first_K1[rarest] : first_K1[rarest + 1]]
        for unit in dealt:
            if sides_U[unit] >= 0:
                continue
            best = 0
            for side in range(1, 3):
                if fractions[side] == 0:
                    continue
                more = 0.0 if rarest < 0 else wanted_K3[rarest, side] - wanted_K3[rarest, best]
                if more > 0 or (more == 0 and wanted[side] > wanted[best]):
                    best = side
            sides_U[unit] = best
            wanted[best] -= sizes_U[unit]
            for place in range(first_U1[unit], first_U1[unit + 1]):
                left_K[labels_L[place]] -= 1
                wanted_K3[labels_L[place], best] -= 1
        if rarest < 0:
            break
    return sides_U
