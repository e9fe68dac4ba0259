"""Makes equal texts equal: line ends, white space, invisible characters and, by choice, NFKC."""

import re
import unicodedata

_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad\u200e\u200f\u202a-\u202e]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_SPACES = re.compile(r" *\n *")
_BLANK_LINES = re.compile(r"\n{3,}")


def normalise(text: str, *, nfkc: bool = False) -> str:
    """A text in one form; see `normalise_counted`."""
    return normalise_counted(text, nfkc=nfkc)[0]


def normalise_counted(text: str, *, nfkc: bool = False) -> tuple[str, list[str]]:
    """A text in one form, and the names of the rules that changed it.

    Rules: `invisible` (zero-width and direction marks), `control`, `nfkc` (full-width letters and digits become plain,
    UAX #15), `white_space` (runs of spaces, also full-width ones, become one; line ends become LF; at most one blank
    line; none at the ends).

    Args:
        text: any text.
        nfkc: apply compatibility normalisation; it also turns full-width punctuation into half-width.
    """
    edits: list[str] = []

    def step(name: str, new: str, old: str) -> str:
        if new != old:
            edits.append(name)
        return new

    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    clean = step("invisible", _INVISIBLE.sub("", lines), lines)
    clean = step("control", _CONTROL.sub("", clean), clean)
    if nfkc:
        clean = step("nfkc", unicodedata.normalize("NFKC", clean), clean)
    spaced = _BLANK_LINES.sub("\n\n", _LINE_SPACES.sub("\n", _SPACES.sub(" ", clean))).strip()
    if spaced != clean or lines != text:
        edits.append("white_space")
    return spaced, edits
