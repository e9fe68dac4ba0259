"""Passages as text."""

from collections.abc import Sequence

from leafout.corpus.html.blocks import Box, home_of
from leafout.corpus.html.passages import Passage
from leafout.corpus.html.phrases import is_furniture


def joined(passages: Sequence[Passage]) -> str:
    """Passages as text: cells of a row parted by ` | `, items and rows by line ends, paragraphs by blank lines."""
    parts: list[str] = []
    for place, one in enumerate(passages):
        if place:
            parts.append(_between(passages[place - 1].box, one.box))
        parts.append(_trimmed(one.text) if "\n" in one.text and one.box.kind != "pre" else one.text)
    return "".join(parts)


def _between(one: Box, two: Box) -> str:
    row = _up(two, "tr")
    if row.tag == "tr" and _up(one, "table") is _up(two, "table"):
        if _up(one, "tr") is not row:
            return "\n"
        if _up(one, "td", "th") is not _up(two, "td", "th"):
            return " | "
    if one.kind == two.kind == "pre":
        return "\n" if _up(one, "pre") is _up(two, "pre") else "\n\n"
    return "\n" if one.kind == two.kind == "li" and home_of(one) is home_of(two) else "\n\n"


def _up(box: Box, *tags: str) -> Box:
    while box.tag not in tags and box.parent is not None:
        box = box.parent
    return box


def _trimmed(text: str) -> str:
    """Lines without the short ones at their end that begin as furniture does."""
    lines = text.split("\n")
    while len(lines) > 1 and len(lines[-1]) < 60 and is_furniture(lines[-1]):
        lines.pop()
    return "\n".join(lines)
