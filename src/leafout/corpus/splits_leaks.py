"""Leaks of a published split: rows of its test that stand in its train or val too, word for word or nearly.

Legend: N rows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.contamination_scan import places
from leafout.corpus.parts import Part
from leafout.corpus.splits import SIDES, TEST, TRAIN, VAL, Sides

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Int8 = NDArray[np.int8]

_MAX_TOLD = 100_000
_NO_COPY = -1

CAUSES = ("", "exact_in_train", "exact_in_val", "near_in_train", "near_in_val", "exact_in_test", "near_in_test")
"""Why a row is a leak, strongest first; its number is its place here."""


@dataclass(frozen=True, slots=True)
class Leaks:
    """Rows that have a copy on another side.

    Attributes:
        causes_N: number of the cause; 0 for a row that is no leak.
        copies_N: the first row on the other side that it repeats; -1.
    """

    causes_N: Int8
    copies_N: Int64

    def counts(self, sides_N: Sides, side: int) -> dict[str, int]:
        """Rows of a side by cause, and in all (`leaked`)."""
        found = np.bincount(self.causes_N[sides_N == side], minlength=len(CAUSES)).tolist()
        told = {CAUSES[n]: count for n, count in enumerate(found) if n and (count or CAUSES[n] in _told_of(side))}
        return {"rows": sum(found), "leaked": sum(found[1:])} | told


def _told_of(side: int) -> tuple[str, ...]:
    return CAUSES[1:5] if side == TEST else (CAUSES[1], CAUSES[3])


def leaks_of_test(letters_N: UInt64, clusters_N: Int64 | None, sides_N: Sides) -> Leaks:
    """Rows of test that repeat one of train or val, and rows of val that repeat one of train.

    Args:
        letters_N: equal for texts that differ in case, space and punctuation alone.
        clusters_N: near-duplicates; None when they are not looked for.
        sides_N: of the rows.
    """
    found = _none(len(sides_N))
    looked = ((TEST, TRAIN), (TEST, VAL), (VAL, TRAIN))
    _note(found, letters_N, sides_N, [(of, there, f"exact_in_{SIDES[there]}") for of, there in looked])
    if clusters_N is not None:
        _note(found, clusters_N, sides_N, [(of, there, f"near_in_{SIDES[there]}") for of, there in looked])
    return found


def leaks_of_train(letters_N: UInt64, clusters_N: Int64 | None, sides_N: Sides) -> Leaks:
    """Rows of train and val that repeat one of test, and rows of train that repeat one of val: see `leaks_of_test`."""
    found = _none(len(sides_N))
    looked = ((TRAIN, TEST), (VAL, TEST), (TRAIN, VAL))
    _note(found, letters_N, sides_N, [(of, there, f"exact_in_{SIDES[there]}") for of, there in looked])
    if clusters_N is not None:
        _note(found, clusters_N, sides_N, [(of, there, f"near_in_{SIDES[there]}") for of, there in looked])
    return found


def _none(rows: int) -> Leaks:
    return Leaks(np.zeros(rows, np.int8), np.full(rows, _NO_COPY, np.int64))


def _note(found: Leaks, keys_N: UInt64 | Int64, sides_N: Sides, looked: Sequence[tuple[int, int, str]]) -> None:
    for of, there, cause in looked:
        rows = np.flatnonzero((sides_N == of) & (found.causes_N == 0))
        others = np.flatnonzero(sides_N == there)
        if not len(rows) or not len(others):
            continue
        known, first = np.unique(keys_N[others], return_index=True)
        place = np.minimum(np.searchsorted(known, keys_N[rows]), len(known) - 1)
        same = known[place] == keys_N[rows]
        found.causes_N[rows[same]] = CAUSES.index(cause)
        found.copies_N[rows[same]] = others[first[place[same]]]


def tell_leaks(path: Path, found: Leaks, sides_N: Sides, parts: Sequence[Part]) -> None:
    """Write a line for each leaked row: its side, id, source and line, the cause, and the same of its copy."""
    leaked = np.flatnonzero(found.causes_N)[:_MAX_TOLD]
    if not len(leaked):
        return
    about = places(parts, np.concatenate([leaked, found.copies_N[leaked]]))
    with path.open("w", encoding="utf-8") as file:
        for row in leaked.tolist():
            copy = int(found.copies_N[row])
            line = {"side": SIDES[sides_N[row]], **about[row], "cause": CAUSES[found.causes_N[row]]}
            line["copy"] = {"side": SIDES[sides_N[copy]], **about[copy]}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
