"""The chain drawn: a box for each step, an edge for each input."""

from collections.abc import Mapping, Sequence
from typing import Any

from leafout.chain.report.charts import cut
from leafout.chain.report.html import Html, duration, tag
from leafout.chain.report.layout import place

_BOX_WIDTH, _BOX_HEIGHT = 164, 50
_COLUMN, _LAYER, _MARGIN = 180, 82, 12

FAMILIES = {
    "collect": "data", "clean": "data", "split": "data", "tokenize": "data",
    "pretrain": "model", "finetune": "model", "tune": "model", "compress": "model",
    "export": "release", "evaluate": "exam", "monitor": "exam", "update": "release",
}  # fmt: skip
"""The kind of each stage: it gives a box its colour and the mark in its corner."""

_MARKS = {"data": "▤", "model": "◆", "release": "▣", "exam": "✓", "own": "○"}


def draw(steps: Sequence[Mapping[str, Any]]) -> Html:
    """Draw the steps of a chain.

    Args:
        steps: each with `name`, `stage`, `key`, `seconds`, `status` and `inputs` (input name -> step or None).
    """
    inputs = {step["name"]: [one for one in step["inputs"].values() if one] for step in steps}
    layout = place(inputs)
    width = layout.columns * _COLUMN - (_COLUMN - _BOX_WIDTH) + 2 * _MARGIN
    height = layout.layers * _LAYER - (_LAYER - _BOX_HEIGHT) + 2 * _MARGIN
    parts = [_edge(path) for path in layout.edges.values()]
    parts += [_box(step, *layout.spots[step["name"]]) for step in steps]
    drawing = tag(
        "svg",
        tag("title", "the chain"),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        class_="graph",
        style=f"width:{width:g}px",
    )
    return tag("div", drawing, class_="scroll center")


def _x(column: float) -> float:
    return round(_MARGIN + column * _COLUMN + _BOX_WIDTH / 2, 1)


def _y(layer: int) -> float:
    return _MARGIN + layer * _LAYER


def _edge(path: Sequence[tuple[float, int]]) -> Html:
    """From the bottom of a box through the gaps between layers to the top of another, bent only in the gaps."""
    column, layer = path[0]
    words = [f"M{_x(column)} {_y(layer) + _BOX_HEIGHT}"]
    for at, (column, layer) in enumerate(path[1:], 1):
        start = _x(path[at - 1][0])
        top, end = _y(layer), _x(column)
        from_y = top - (_LAYER - _BOX_HEIGHT)
        middle = (from_y + top) / 2
        words.append(f"C{start} {middle:g} {end} {middle:g} {end} {top:g}")
        if at < len(path) - 1:
            words.append(f"V{top + _BOX_HEIGHT:g}")
    x, y = _x(path[-1][0]), _y(path[-1][1])
    head = tag("path", d=f"M{x - 4} {y - 6}L{x} {y}L{x + 4} {y - 6}", class_="edge")
    return tag("g", tag("path", d="".join(words), class_="edge"), head)


def _box(step: Mapping[str, Any], column: float, layer: int) -> Html:
    left, top = _x(column) - _BOX_WIDTH / 2, _y(layer)
    family = FAMILIES.get(step["stage"], "own")
    status = step["status"] or ""
    if step["seconds"] is not None:
        status = f"{duration(step['seconds'])} {status}".strip()
    shown = step["stage"] if step["stage"] != step["name"] else ""
    said = f"{step['name']}: {step['stage']} {step['key']}, {status}"
    rows = [
        tag("rect", x=left, y=top, width=_BOX_WIDTH, height=_BOX_HEIGHT, rx=8, class_=f"box {family}"),
        tag("text", cut(step["name"], 18), x=left + 10, y=top + 20, class_="strong"),
        tag("text", _MARKS[family], x=left + _BOX_WIDTH - 9, y=top + 19, class_=f"end mark {family}"),
        tag("text", status, x=left + 10, y=top + 37, class_="faint"),
        tag("text", cut(shown, 10) or step["key"][:8], x=left + _BOX_WIDTH - 9, y=top + 37, class_="end faint"),
    ]
    anchor = f"#{step['anchor']}" if step.get("anchor") else None
    return tag("a", tag("title", said), *rows, href=anchor) if anchor else tag("g", tag("title", said), *rows)
