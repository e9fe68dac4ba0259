"""The way of documents as a funnel: every step in its level, as wide as the rows it read, narrowing to what it kept.

Legend: x and widths are percent of the drawing's width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leafout.chain.card.gather import APART

_GAP, _GAPS = 2.0, 30.0
"""Between two steps of a level; between all of them together at most."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A step in its level.

    Attributes:
        name: of the step; of one further up whose documents pass this level, with `passes`.
        read, kept: rows.
        x: where it begins.
        width: of the rows read; `kept_width` of those kept, in its middle.
        passes: whether documents only pass.
    """

    name: str
    read: int
    kept: int
    x: float
    width: float
    kept_width: float
    passes: bool = False

    @property
    def kept_x(self) -> float:
        """Where what is kept begins."""
        return self.x + (self.width - self.kept_width) / 2


@dataclass(frozen=True, slots=True)
class Band:
    """Documents on their way from one level to the next: from [x, x + width] to [to_x, to_x + to_width]."""

    x: float
    width: float
    to_x: float
    to_width: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Levels from the files down, and the bands between each and the next."""

    levels: list[list[Spot]]
    bands: list[list[Band]]


def flow(steps: Sequence[Mapping[str, Any]]) -> Flow:
    """Lay the steps out.

    Args:
        steps: each with `name`, `inputs` (input -> step or None) and `funnel`; those before it stand before it.
    """
    known = {step["name"]: step for step in steps}
    feeds = {name: [one for one in _feeding(step) if one in known] for name, step in known.items()}
    level = _levels(feeds)
    rows = _rows(known, feeds, level)
    if not rows:
        return Flow([], [])
    total = max(sum(read for _, read, _, _ in row) for row in rows) or 1
    most = max(len(row) for row in rows)
    gap = min(_GAP, _GAPS / max(most - 1, 1))
    scale = (100 - gap * (most - 1)) / total
    levels = [_placed(row, scale, gap) for row in rows]
    bands = [_bands(levels[at], levels[at + 1], feeds) for at in range(len(levels) - 1)]
    return Flow(levels, bands)


def _feeding(step: Mapping[str, Any]) -> list[str]:
    """The steps whose documents a step reads."""
    return [one for name, one in step["inputs"].items() if one and name.partition("/")[0] not in APART]


def _levels(feeds: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Longest path from the files; sources stand just above what reads them."""
    level: dict[str, int] = {}
    for name, before in feeds.items():
        level[name] = max((level[one] + 1 for one in before), default=0)
    for name, before in feeds.items():
        readers = [level[other] for other, those in feeds.items() if name in those]
        if not before and readers:
            level[name] = min(readers) - 1
    return level


def _rows(
    known: Mapping[str, Mapping[str, Any]], feeds: Mapping[str, Sequence[str]], level: Mapping[str, int]
) -> list[list[tuple[str, int, int, bool]]]:
    """The steps of each level, with those whose documents pass it."""
    rows: list[list[tuple[str, int, int, bool]]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for name, step in known.items():
        kept = int(step["funnel"].get("kept", 0) or step["card"]["documents"])
        read = int(step["funnel"].get("read", 0) or kept)
        rows[level[name]].append((name, read, kept, False))
        last = max((level[other] for other, those in feeds.items() if name in those), default=0)
        for at in range(level[name] + 1, last):
            rows[at].append((name, kept, kept, True))
    return rows


def _placed(row: Sequence[tuple[str, int, int, bool]], scale: float, gap: float) -> list[Spot]:
    whole = sum(read for _, read, _, _ in row) * scale + gap * (len(row) - 1)
    x, found = (100 - whole) / 2, []
    for name, read, kept, passes in row:
        found.append(Spot(name, read, kept, x, read * scale, min(kept, read) * scale, passes))
        x += read * scale + gap
    return found


def _bands(above: Sequence[Spot], below: Sequence[Spot], feeds: Mapping[str, Sequence[str]]) -> list[Band]:
    """From what each step kept to its share of what the next one read."""
    found: list[Band] = []
    for spot in below:
        before = [one for one in above if (one.name == spot.name if spot.passes else one.name in feeds[spot.name])]
        total = sum(one.kept_width for one in before) or 1.0
        x = spot.x
        for one in before:
            width = spot.width * one.kept_width / total
            found.append(Band(one.kept_x, one.kept_width, x, width))
            x += width
    return found
