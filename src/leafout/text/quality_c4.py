"""C4's rules: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 2.2.

Those on lines are edits (`quality_edit`); those here judge the text that is left.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from leafout.text.quality_limits import Counts, LanguageRules, Switches, limits, switches
from leafout.text.quality_parts import Parts, ascii_lower, word_occurrences

SOURCE = "Raffel et al. 2020, 2.2"
LOREM = "lorem ipsum"
Word = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]


class C4Rules(LanguageRules):
    """C4's rules (Raffel et al. 2020, 2.2)."""

    line_ends: Switches = switches(zh=True, en=True)
    """Drop lines that do not end in a full stop, question or exclamation mark or a quotation mark."""
    min_line_words: Counts = limits(5, 3)
    """Drop lines of fewer words; a Chinese character counts as one."""
    max_word_chars: Counts = limits(1000, 1000)
    """Drop lines with a longer run of characters without white space, Chinese ones aside."""
    javascript: Switches = switches(zh=False, en=True)
    """Drop lines with the word `javascript`."""
    policy: Switches = switches(zh=True, en=True)
    """Drop lines about terms of use, privacy and cookies."""
    citations: Switches = switches(zh=True, en=True)
    """Remove marks such as `[12]`, `[edit]` and `[citation needed]`."""
    lorem_ipsum: Switches = switches(zh=True, en=True)
    """Drop texts with `lorem ipsum`."""
    curly_bracket: Switches = switches(zh=True, en=True)
    """Drop texts with a `{`."""
    min_sentences: Counts = limits(3, 5)
    """Fewest sentences."""
    bad_words: tuple[Word, ...] = ()
    """Drop texts with any of these words; upper and lower case of A to Z are one."""


def lorem_ipsum(parts: Parts) -> float:
    """1 where the filler text of typesetters stands."""
    return float(LOREM in parts.lower)


def curly_bracket(parts: Parts) -> float:
    """1 where a `{` stands."""
    return float("{" in parts.text)


def sentences(parts: Parts) -> float:
    """How many sentences the lines hold."""
    return float(parts.sentences)


def bad_words(parts: Parts) -> float:
    """How often one of the bad words stands as a word of its own."""
    return float(sum(word_occurrences(parts.lower, ascii_lower(word)) for word in dict.fromkeys(parts.bad_words)))


MEASURES: dict[str, Callable[[Parts], float]] = {
    "lorem_ipsum": lorem_ipsum,
    "curly_bracket": curly_bracket,
    "sentences": sentences,
    "bad_words": bad_words,
}
