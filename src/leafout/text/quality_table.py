"""The table of all quality rules, in the order in which they are asked: cheap ones first.

A rule is a bound on a measure. Its reason is the name of its field (`gopher.min_words` gives `gopher_min_words`), so
that whoever reads a reason knows which line of the chain file to change; the general rules have names of their own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from leafout.text import (
    quality_basic,
    quality_c4,
    quality_chinese,
    quality_edit,
    quality_fineweb,
    quality_gopher,
    quality_repetition,
)
from leafout.text.quality_limits import LanguageKind
from leafout.text.quality_parts import Parts

MEASURES: dict[str, Callable[[Parts], float]] = {
    **quality_basic.MEASURES,
    **quality_gopher.MEASURES,
    **quality_repetition.MEASURES,
    **quality_c4.MEASURES,
    **quality_fineweb.MEASURES,
    **quality_chinese.MEASURES,
}
"""Every measure by its name; a measure is a pure function of the text and never NaN."""

GROUPS: dict[str, tuple[str, ...]] = {
    "characters": (
        "chars", "symbols", "repeated_chars", "curly_bracket", "han", "garbled", "rare_han", "mixed_script",
        "punctuation",
    ),
    "lines": (
        "repeated_lines", "duplicate_lines", "duplicate_line_chars", "duplicate_paragraphs",
        "duplicate_paragraph_chars", "duplicate_chars", "bullet_lines", "ellipsis_lines", "line_ends", "short_lines",
        "mean_line", "sentences", "mean_sentence",
    ),
    "phrases": ("filler", "lorem_ipsum", "bad_words", "ad_phrases"),
    "words": ("words", "mean_word", "hashes", "ellipses", "newlines", "alphabetic_words", "stop_words"),
    "n-grams": (
        "top_2_gram", "top_3_gram", "top_4_gram", "duplicate_5_grams", "duplicate_6_grams", "duplicate_7_grams",
        "duplicate_8_grams", "duplicate_9_grams", "duplicate_10_grams", "duplicate_13_grams",
    ),
}  # fmt: skip
"""What the measures look at; a later group is not looked at when a rule on an earlier one is broken."""

_BASIC_REASONS = {
    "min_chars": ("too_short", "chars"),
    "max_chars": ("too_long", "chars"),
    "max_symbols": ("symbols", "symbols"),
    "max_repeated_chars": ("repeated_chars", "repeated_chars"),
    "max_repeated_lines": ("repeated_lines", "repeated_lines"),
    "max_top_bigram": ("repeated_bigram", "top_2_gram"),
    "filler": ("filler", "filler"),
}
FAMILIES: dict[str, tuple[Any, str]] = {
    "gopher": (quality_gopher.GopherRules, quality_gopher.SOURCE),
    "repetition": (quality_repetition.RepetitionRules, quality_repetition.SOURCE),
    "c4": (quality_c4.C4Rules, quality_c4.SOURCE),
    "fineweb": (quality_fineweb.FineWebRules, quality_fineweb.SOURCE),
    "chinese": (quality_chinese.ChineseRules, quality_chinese.SOURCE),
}
"""The config of each family, and where it comes from."""
_OWN_NAMES = {("chinese", "min_chars"): "chars", ("chinese", "min_line_ends"): "line_ends"}
CHINESE_PAIRS = 1.25
"""How much wider the general rule on pairs is for Chinese: common characters repeat more often than words."""


@dataclass(frozen=True)
class Rule:
    """A bound on a measure.

    Attributes:
        reason: what a document that breaks it is dropped for.
        path: of its field in `QualityRules`.
        side: whether the field is the least or the largest value allowed; a switch allows 0.
        measure: a key of `MEASURES`.
        source: where it comes from.
    """

    reason: str
    path: tuple[str, ...]
    side: Literal["min", "max"]
    measure: str
    source: str


@dataclass(frozen=True)
class Limit:
    """A rule with its bounds for one language: a text passes when low <= measure <= high."""

    rule: Rule
    low: float
    high: float


def _rules() -> tuple[Rule, ...]:
    found = [
        Rule(reason, (field,), "min" if field.startswith("min_") else "max", measure, quality_basic.SOURCE)
        for field, (reason, measure) in _BASIC_REASONS.items()
    ]
    for family, (config, source) in FAMILIES.items():
        for field in config.model_fields:
            measure = _OWN_NAMES.get((family, field), field.removeprefix("min_").removeprefix("max_"))
            if measure in MEASURES and f"{family}_{field}" not in quality_edit.EDITS:
                side: Literal["min", "max"] = "min" if field.startswith("min_") else "max"
                cited = family != "chinese" or field in quality_chinese.CITED
                cause = source if cited else quality_basic.SOURCE
                found.append(Rule(f"{family}_{field}", (family, field), side, measure, cause))
    return tuple(sorted(found, key=lambda rule: group_of(rule.measure)))


def group_of(measure: str) -> int:
    """The place of a measure's group in `GROUPS`."""
    return next(place for place, group in enumerate(GROUPS.values()) if measure in group)


RULES = _rules()
"""All rules, by what they look at and then by family."""


def limit_of(rule: Rule, rules: Any, kind: LanguageKind) -> Limit | None:
    """The bounds of a rule for a language, or None where it is off.

    Args:
        rule: one of `RULES`.
        rules: a `QualityRules`.
        kind: the language.
    """
    value = reduce(lambda held, name: None if held is None else getattr(held, name), rule.path, rules)
    if rule.path[0] == "chinese" and kind != "zh":
        return None
    if isinstance(value, dict):
        value = value[kind]
    if rule.path == ("c4", "bad_words"):
        value = bool(value)
    if value is None or value is False:
        return None
    if value is True:
        return Limit(rule, -math.inf, 0.0)
    if rule.path == ("max_top_bigram",) and kind == "zh":
        value *= CHINESE_PAIRS
    return Limit(rule, float(value), math.inf) if rule.side == "min" else Limit(rule, -math.inf, float(value))
