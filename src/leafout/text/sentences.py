"""Sentences of Chinese and English text."""

import re

_END = re.compile(
    "(?<=[。！？…])[”’」』）)]*(?=[^。！？!?…”’」』）)])"  # after Chinese ends and their closing marks
    "|(?<=[!?])(?=[\u4e00-\u9fff])"
    r"|(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9\u4e00-\u9fff])"  # after English ends before a capital
    r"|\n+"
)
_MARK = re.compile("[.!?。！？…\n]")
"""Where an end can be: a line end, or right after another mark. To look there alone takes a third of the time."""
_ABBREVIATION = re.compile(
    r"^\d{1,3}\.$|(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|cf|Fig|No|Inc|Ltd|Co|Jr|Sr|approx)|\b[A-Z])\.$"
)
_LOOK = 8
"""No abbreviation of these is longer."""


def sentences(text: str) -> list[str]:
    """Split a text into sentences, none empty; nothing but white space between them is lost.

    A line end always ends a sentence; a full stop after a known abbreviation, a single capital
    or the number of a list does not.
    """
    parts: list[str] = []
    start = end = 0
    for mark in _MARK.finditer(text):
        place = mark.start()
        match = _END.match(text, place if mark[0] == "\n" else place + 1) if place >= end else None
        if match is None:
            continue
        end = match.end()
        piece = text[start:end].strip()
        if (
            piece.endswith(".")
            and "\n" not in match.group()
            and _ABBREVIATION.search(piece, max(0, len(piece) - _LOOK))
        ):
            continue
        if piece:
            parts.append(piece)
        start = end
    rest = text[start:].strip()
    return [*parts, rest] if rest else parts
