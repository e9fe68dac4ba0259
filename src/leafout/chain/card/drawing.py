"""The funnel as HTML: words that wrap beside drawings that stretch, so that it is legible on a phone and on paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from leafout.chain.card.flow import Band, Spot, flow
from leafout.chain.report.html import Html, figure, tag

_SLICE, _BAND = 34, 26
_TOLD_REASONS = 3


def funnel(steps: Sequence[Mapping[str, Any]], sides: Mapping[str, Mapping[str, Any]]) -> Html:
    """Every step in its level: what it read, what it kept, the reasons that cost most; at the end the sides of a split.

    Args:
        steps: of `gather`.
        sides: the card of each side.
    """
    found = flow(steps)
    known = {step["name"]: step for step in steps}
    parts: list[Html] = []
    for at, level in enumerate(found.levels):
        parts += [_said(spot, known[spot.name]) for spot in level if not spot.passes]
        parts.append(_drawn(_slices(level), _SLICE))
        if at < len(found.bands):
            parts.append(_drawn(_bands(found.bands[at]), _BAND))
    if found.levels and sides:
        parts += _sides(found.levels[-1][-1], sides)
    return tag("figure", *parts, class_="funnel")


def _said(spot: Spot, step: Mapping[str, Any]) -> Html:
    """A step in words: its name, rows in and out, and what went most."""
    share = f" ({spot.kept / spot.read:.1%})" if spot.read and spot.kept != spot.read else ""
    rows = f"{figure(spot.read)} → {figure(spot.kept)}{share}" if spot.kept != spot.read else figure(spot.read)
    lost = {**(step["funnel"].get("rejected") or {}), **(step["funnel"].get("dropped") or {})}
    order = sorted(lost.items(), key=lambda entry: (-entry[1], entry[0]))
    told = [f"{reason.replace('_', ' ')} {figure(count)}" for reason, count in order[:_TOLD_REASONS]]
    if len(order) > _TOLD_REASONS:
        told.append(
            f"{len(order) - _TOLD_REASONS} more reasons {figure(sum(count for _, count in order[_TOLD_REASONS:]))}"
        )
    return tag(
        "p",
        tag("b", step["name"]),
        tag("span", step["stage"], class_="faint") if step["stage"] != step["name"] else None,
        tag("span", rows),
        tag("span", f"− {', '.join(told)}", class_="lost") if told else None,
    )


def _drawn(shapes: Sequence[Html], height: int) -> Html:
    return tag("svg", *shapes, viewBox=f"0 0 100 {height}", preserveAspectRatio="none", aria_hidden="true",
               style=f"height:{height}px")  # fmt: skip


def _slices(level: Sequence[Spot]) -> list[Html]:
    """Each step: what it read above, what it kept below, what it lost at the sides."""
    shapes: list[Html] = []
    for spot in level:
        right, kept_right = spot.x + spot.width, spot.kept_x + spot.kept_width
        if spot.width > spot.kept_width:
            shapes.append(_shape("lost", (spot.x, 0), (right, 0), (right, _SLICE), (spot.x, _SLICE)))
        kind = "passing" if spot.passes else "kept"
        shapes.append(_shape(kind, (spot.x, 0), (right, 0), (kept_right, _SLICE), (spot.kept_x, _SLICE)))
    return shapes


def _bands(bands: Sequence[Band]) -> list[Html]:
    return [
        _shape("passing", (one.x, 0), (one.x + one.width, 0), (one.to_x + one.to_width, _BAND), (one.to_x, _BAND))
        for one in bands
    ]


def _shape(kind: str, *points: tuple[float, float]) -> Html:
    return tag("polygon", points=" ".join(f"{x:.3f},{y:g}" for x, y in points), class_=f"flow {kind}")


def _sides(last: Spot, sides: Mapping[str, Mapping[str, Any]]) -> list[Html]:
    """What the last step kept, parted."""
    counts = {name: int(card["documents"]) for name, card in sides.items() if name != "test_deleaked"}
    total, gap = sum(counts.values()) or 1, 1.5
    room = max(last.kept_width - gap * (len(counts) - 1), 0.0)
    x, start, bands, boxes = last.kept_x, last.kept_x, [], []
    for place, count in enumerate(counts.values()):
        width, share = room * count / total, last.kept_width * count / total
        bands.append(Band(start, share, x, width))
        boxes.append(_shape(f"side{place}", (x, 0), (x + width, 0), (x + width, 14), (x, 14)))
        x, start = x + width + gap, start + share
    words = [
        tag("span", tag("i", class_=f"key side{place}"), f"{name} {figure(count)} ({count / total:.1%})")
        for place, (name, count) in enumerate(counts.items())
    ]
    if "test_deleaked" in sides:
        words.append(tag("span", f"test de-leaked {figure(int(sides['test_deleaked']['documents']))}"))
    return [_drawn(_bands(bands), _BAND), _drawn(boxes, 14), tag("p", *words)]
