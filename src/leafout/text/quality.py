"""Rules that say whether a text is worth learning from; each has a name, a threshold and a source.

Gopher: Rae et al. 2021, "Scaling Language Models", appendix A.1.1. C4: Raffel et al. 2020, section 2.2. Their word
counts are of English; for Chinese a character counts as a word and the thresholds on repetition are higher, since
common characters repeat more often than common words.
"""

import re
from collections import Counter
from itertools import pairwise

from pydantic import Field

from leafout.core.config import Config

_UNITS = re.compile("[\u3400-\u9fff]|[A-Za-z0-9_'À-ɏ]+")
NO_LETTERS = re.compile(r"[\W_]+")
"""Whatever is neither letter nor digit, as `str.isalnum` has it."""
_MIN_UNITS = 50
"""Repetition of n-grams says little about shorter texts."""


class QualityRules(Config):
    """Bounds on length, symbols and repetition; 0 or 1 switches a rule off."""

    min_chars: int = Field(default=10, ge=0)
    """Shortest text kept, in characters."""
    max_chars: int = Field(default=1_000_000, ge=1)
    """Longest text kept, in characters."""
    max_symbols: float = Field(default=0.5, gt=0, le=1)
    """Largest fraction of characters that are neither letters, digits nor white space."""
    max_repeated_chars: float = Field(default=0.4, gt=0, le=1)
    """Largest fraction that one character may take, white space aside."""
    max_repeated_lines: float = Field(default=0.3, gt=0, le=1)
    """Largest fraction of lines that stood before (Gopher)."""
    max_top_bigram: float = Field(default=0.2, gt=0, le=1)
    """Largest fraction of the text that its commonest word pair may take (Gopher); for Chinese 1.25 times this."""
    filler: bool = True
    """Drop texts with `lorem ipsum` and pages that only ask for JavaScript (C4)."""


def fault(text: str, language: str, rules: QualityRules) -> str | None:
    """The name of the first rule that a text breaks, or None.

    Args:
        text: normalised.
        language: `zh`, `en` or `other`.
        rules: the thresholds.
    """
    if len(text) < rules.min_chars:
        return "too_short"
    if len(text) > rules.max_chars:
        return "too_long"
    dense = "".join(text.split())
    if not dense:
        return "too_short"
    if len(dense) - len(NO_LETTERS.sub("", dense)) > rules.max_symbols * len(dense):
        return "symbols"
    if len(dense) >= 20 and Counter(dense).most_common(1)[0][1] > rules.max_repeated_chars * len(dense):
        return "repeated_chars"
    return _repetition(text, language, rules) or _filler(text, rules)


def _repetition(text: str, language: str, rules: QualityRules) -> str | None:
    lines = [line for line in text.split("\n") if line]
    if len(lines) > 3 and len(lines) - len(set(lines)) > rules.max_repeated_lines * len(lines):
        return "repeated_lines"
    if rules.max_top_bigram >= 1:
        return None
    units = _UNITS.findall(text)
    if len(units) < _MIN_UNITS:
        return None
    pair, count = Counter(pairwise(units)).most_common(1)[0]
    chars = count * (len(pair[0]) + len(pair[1]))
    limit = rules.max_top_bigram * (1.25 if language == "zh" else 1.0)
    return "repeated_bigram" if count > 1 and chars > limit * sum(map(len, units)) else None


def _filler(text: str, rules: QualityRules) -> str | None:
    if not rules.filler:
        return None
    lower = text.lower()
    if "lorem ipsum" in lower:
        return "filler"
    return "filler" if len(text) < 400 and "enable javascript" in lower else None
