"""Tags of wikitext whose content is no wikitext: comments, references, formulas, galleries, nowiki."""

import re
from collections import Counter

_COUNTED_AS = {
    "ref": "references", "references": "references", "math": "formulas", "chem": "formulas", "ce": "formulas",
    "gallery": "galleries", "imagemap": "galleries", "syntaxhighlight": "code", "source": "code",
    "nowiki": "", "pre": "", "table": "tables",
}  # fmt: skip
_OTHERS = (
    "timeline score graph hiero templatedata templatestyles mapframe maplink inputbox categorytree indicator section"
    " includeonly style script charinsert dynamicpagelist languages rss"
)
_NAMES = (*_COUNTED_AS, *_OTHERS.split())
_OPENING = re.compile(rf"<(?:!--|({'|'.join(sorted(_NAMES, key=len, reverse=True))})(?![\w-]))", re.IGNORECASE)
_CLOSING = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _NAMES}
_FORMULAS = frozenset({"math", "chem", "ce"})

_HIDDEN_START = 0x10FF00
_HIDING = {ord(char): _HIDDEN_START + ord(char) for char in "{}[]|'=*#:;-<>&_~!\n "}
_HIDDEN = re.compile("[\U0010ff00-\U0010ff7f]")


def drop_opaque(text: str, counts: Counter[str], *, formula: str) -> tuple[str, bool]:
    """Drop what is no wikitext; of `nowiki` and `pre` the content stays, hidden from the passes that follow.

    A tag without an end is dropped alone, a comment without one to the end of the text.

    Args:
        text: wikitext.
        counts: receives how many of each kind were dropped.
        formula: what stands for a formula.

    Returns:
        The text, and whether something in it must be brought back by `reveal`.
    """
    out: list[str] = []
    place, hidden = 0, False
    tags = _Tags(text)
    while found := _OPENING.search(text, place):
        out.append(text[place : found.start()])
        name = (found[1] or "").lower()
        if not name:
            place = _comment_end(text, found.start(), found.end())
            counts["comments"] += 1
            continue
        inner, end = tags.content(name, found.end())
        place = end
        if inner is None:
            continue
        kind = _COUNTED_AS.get(name, "other_tags")
        if kind:
            counts[kind] += 1
        else:
            out.append(_HIDDEN.sub("", inner).translate(_HIDING))
            hidden = True
        if name in _FORMULAS:
            out.append(formula.translate(_HIDING))
            hidden = True
    if not out:
        return text, False
    out.append(text[place:])
    return "".join(out), hidden


def reveal(text: str) -> str:
    """Bring back the characters that `drop_opaque` hid."""
    return _HIDDEN.sub(lambda char: chr(ord(char[0]) - _HIDDEN_START), text)


def _comment_end(text: str, start: int, after: int) -> int:
    """Where the text goes on after a comment; a comment alone on its line takes the line with it."""
    found = text.find("-->", after)
    if found < 0:
        return len(text)
    end = found + 3
    alone = (start == 0 or text[start - 1] == "\n") and text[end : end + 1] == "\n"
    return end + 1 if alone else end


class _Tags:
    """Finds ends of tags; what was not found once is never looked for again, so that all searches are linear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._bracket = -1
        self._unclosed: set[str] = set()

    def content(self, name: str, after: int) -> tuple[str | None, int]:
        """What stands between a tag and its end, and where the text goes on; None for a tag without content."""
        if 0 <= self._bracket < after or self._bracket == -1:
            found = self._text.find(">", after)
            self._bracket = found if found >= 0 else len(self._text)
        end = self._bracket
        if end == len(self._text) or self._text.find("<", after, end) >= 0:
            return None, after
        if self._text[end - 1] == "/":
            return None, end + 1
        closing = None if name in self._unclosed else _CLOSING[name].search(self._text, end + 1)
        if closing is None:
            self._unclosed.add(name)
            return None, end + 1
        return self._text[end + 1 : closing.start()], closing.end()
