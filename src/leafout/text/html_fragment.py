"""A fragment of HTML, such as the summary of a feed's entry, as text. For whole pages see the readers of pages."""

import html
import re

_TAG = re.compile(r"<(?:!--|([!?])|(/?)([A-Za-z][A-Za-z0-9:-]*))")
_SILENT_WORDS = "script style head title template noscript iframe object svg math select textarea canvas"
_SILENT = frozenset(_SILENT_WORDS.split())
_BLOCKS_WORDS = (
    "p div br hr li ul ol dl dt dd table tr caption blockquote pre h1 h2 h3 h4 h5 h6 section article header"
    " footer figure figcaption aside main nav form address details summary center"
)
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_PARAGRAPHS = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol"})
_CELLS = frozenset({"td", "th"})
_SPACES = re.compile("[ \t\r\n\f\u00a0\u3000]+")
_BREAKS = re.compile(r" ?\n ?")
_BLANKS = re.compile(r"\n{3,}")
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"<>]{0,40})"|'([^'<>]{0,40})'|([^\s"'<>]{1,40}))""", re.IGNORECASE)


def fragment_text(fragment: str, *, images: bool = False) -> str:
    """The text a reader sees: a line a block, an empty line between paragraphs, entities as characters.

    One pass; unclosed, wrongly nested and cut tags do no harm. What stands in `script`, `style` and the like is left
    out.

    Args:
        fragment: HTML, or plain text with entities.
        images: let an image stand as its `alt` text, as sites do that draw emoticons as images.
    """
    out: list[str] = []
    place = 0
    ends = _Ends(fragment)
    while found := _TAG.search(fragment, place):
        out.append(_SPACES.sub(" ", html.unescape(fragment[place : found.start()])))
        name = (found[3] or "").lower()
        if not name:
            place = ends.after(">" if found[1] else "-->", found.end())
            continue
        place = ends.after(">", found.end())
        if name in _SILENT and not found[2]:
            place = ends.after(f"</{name}", place)
            place = ends.after(">", place)
        elif name in _BLOCKS:
            out.append("\n\n" if name in _PARAGRAPHS else "\n")
        elif name in _CELLS:
            out.append(" ")
        elif name == "img" and images and (alt := _ALT.search(fragment, found.end(), place)):
            out.append(html.unescape(alt[1] or alt[2] or alt[3] or ""))
    out.append(_SPACES.sub(" ", html.unescape(fragment[place:])))
    return _BLANKS.sub("\n\n", _BREAKS.sub("\n", _SPACES_ALONE.sub(" ", "".join(out)))).strip()


_SPACES_ALONE = re.compile(" {2,}")


class _Ends:
    """Ends of tags; one that is not there is never looked for again, so that all searches together are linear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = ""
        self._known: dict[str, int] = {}

    def after(self, end: str, place: int) -> int:
        """Where the text goes on after the next `end`; the end of the text where there is none."""
        known = self._known.get(end, -1)
        if known < place:
            text = self._text
            if end.startswith("</"):
                text = self._folded = self._folded or _lower(self._text)
            found = text.find(end, place)
            known = self._known[end] = found if found >= 0 else len(self._text)
        return min(len(self._text), known + len(end))


def _lower(text: str) -> str:
    """Lower case of ASCII letters alone, so that places stay the same."""
    return text.translate(_ASCII_LOWER)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
