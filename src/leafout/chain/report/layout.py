"""Places the steps of a chain in layers, so that every edge points down and few of them cross.

After Sugiyama, Tagawa and Toda (1981): layers by longest path, places on edges that skip layers, order by barycentre,
then columns by the median of the neighbours. Everything is deterministic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

_SWEEPS = 12
Spot = tuple[str, int]
"""A step in its layer, or the place where the edges from a step pass a layer, as one: (name or `name>`, layer)."""


@dataclass(frozen=True)
class Layout:
    """Where everything lies, in columns and layers.

    Attributes:
        spots: (column, layer) of each step.
        edges: for each (from, to) the (column, layer) points it goes through, ends included.
        columns, layers: how many there are.
    """

    spots: dict[str, tuple[float, int]]
    edges: dict[tuple[str, str], list[tuple[float, int]]]
    columns: float
    layers: int


def place(inputs: Mapping[str, Sequence[str]]) -> Layout:
    """Lay a graph out.

    Args:
        inputs: the steps that each step is made from; steps named there alone are left out.
    """
    known = {name: [one for one in dict.fromkeys(before) if one in inputs] for name, before in inputs.items()}
    layer = _layers(known)
    edges = [(before, name) for name, befores in known.items() for before in befores]
    rows, paths = _rows(known, layer, edges)
    links = list(dict.fromkeys(pair for path in paths.values() for pair in pairwise(path)))
    _order(rows, links)
    column = _columns(rows, links)
    low = min(column.values(), default=0.0)
    column = {spot: round(at - low, 3) for spot, at in column.items()}
    return Layout(
        spots={name: (column[name, layer[name]], layer[name]) for name in known},
        edges={edge: [(column[spot], spot[1]) for spot in path] for edge, path in paths.items()},
        columns=max(column.values(), default=0.0) + 1,
        layers=len(rows),
    )


def _layers(known: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Longest path from the sources; then sources move down to just above what uses them."""
    layer: dict[str, int] = {}

    def depth(name: str, above: tuple[str, ...] = ()) -> int:
        if name in above:
            raise ValueError(f"a circle through {name}")
        if name not in layer:
            layer[name] = max((depth(one, (*above, name)) + 1 for one in known[name]), default=0)
        return layer[name]

    for name in known:
        depth(name)
    for name, before in known.items():
        if not before:
            users = [layer[user] for user, befores in known.items() if name in befores]
            layer[name] = min(users, default=1) - 1
    return layer


def _rows(
    known: Mapping[str, Sequence[str]], layer: Mapping[str, int], edges: Sequence[tuple[str, str]]
) -> tuple[list[list[Spot]], dict[tuple[str, str], list[Spot]]]:
    rows: list[list[Spot]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in known:
        rows[layer[name]].append((name, layer[name]))
    paths = {}
    for before, name in edges:
        passed = [(f"{before}>", at) for at in range(layer[before] + 1, layer[name])]
        for spot in passed:
            if spot not in rows[spot[1]]:
                rows[spot[1]].append(spot)
        paths[before, name] = [(before, layer[before]), *passed, (name, layer[name])]
    return rows, paths


def _order(rows: list[list[Spot]], links: Sequence[tuple[Spot, Spot]]) -> None:
    above, below = _neighbours(links)
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        beside = above if down else below
        for row in rows if down else reversed(rows):
            rank = {spot: place for other in rows for place, spot in enumerate(other)}
            row.sort(key=lambda spot: mean([rank[one] for one in beside.get(spot, ())] or [rank[spot]]))
        count = _crossings(rows, links)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    rows[:] = best


def _neighbours(links: Sequence[tuple[Spot, Spot]]) -> tuple[dict[Spot, list[Spot]], dict[Spot, list[Spot]]]:
    above: dict[Spot, list[Spot]] = {}
    below: dict[Spot, list[Spot]] = {}
    for a, b in links:
        below.setdefault(a, []).append(b)
        above.setdefault(b, []).append(a)
    return above, below


def _crossings(rows: Sequence[Sequence[Spot]], links: Sequence[tuple[Spot, Spot]]) -> int:
    rank = {spot: place for row in rows for place, spot in enumerate(row)}
    total = 0
    for layer in range(len(rows)):
        here = sorted((rank[a], rank[b]) for a, b in links if a[1] == layer)
        total += sum(one[1] > two[1] for place, one in enumerate(here) for two in here[place + 1 :] if one[0] < two[0])
    return total


def _columns(rows: Sequence[Sequence[Spot]], links: Sequence[tuple[Spot, Spot]]) -> dict[Spot, float]:
    """Columns at least one apart (half of one beside a passing edge), near the middle of the neighbours."""
    above, below = _neighbours(links)
    column = {spot: float(place) for row in rows for place, spot in enumerate(row)}
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            beside = (above if down else below) if sweep < _SWEEPS - 2 else _both(above, below)
            wanted = [mean([column[one] for one in beside.get(spot, ())] or [column[spot]]) for spot in row]
            column |= zip(row, _apart(row, wanted), strict=True)
    return column


def _both(above: dict[Spot, list[Spot]], below: dict[Spot, list[Spot]]) -> dict[Spot, list[Spot]]:
    return {spot: above.get(spot, []) + below.get(spot, []) for spot in {*above, *below}}


def _apart(row: Sequence[Spot], wanted: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones (least squares) that keep order and gaps: pool adjacent violators."""
    gaps = [0.0]
    for left, right in pairwise(row):
        gaps.append(gaps[-1] + _gap(left, right))
    blocks: list[tuple[float, int]] = []
    for goal, gap in zip(wanted, gaps, strict=True):
        blocks.append((goal - gap, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2], blocks[-1]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
    flat = [value for value, count in blocks for _ in range(count)]
    return [value + gap for value, gap in zip(flat, gaps, strict=True)]


def _gap(left: Spot, right: Spot) -> float:
    return {0: 1.0, 1: 0.7, 2: 0.3}[(">" in left[0]) + (">" in right[0])]
