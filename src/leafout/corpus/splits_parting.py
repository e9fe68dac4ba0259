"""From what is known of rows to their sides: the methods of a split that follow from content, labels or time.

Legend: N rows, K rows to part, U units, L labels.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.corpus.splits import Sides
from leafout.corpus.splits_rows import Labels, Rows
from leafout.corpus.splits_time import Cuts, by_time, find_cuts, iso
from leafout.corpus.splits_units import Units, by_count, by_hash, by_labels, make_units

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Parting:
    """How rows are parted; see `stages.split.SplitConfig`."""

    method: Literal["hash", "random", "stratified", "time"]
    val: float
    test: float
    seed: int
    val_from: str = ""
    test_from: str = ""


def units_of(rows: Rows, left_K: Int64, clusters_N: Int64 | None) -> Units:
    """What must stay together among the rows to part: equal letters, groups and clusters of near-duplicates.

    Args:
        rows: all rows.
        left_K: numbers of the rows to part.
        clusters_N: near-duplicates; None when they may cross.
    """
    if len(left_K) == len(rows):
        return make_units(rows.names_N, (rows.letters_N, *rows.groups), clusters_N)
    bonds = [keys_N[left_K] for keys_N in (rows.letters_N, *rows.groups)]
    if clusters_N is not None:
        bonds.append((clusters_N[left_K] + 1).astype(np.uint64))
    return make_units(rows.names_N[left_K], bonds)


def part_rows(rows: Rows, left_K: Int64, clusters_N: Int64 | None, how: Parting) -> tuple[Sides, dict[str, str | None]]:
    """The side of each row to part.

    Returns:
        sides_K, and for a split by time where it was cut.

    Raises:
        LeafoutError: when there is nothing to stratify by, or a date cannot be read.
    """
    units = units_of(rows, left_K, clusters_N)
    if how.method == "hash":
        return by_hash(units, val=how.val, test=how.test, seed=how.seed)[units.unit_N], {}
    if how.method == "random":
        return by_count(units, val=how.val, test=how.test, seed=how.seed)[units.unit_N], {}
    if how.method == "stratified":
        return _stratified(units, rows.strata, left_K, how)[units.unit_N], {}
    times_U = np.full(len(units.sizes_U), np.iinfo(np.int64).min)
    np.maximum.at(times_U, units.unit_N, rows.times_N[left_K])
    cuts = find_cuts(times_U, units.sizes_U, val=how.val, test=how.test, val_from=how.val_from, test_from=how.test_from)
    return by_time(times_U, cuts)[units.unit_N], _told(cuts)


def _told(cuts: Cuts) -> dict[str, str | None]:
    moments = {"val_from": cuts.val_from, "test_from": cuts.test_from}
    return {name: None if moment is None else iso(moment) for name, moment in moments.items()}


def _stratified(units: Units, strata: Labels, left_K: Int64, how: Parting) -> Sides:
    """By exact fractions of each label where units have one label each; else by iterative stratification."""
    labels_L, first_U1 = _of_units(units, strata, left_K)
    if not len(labels_L):
        raise LeafoutError("no row has a label to stratify by", where="[method]", hint="use method: hash")
    if _are_single(units, labels_L, first_U1):
        strata_U = np.full(len(units.sizes_U), -1, np.int64)
        has_label = np.diff(first_U1) > 0
        strata_U[has_label] = labels_L[first_U1[:-1][has_label]]
        return by_count(units, val=how.val, test=how.test, seed=how.seed, strata_U=strata_U)
    return by_labels(units, labels_L, first_U1, num_labels=len(strata.names), val=how.val, test=how.test, seed=how.seed)


def _of_units(units: Units, strata: Labels, left_K: Int64) -> tuple[Int32, Int64]:
    """The labels of the rows of each unit, in the order of units."""
    counts_K = np.diff(strata.first_N1)[left_K]
    starts_K = strata.first_N1[:-1][left_K]
    order_K = np.argsort(units.unit_N, kind="stable")
    counts, starts = counts_K[order_K], starts_K[order_K]
    ends = np.cumsum(counts)
    place_L = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    per_unit = np.bincount(units.unit_N, counts_K, len(units.sizes_U)).astype(np.int64)
    return strata.codes_L[place_L], np.concatenate([np.zeros(1, np.int64), np.cumsum(per_unit)])


def _are_single(units: Units, labels_L: Int32, first_U1: Int64) -> bool:
    """Whether no row has several labels and no unit different ones."""
    if (np.diff(first_U1) > units.sizes_U).any():
        return False
    inside = np.ones(len(labels_L), bool)
    inside[first_U1[:-1][np.diff(first_U1) > 0]] = False
    return not (labels_L[1:] != labels_L[:-1])[inside[1:]].any()
