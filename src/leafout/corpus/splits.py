"""Which side of a split each row falls on: train, val or test; what belongs together stays together."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Side = Literal["train", "val", "test"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that must lie on one side: a group, a cluster of near-duplicates, or a single row.

    Attributes:
        rows: their places.
        name: the least id among them; decides where the unit falls.
        label: the commonest label among them.
    """

    rows: tuple[int, ...]
    name: str
    label: str | None


def units(ids: Sequence[str], labels: Sequence[str | None], bonds: Sequence[Sequence[object]]) -> list[Unit]:
    """Join rows that share a value in any bond.

    Args:
        ids: of the rows.
        labels: of the rows.
        bonds: for each kind of bond a value for each row; rows with equal values that are not None belong together.
    """
    parent = list(range(len(ids)))

    def find(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for values in bonds:
        first: dict[object, int] = {}
        for place, value in enumerate(values):
            if value is not None:
                low, high = sorted((find(first.setdefault(value, place)), find(place)))
                parent[high] = low
    members: dict[int, list[int]] = {}
    for place in range(len(ids)):
        members.setdefault(find(place), []).append(place)
    return [
        Unit(tuple(rows), min(ids[row] for row in rows), Counter(labels[row] for row in rows).most_common(1)[0][0])
        for rows in members.values()
    ]


def by_hash(found: Sequence[Unit], *, val: float, test: float, seed: int) -> list[Side]:
    """Each unit by its own name alone: a row added later moves no other."""
    sides: list[Side] = []
    for unit in found:
        place = _place(unit.name, seed)
        sides.append("test" if place < test else "val" if place < test + val else "train")
    return sides


def by_count(found: Sequence[Unit], *, val: float, test: float, seed: int, stratify: bool) -> list[Side]:
    """As near to the fractions as units allow; with `stratify`, of each label.

    The order is another one than `by_hash` has with the same seed: what is left of one split can be split again.
    """
    strata: dict[str | None, list[int]] = {}
    for number, unit in enumerate(found):
        strata.setdefault(unit.label if stratify else None, []).append(number)
    sides: list[Side] = ["train"] * len(found)
    for numbers in strata.values():
        numbers.sort(key=lambda number: _place(f"count\0{found[number].name}", seed))
        rows = sum(len(found[number].rows) for number in numbers)
        rest = numbers
        parts: tuple[tuple[Side, float], ...] = (("test", test), ("val", val))
        for side, fraction in parts:
            taken, rest = _take(found, rest, fraction * rows)
            for number in taken:
                sides[number] = side
    return sides


def content_digest(table: "pa.Table") -> str:
    """What locks a part of a split: sha256 over id, text, second text and label of its rows, in their order."""
    whole = hashlib.sha256()
    columns = [table[name].to_pylist() for name in ("id", "text", "text_b", "label")]
    for row in zip(*columns, strict=True):
        whole.update(("\0".join("" if value is None else value for value in row) + "\n").encode())
    return whole.hexdigest()


def _take(found: Sequence[Unit], numbers: list[int], quota: float) -> tuple[list[int], list[int]]:
    """Units of about `quota` rows in all, one at least where three or more are there to part; and those left."""
    taken, left, rows = [], [], 0
    for number in numbers:
        size = len(found[number].rows)
        if rows + size <= quota + 0.5:
            taken.append(number)
            rows += size
        else:
            left.append(number)
    if not taken and quota > 0 and len(left) > 1:
        smallest = min(left, key=lambda number: len(found[number].rows))
        left.remove(smallest)
        taken.append(smallest)
    return taken, left


def _place(name: str, seed: int) -> float:
    return int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:8], "big") / 2**64
