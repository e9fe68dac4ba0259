"""Charts as inline SVG: coordinates are pixels, colours are classes of the style sheet, shapes differ too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from leafout.chain.report.html import Html, figure, tag

WIDTH, HEIGHT = 340, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 30
_MAX_POINTS = 240
_MARKS = 5


@dataclass(frozen=True)
class Series:
    """A line of a chart.

    Attributes:
        name: shown in the legend.
        points: (x, y), x ascending.
        style: `one` (solid), `two` (dashed), `three` (dotted).
    """

    name: str
    points: Sequence[tuple[float, float]]
    style: str = "one"


@dataclass(frozen=True)
class Scale:
    """Maps values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        span = self.high - self.low or 1.0
        return round(self.start + (value - self.low) / span * (self.end - self.start), 1)


def ticks(low: float, high: float, count: int = _MARKS) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about `count` of them."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * power for unit in (1, 2, 2.5, 5, 10) if unit * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def line_chart(title: str, series: Sequence[Series], *, x_name: str = "step") -> Html:
    """Lines over a common axis, with a legend that names each; empty series are left out."""
    shown = [Series(one.name, thinned(one.points), one.style) for one in series if one.points]
    if not shown:
        return Html("")
    xs = [x for one in shown for x, _ in one.points]
    ys = [y for one in shown for _, y in one.points]
    marks = ticks(min(ys), max(ys))
    x_scale = Scale(min(xs), max(xs), _LEFT, WIDTH - _RIGHT)
    y_scale = Scale(marks[0], marks[-1], HEIGHT - _BOTTOM, _TOP)
    parts = [*_grid(marks, y_scale), *_x_axis(min(xs), max(xs), x_scale, x_name)]
    parts += [_line(one, x_scale, y_scale) for one in shown]
    return chart(title, parts, legend=[(one.name, one.style) for one in shown])


def _line(one: Series, x_scale: Scale, y_scale: Scale) -> Html:
    places = [f"{x_scale(x)},{y_scale(y)}" for x, y in one.points]
    if len(places) == 1:
        x, y = one.points[0]
        return tag("circle", cx=x_scale(x), cy=y_scale(y), r=3, class_=f"dot {one.style}")
    return tag("polyline", points=" ".join(places), class_=f"line {one.style}")


def _grid(marks: Sequence[float], scale: Scale) -> list[Html]:
    lines = [tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=scale(mark), y2=scale(mark), class_="grid") for mark in marks]
    names = [tag("text", short(mark), x=_LEFT - 6, y=scale(mark) + 4, class_="end") for mark in marks]
    return [*lines, *names]


def _x_axis(low: float, high: float, scale: Scale, name: str) -> list[Html]:
    bottom = HEIGHT - _BOTTOM
    inner = [mark for mark in ticks(low, high, 4) if low <= mark <= high]
    parts = [tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=bottom, y2=bottom, class_="axis")]
    parts += [tag("text", short(mark), x=scale(mark), y=bottom + 14, class_="middle") for mark in inner]
    parts.append(tag("text", name, x=WIDTH - _RIGHT, y=HEIGHT - 3, class_="end faint"))
    return parts


def chart(
    title: str,
    parts: Sequence[Html],
    *,
    legend: Sequence[tuple[str, str]] = (),
    width: float = WIDTH,
    height: float = HEIGHT,
) -> Html:
    """A figure with a caption, a legend where there are several lines, and the drawing."""
    drawing = tag(
        "svg",
        tag("title", title),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        style=f"max-width:{width * 1.35:g}px",
    )
    keys = [
        tag("span", tag("svg", tag("line", x1=0, x2=22, y1=5, y2=5, class_=f"line {style}"), viewBox="0 0 22 10"), name)
        for name, style in legend
    ]
    caption = tag("figcaption", tag("b", title), tag("span", *keys, class_="legend") if len(legend) > 1 else None)
    return tag("figure", caption, drawing)


def thinned(points: Sequence[tuple[float, float]], limit: int = _MAX_POINTS) -> list[tuple[float, float]]:
    """At most `limit` points: means of equally many neighbours; values that are no finite number are left out."""
    whole = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    if len(whole) <= limit:
        return whole
    edges = [round(place * len(whole) / limit) for place in range(limit + 1)]
    groups = [whole[a:b] for a, b in pairwise(edges)]
    return [(sum(x for x, _ in g) / len(g), sum(y for _, y in g) / len(g)) for g in groups]


@dataclass(frozen=True)
class Interval:
    """A figure with its interval: a dot and a whisker.

    Attributes:
        name: on the left.
        value: the dot.
        low, high: ends of the whisker; None where there is no interval.
        style: `one` (filled dot) or `two` (open dot) or `three` (square).
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    style: str = "one"


def intervals(title: str, rows: Sequence[Interval], *, low: float | None = None, high: float | None = None) -> Html:
    """Figures with intervals below each other on one axis."""
    if not rows:
        return Html("")
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    marks = ticks(min(ends) if low is None else low, max(ends) if high is None else high)
    left, row_height = 128, 24
    bottom = _TOP + row_height * len(rows)
    scale = Scale(marks[0], marks[-1], left, WIDTH - 52)
    parts = [tag("line", x1=scale(m), x2=scale(m), y1=_TOP, y2=bottom, class_="grid") for m in marks]
    parts += [tag("text", short(mark), x=scale(mark), y=bottom + 14, class_="middle") for mark in marks]
    for place, row in enumerate(rows):
        y = _TOP + row_height * (place + 0.5)
        parts.append(tag("text", cut(row.name, 20), tag("title", row.name), x=left - 10, y=y + 4, class_="end"))
        if row.low is not None and row.high is not None:
            parts.append(tag("line", x1=scale(row.low), x2=scale(row.high), y1=y, y2=y, class_="whisker"))
        parts.append(_mark(row.style, scale(row.value), y))
        parts.append(tag("text", f"{row.value:.3f}", x=WIDTH - 4, y=y + 4, class_="end strong"))
    return chart(title, parts, height=bottom + 20)


def _mark(style: str, x: float, y: float) -> Html:
    if style == "three":
        return tag("rect", x=x - 4, y=y - 4, width=8, height=8, class_="dot three")
    return tag("circle", cx=x, cy=y, r=4.5, class_=f"dot {style}")


def heat_map(title: str, counts: Sequence[Sequence[float]], labels: Sequence[str]) -> Html:
    """A confusion matrix: a row for each true label, shaded by the share of its row; counts stand in the cells.

    Args:
        title: the caption.
        counts: [true][predicted].
        labels: of rows and columns.
    """
    left, top, cell = 112, 64, min(64.0, max(20.0, 300 / max(len(labels), 1)))
    parts = [tag("text", "true ↓  predicted →", x=left - 8, y=top - 8, class_="end faint")]
    for place, label in enumerate(labels):
        x, y = left + cell * (place + 0.4), top + cell * (place + 0.5) + 4
        whole = tag("title", label)
        parts.append(tag("text", cut(label, 14), whole, x=left - 8, y=y, class_="end"))
        parts.append(tag("text", cut(label, 9), whole, x=x, y=top - 6, transform=f"rotate(-35 {x:g} {top - 6})"))
        for column, (count, other) in enumerate(zip(counts[place], labels, strict=True)):
            share = count / (sum(counts[place]) or 1)
            said = f"{label} → {other}: {figure(count)} ({share:.1%})"
            kind = "right" if place == column else "wrong"
            parts += _cell(count, share, left + cell * column, top + cell * place, cell, kind, said)
    side = cell * len(labels)
    return chart(title, parts, width=max(WIDTH, left + side + 40), height=top + side + 8)


def _cell(  # noqa: PLR0917 - a place and what stands there
    count: float, share: float, x: float, y: float, cell: float, kind: str, said: str
) -> list[Html]:
    shade = f"{0.06 + 0.9 * share:.3f}"
    box = tag(
        "rect", tag("title", said), x=x, y=y, width=cell - 2, height=cell - 2, rx=3, class_=kind, fill_opacity=shade
    )
    if cell < 24:
        return [box]
    on = "middle onfill" if share > 0.55 else "middle"
    return [box, tag("text", short(count), x=x + cell / 2 - 1, y=y + cell / 2 + 4, class_=on)]


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: their mean confidence, how many were right, how many there are."""

    confidence: float
    accuracy: float
    count: float


def reliability(title: str, bins: Sequence[Bin]) -> Html:
    """Share of right answers over confidence; on the diagonal, confidence means what it says. Bars count rows."""
    shown = [one for one in bins if one.count > 0]
    if not shown:
        return Html("")
    side = 210.0
    x_scale = Scale(0, 1, _LEFT, _LEFT + side + 60)
    y_scale = Scale(0, 1, _TOP + side - 50, _TOP)
    marks = (0.0, 0.25, 0.5, 0.75, 1.0)
    parts = [tag("line", x1=x_scale(0), x2=x_scale(1), y1=y_scale(m), y2=y_scale(m), class_="grid") for m in marks]
    parts += [tag("text", short(m), x=_LEFT - 6, y=y_scale(m) + 4, class_="end") for m in marks]
    base = y_scale(0) + 56
    parts += [tag("text", short(m), x=x_scale(m), y=base + 14, class_="middle") for m in marks]
    parts.append(tag("line", x1=x_scale(0), y1=y_scale(0), x2=x_scale(1), y2=y_scale(1), class_="diagonal"))
    most = max(one.count for one in shown)
    for one in shown:
        height = 42 * one.count / most
        said = f"confidence {one.confidence:.2f}: {one.accuracy:.1%} right of {figure(one.count)}"
        parts.append(tag("rect", tag("title", said), x=x_scale(one.confidence) - 6, y=base - height, width=12,
                         height=max(height, 1), class_="bar"))  # fmt: skip
    line = Series("right", [(one.confidence, one.accuracy) for one in sorted(shown, key=lambda one: one.confidence)])
    parts.append(_line(line, x_scale, y_scale))
    parts += [
        tag("circle", cx=x_scale(one.confidence), cy=y_scale(one.accuracy), r=3.5, class_="dot one") for one in shown
    ]
    parts.append(tag("text", "confidence", x=x_scale(1), y=base + 28, class_="end faint"))
    parts.append(tag("text", "rows", x=_LEFT - 6, y=base - 2, class_="end faint"))
    return chart(title, parts, height=base + 32)


def shares(title: str, parts: Sequence[tuple[str, float, str]]) -> Html:
    """One bar cut into parts: (name, count, style); parts differ in pattern as well as in colour."""
    total = sum(count for _, count, _ in parts)
    if not total:
        return Html("")
    drawn, start = [], 0.0
    for name, count, style in parts:
        width = 1000 * count / total
        if count:
            said = f"{name}: {figure(count)} ({count / total:.1%})"
            drawn.append(
                tag(
                    "rect",
                    tag("title", said),
                    x=round(start, 2),
                    y=0,
                    width=round(max(width - 1.5, 1.2), 2),
                    height=16,
                    class_=f"part {style}",
                )
            )
        start += width
    return tag(
        "svg",
        tag("title", title),
        *drawn,
        viewBox="0 0 1000 16",
        preserveAspectRatio="none",
        role="img",
        class_="shares",
    )


def short(value: float) -> str:
    """A tick's number in few characters."""
    size = abs(value)
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= limit:
            return f"{value / (1e3 if unit == 'k' else limit):.3g}{unit}"
    if size >= 1e-3 or not size:
        return f"{value:.4g}"
    mantissa, _, power = f"{value:.2e}".partition("e")
    return f"{float(mantissa):g}e{int(power)}"


def cut(word: str, limit: int) -> str:
    """A label in at most so many columns; a Chinese character takes two."""
    width = 0
    for place, char in enumerate(word):
        width += 2 if ord(char) > 0x2E7F else 1
        if width > limit:
            return word[:place] + "…"
    return word
