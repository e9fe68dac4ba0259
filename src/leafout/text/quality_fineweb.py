"""FineWeb's own rules: Penedo et al. 2024, "The FineWeb Datasets", section 3.6.

The paper has the first three; the fourth (line breaks for each word) comes from its published filter. A line that ends
`。”` or `."` ends in punctuation here. Thirty English characters are about ten Chinese ones.
"""

from collections.abc import Callable

from leafout.text.quality_chars import FLAGS, QUOTE, TERMINAL
from leafout.text.quality_limits import Counts, Fractions, LanguageRules, limits
from leafout.text.quality_parts import Parts, duplicates

SOURCE = "Penedo et al. 2024, 3.6"


class FineWebRules(LanguageRules):
    """FineWeb's own rules (Penedo et al. 2024, 3.6)."""

    min_line_ends: Fractions = limits(0.1, 0.12)
    """Smallest fraction of lines that end like a sentence."""
    max_short_lines: Fractions = limits(0.67, 0.67)
    """Largest fraction of lines of at most `short_line_chars`."""
    short_line_chars: Counts = limits(10, 30)
    """What a short line is, in characters."""
    max_duplicate_chars: Fractions = limits(0.03, 0.01)
    """Largest fraction of characters, line breaks aside, in lines that stood before."""
    max_newlines: Fractions = limits(0.2, 0.3)
    """Most line breaks for each word, symbols that stand alone counted as words."""


def ends_like_a_sentence(line: str) -> bool:
    """Whether a line's last character, before a closing quotation mark, ends a sentence."""
    last = FLAGS[line[-1]]
    return bool(last & TERMINAL or (last & QUOTE and len(line) > 1 and FLAGS[line[-2]] & TERMINAL))


def line_ends(parts: Parts) -> float:
    """Fraction of lines that end like a sentence."""
    return sum(map(ends_like_a_sentence, parts.lines)) / len(parts.lines) if parts.lines else 0.0


def short_lines(parts: Parts) -> float:
    """Fraction of lines that are short."""
    found = sum(1 for line in parts.lines if len(line) <= parts.short_line_chars)
    return found / len(parts.lines) if parts.lines else 0.0


def duplicate_chars(parts: Parts) -> float:
    """Characters of lines that stood before, as a fraction of all but the line breaks."""
    chars = len(parts.text) - parts.text.count("\n")
    return duplicates(parts.lines)[1] / chars if chars else 0.0


def newlines(parts: Parts) -> float:
    """Line breaks for each token."""
    return parts.text.count("\n") / parts.num_tokens if parts.num_tokens else 0.0


MEASURES: dict[str, Callable[[Parts], float]] = {
    "line_ends": line_ends,
    "short_lines": short_lines,
    "duplicate_chars": duplicate_chars,
    "newlines": newlines,
}
