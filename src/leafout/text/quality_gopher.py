"""Gopher's rules on words and lines: Rae et al. 2021, "Scaling Language Models", appendix A.1.1, "Quality Filtering".

The paper's thresholds are of English words. A Chinese word has about 1.6 characters, and here each is a word.
"""

from collections.abc import Callable

from leafout.text.quality_chars import BULLET, FLAGS
from leafout.text.quality_limits import Counts, Fractions, LanguageRules, limits
from leafout.text.quality_parts import Parts, ascii_lower, has_letter

SOURCE = "Rae et al. 2021, A.1.1"
STOP_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("the", "be", "to", "of", "and", "that", "have", "with"),
    "zh": ("的", "一", "是", "不", "了", "在", "有", "和", "我", "这", "這", "之", "而", "也", "为", "為", "其", "与"),
    "other": (),
}
"""English: the paper's. Chinese: common function characters, modern and classical, simplified and traditional."""
MAX_STOP_WORD_CHARS = 4


class GopherRules(LanguageRules):
    """Gopher's rules on words and lines (Rae et al. 2021, A.1.1)."""

    min_words: Counts = limits(80, 50)
    """Fewest words; a Chinese character counts as one."""
    max_words: Counts = limits(160_000, 100_000)
    """Most words."""
    min_mean_word: Counts = limits(None, 3, other=None)
    """Least mean length of words, in characters."""
    max_mean_word: Counts = limits(None, 10, other=None)
    """Largest mean length of words, in characters."""
    max_hashes: Fractions = limits(0.1, 0.1)
    """Most `#` for each word, symbols that stand alone counted as words."""
    max_ellipses: Fractions = limits(0.1, 0.1)
    """Most `...` and `…` for each word, symbols that stand alone counted as words."""
    max_bullet_lines: Fractions = limits(0.9, 0.9)
    """Largest fraction of lines that start with a bullet."""
    max_ellipsis_lines: Fractions = limits(0.3, 0.3)
    """Largest fraction of lines that end with an ellipsis."""
    min_alphabetic_words: Fractions = limits(0.8, 0.8)
    """Smallest fraction of words that hold a letter, symbols that stand alone counted as words."""
    min_stop_words: Counts = limits(2, 2, other=None)
    """Fewest different stop words."""


def words(parts: Parts) -> float:
    """How many words there are."""
    return float(len(parts.words))


def mean_word(parts: Parts) -> float:
    """Mean length of the words in characters."""
    return sum(map(len, parts.words)) / len(parts.words) if parts.words else 0.0


def hashes(parts: Parts) -> float:
    """`#` for each token."""
    return parts.text.count("#") / parts.num_tokens if parts.num_tokens else 0.0


def ellipses(parts: Parts) -> float:
    """`...` and `…` for each token."""
    return (parts.text.count("...") + parts.text.count("…")) / parts.num_tokens if parts.num_tokens else 0.0


def bullet_lines(parts: Parts) -> float:
    """Fraction of lines that start with a bullet."""
    found = sum(1 for line in parts.lines if FLAGS[line[0]] & BULLET)
    return found / len(parts.lines) if parts.lines else 0.0


def ellipsis_lines(parts: Parts) -> float:
    """Fraction of lines that end with an ellipsis."""
    found = sum(1 for line in parts.lines if line.endswith(("...", "…")))
    return found / len(parts.lines) if parts.lines else 0.0


def alphabetic_words(parts: Parts) -> float:
    """Fraction of tokens that hold a letter."""
    return sum(map(has_letter, parts.words)) / parts.num_tokens if parts.num_tokens else 0.0


def stop_words(parts: Parts) -> float:
    """How many different stop words of the text's language there are."""
    wanted = STOP_WORDS[parts.kind]
    return float(len({ascii_lower(word) for word in parts.words}.intersection(wanted)))


MEASURES: dict[str, Callable[[Parts], float]] = {
    "words": words,
    "mean_word": mean_word,
    "hashes": hashes,
    "ellipses": ellipses,
    "bullet_lines": bullet_lines,
    "ellipsis_lines": ellipsis_lines,
    "alphabetic_words": alphabetic_words,
    "stop_words": stop_words,
}
