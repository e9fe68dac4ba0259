"""Gopher's rules on repetition: Rae et al. 2021, "Scaling Language Models", appendix A.1.1, table A1.

Fractions are of all characters of the text. The n-grams are of words without punctuation; in Chinese a word is a
character, and names and terms of five characters and more repeat in any text, so the limits on repeats are wider.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from leafout.text.quality_limits import Fractions, LanguageRules, limits
from leafout.text.quality_parts import MIN_NGRAM_WORDS, Parts, duplicates, narrow

SOURCE = "Rae et al. 2021, table A1"
TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10, 13)
"""13 is the size of the Chinese rule (`quality_chinese`)."""


class RepetitionRules(LanguageRules):
    """Gopher's rules on repetition (Rae et al. 2021, table A1)."""

    max_duplicate_lines: Fractions = limits(0.3, 0.3)
    """Largest fraction of lines that stood before."""
    max_duplicate_line_chars: Fractions = limits(0.2, 0.2)
    """Largest fraction of characters in lines that stood before."""
    max_duplicate_paragraphs: Fractions = limits(0.3, 0.3)
    """Largest fraction of paragraphs that stood before."""
    max_duplicate_paragraph_chars: Fractions = limits(0.2, 0.2)
    """Largest fraction of characters in paragraphs that stood before."""
    max_top_2_gram: Fractions = limits(0.2, 0.2)
    """Largest fraction of characters in the commonest pair of words."""
    max_top_3_gram: Fractions = limits(0.18, 0.18)
    """Largest fraction of characters in the commonest three words in a row."""
    max_top_4_gram: Fractions = limits(0.16, 0.16)
    """Largest fraction of characters in the commonest four words in a row."""
    max_duplicate_5_grams: Fractions = limits(0.25, 0.15)
    """Largest fraction of characters in repeats of five words in a row."""
    max_duplicate_6_grams: Fractions = limits(0.22, 0.14)
    """Largest fraction of characters in repeats of six words in a row."""
    max_duplicate_7_grams: Fractions = limits(0.2, 0.13)
    """Largest fraction of characters in repeats of seven words in a row."""
    max_duplicate_8_grams: Fractions = limits(0.18, 0.12)
    """Largest fraction of characters in repeats of eight words in a row."""
    max_duplicate_9_grams: Fractions = limits(0.16, 0.11)
    """Largest fraction of characters in repeats of nine words in a row."""
    max_duplicate_10_grams: Fractions = limits(0.14, 0.1)
    """Largest fraction of characters in repeats of ten words in a row."""


def duplicate_lines(parts: Parts) -> float:
    """Fraction of lines that stood before."""
    return duplicates(parts.lines)[0] / len(parts.lines) if parts.lines else 0.0


def duplicate_line_chars(parts: Parts) -> float:
    """Characters of lines that stood before, as a fraction of all."""
    return duplicates(parts.lines)[1] / len(parts.text) if parts.text else 0.0


def duplicate_paragraphs(parts: Parts) -> float:
    """Fraction of paragraphs that stood before."""
    return duplicates(parts.paragraphs)[0] / len(parts.paragraphs) if parts.paragraphs else 0.0


def duplicate_paragraph_chars(parts: Parts) -> float:
    """Characters of paragraphs that stood before, as a fraction of all."""
    return duplicates(parts.paragraphs)[1] / len(parts.text) if parts.text else 0.0


def top_n_gram(parts: Parts, size: int) -> float:
    """Characters in the commonest n-gram, the first of equally common ones, as a fraction of all.

    Two words of a script with spaces have one space between them; it counts. An n-gram that stands once counts nothing.
    """
    words = parts.words
    if len(words) < MIN_NGRAM_WORDS:
        return 0.0
    grams = Counter(tuple(words[start : start + size]) for start in range(len(words) - size + 1))
    gram, count = grams.most_common(1)[0]
    spaces = sum(1 for left, right in pairwise(gram) if narrow(left[0]) and narrow(right[0]))
    return count * (sum(map(len, gram)) + spaces) / len(parts.text) if count > 1 else 0.0


def duplicate_n_grams(parts: Parts, size: int) -> float:
    """Characters in n-grams that stood before, as a fraction of all; going left to right, none is counted twice."""
    words = parts.words
    if len(words) < MIN_NGRAM_WORDS:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    place, chars = 0, 0
    while place + size <= len(words):
        gram = tuple(words[place : place + size])
        if gram in seen:
            chars += sum(map(len, gram))
            place += size
        else:
            seen.add(gram)
            place += 1
    return chars / len(parts.text)


MEASURES: dict[str, Callable[[Parts], float]] = {
    "duplicate_lines": duplicate_lines,
    "duplicate_line_chars": duplicate_line_chars,
    "duplicate_paragraphs": duplicate_paragraphs,
    "duplicate_paragraph_chars": duplicate_paragraph_chars,
    **{f"top_{size}_gram": partial(top_n_gram, size=size) for size in TOP_SIZES},
    **{f"duplicate_{size}_grams": partial(duplicate_n_grams, size=size) for size in DUPLICATE_SIZES},
}
