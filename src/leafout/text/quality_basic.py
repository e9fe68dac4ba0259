"""General measures that hold for every language and for short texts too."""

from collections import Counter
from collections.abc import Callable

from leafout.text.quality_c4 import LOREM
from leafout.text.quality_chars import ALNUM
from leafout.text.quality_parts import Parts
from leafout.text.quality_repetition import duplicate_lines

SOURCE = "leafout"
MIN_REPEATED_CHARS = 20
MIN_REPEATED_LINES = 4
ENABLE_JAVASCRIPT = "enable javascript"
NOTICE_CHARS = 400
"""Longer pages that ask for JavaScript have something else to say."""


def chars(parts: Parts) -> float:
    """How many characters there are; less than none where all is white space."""
    return float(len(parts.text)) if parts.dense_chars else -1.0


def symbols(parts: Parts) -> float:
    """Characters that are neither letters nor digits, as a fraction of all but white space."""
    return (parts.dense_chars - parts.count(ALNUM)) / parts.dense_chars if parts.dense_chars else 0.0


def repeated_chars(parts: Parts) -> float:
    """The share of the commonest character, white space aside; 0 for texts of fewer than twenty."""
    if parts.dense_chars < MIN_REPEATED_CHARS:
        return 0.0
    common = Counter("".join(parts.text.split())).most_common(1)[0][1]
    return common / parts.dense_chars


def repeated_lines(parts: Parts) -> float:
    """Fraction of lines that stood before; 0 for texts of fewer than four."""
    return duplicate_lines(parts) if len(parts.lines) >= MIN_REPEATED_LINES else 0.0


def filler(parts: Parts) -> float:
    """1 for `lorem ipsum`, and for short pages that only ask for JavaScript."""
    notice = len(parts.text) < NOTICE_CHARS and ENABLE_JAVASCRIPT in parts.lower
    return float(notice or LOREM in parts.lower)


MEASURES: dict[str, Callable[[Parts], float]] = {
    "chars": chars,
    "symbols": symbols,
    "repeated_chars": repeated_chars,
    "repeated_lines": repeated_lines,
    "filler": filler,
}
