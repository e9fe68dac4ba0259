"""Blocks measured: their text, their width, their links, and how much prose they are.

Widths are in Latin letters: a Chinese character counts three.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leafout.corpus.html.blocks import BREAK, Block, Box

MOSTLY_LINK = 0.6
"""The fraction of a passage that is link from which on it leads elsewhere."""

_cjk = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]").findall
_marks = re.compile(r"[.!?,;:…。！？，；：、](?:(?<=[。！？，；：、…])|(?=[\s\"'”’)\]]|$))").findall
_ENDS = tuple(".!?…。！？；：:")
_CLOSES = "\"'”’)]）」』"


@dataclass(slots=True, eq=False)
class Passage:
    """A block measured.

    Attributes:
        text: with white space folded; lines that were parted stay so.
        width: in Latin letters.
        links: fraction of it that is link.
        marks: punctuation marks in it; not counted where it is mostly link.
        ends: whether it ends as sentences do.
        prose: how much prose it is, in Latin letters.
    """

    box: Box
    text: str
    width: int
    links: float
    marks: int = 0
    ends: bool = False
    prose: float = 0.0


def passages_of(blocks: Sequence[Block]) -> list[Passage]:
    """Blocks measured, empty ones left out."""
    found: list[Passage] = []
    for block in blocks:
        raw = "".join(block.pieces)
        if block.box.kind == "pre":
            text = "\n".join(line.rstrip() for line in raw.replace(BREAK, "\n").split("\n")).strip("\n")
        elif BREAK in raw:
            text = "\n".join(line for part in raw.split(BREAK) if (line := " ".join(part.split())))
        else:
            text = " ".join(raw.split())
        if not text:
            continue
        width = len(text) if text.isascii() else len(text) + 2 * len(_cjk(text))
        links = min(1.0, block.link_chars / len(text)) if block.link_chars else 0.0
        one = Passage(block.box, text, width, links)
        if links < MOSTLY_LINK:
            one.marks, one.ends = len(_marks(text)), text.rstrip(_CLOSES).endswith(_ENDS)
            one.prose = _prose(one)
        found.append(one)
    return found


def _prose(one: Passage) -> float:
    if one.links > 0.5 or (one.width < 60 and not (one.width > 30 and one.ends)):
        return 0.0
    value = one.width * (1 - one.links)
    if one.box.kind in {"li", "td"}:
        value *= 0.5
    elif one.box.kind in {"figure", "h", "h1"}:
        value *= 0.2
    return value if one.marks else value * 0.3
