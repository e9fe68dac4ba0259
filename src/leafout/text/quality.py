"""Rules that say whether a text is worth learning from: their thresholds, and the plain reference of each.

Each rule has a name, a measure and a source; the families are in `quality_basic`, `quality_gopher`,
`quality_repetition`, `quality_c4`, `quality_fineweb` and `quality_chinese`. The compiled pass in
`corpus.kernels.quality` gives the same reasons.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from leafout.core.config import Config
from leafout.text.quality_c4 import C4Rules
from leafout.text.quality_chinese import ChineseRules
from leafout.text.quality_fineweb import FineWebRules
from leafout.text.quality_gopher import GopherRules
from leafout.text.quality_limits import KINDS, LanguageKind, kind_of
from leafout.text.quality_parts import Parts
from leafout.text.quality_repetition import RepetitionRules
from leafout.text.quality_table import MEASURES, RULES, Limit, limit_of

NO_LETTERS = re.compile(r"[\W_]+")
"""Whatever is neither letter nor digit, as `str.isalnum` has it."""

_OFF: dict[str, Any] = {
    "min_chars": 0,
    "max_chars": None,
    "max_symbols": 1,
    "max_repeated_chars": 1,
    "max_repeated_lines": 1,
    "max_top_bigram": 1,
    "filler": False,
}
_GOPHER: dict[str, Any] = {"gopher": {}, "repetition": {}}
_FINEWEB: dict[str, Any] = {**_GOPHER, "c4": {"line_ends": False}, "fineweb": {}}
PRESETS: dict[str, dict[str, Any]] = {
    "none": _OFF,
    "basic": {},
    "gopher": _GOPHER,
    "c4": {"c4": {}},
    "fineweb": _FINEWEB,
    "chinese": {"chinese": {}},
    "web": {**_FINEWEB, "chinese": {}},
}
"""What a preset sets where the user sets nothing."""


class QualityRules(Config):
    """Bounds on length, symbols and repetition, and families of rules by choice; 0 or 1 switches a bound off."""

    preset: Literal["none", "basic", "gopher", "c4", "fineweb", "chinese", "web"] = "basic"
    """Which families are on: only the general rules (`basic`); with Gopher's; with C4's; all of FineWeb's (Gopher, C4
    without the line ends, its own); with those for Chinese; all (`web`); no rule (`none`)."""
    min_chars: int = Field(default=10, ge=0)
    """Shortest text kept, in characters."""
    max_chars: int | None = Field(default=1_000_000, ge=1)
    """Longest text kept, in characters."""
    max_symbols: float = Field(default=0.5, gt=0, le=1)
    """Largest fraction of characters that are neither letters, digits nor white space."""
    max_repeated_chars: float = Field(default=0.4, gt=0, le=1)
    """Largest fraction that one character may take, white space aside."""
    max_repeated_lines: float = Field(default=0.3, gt=0, le=1)
    """Largest fraction of lines that stood before, in texts of four lines and more (Gopher)."""
    max_top_bigram: float = Field(default=0.2, gt=0, le=1)
    """Largest fraction of the text that its commonest word pair may take (Gopher); for Chinese 1.25 times this."""
    filler: bool = True
    """Drop texts with `lorem ipsum` and pages that only ask for JavaScript (C4)."""
    gopher: GopherRules | None = None
    """Gopher's rules on words and lines (Rae et al. 2021, A.1.1)."""
    repetition: RepetitionRules | None = None
    """Gopher's rules on repetition (Rae et al. 2021, table A1)."""
    c4: C4Rules | None = None
    """C4's rules (Raffel et al. 2020, 2.2); those on lines are edits."""
    fineweb: FineWebRules | None = None
    """FineWeb's own rules (Penedo et al. 2024, 3.6)."""
    chinese: ChineseRules | None = None
    """Rules for Chinese web text (Chen et al. 2023, and our own)."""

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        name = values.get("preset", "basic")
        filled = dict(PRESETS.get(name, {})) if isinstance(name, str) else {}
        for key, value in values.items():
            known = filled.get(key)
            filled[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, Mapping) else value
        return filled

    @cached_property
    def limits(self) -> dict[LanguageKind, tuple[Limit, ...]]:
        """The rules that are on for each language, in the order in which they are asked."""
        found: dict[LanguageKind, tuple[Limit, ...]] = {}
        for kind in KINDS:
            each = (limit_of(rule, self, kind) for rule in RULES)
            found[kind] = tuple(limit for limit in each if limit is not None)
        return found

    def short_line_chars(self, kind: LanguageKind) -> float:
        """What a short line is, in characters."""
        chosen = None if self.fineweb is None else self.fineweb.short_line_chars[kind]
        return 0.0 if chosen is None else float(chosen)

    @property
    def bad_words(self) -> tuple[str, ...]:
        """Words that no text may have."""
        return () if self.c4 is None else self.c4.bad_words


def parts_of(text: str, language: str, rules: QualityRules) -> Parts:
    """A text as the measures see it."""
    kind = kind_of(language)
    return Parts(text, kind=kind, short_line_chars=rules.short_line_chars(kind), bad_words=rules.bad_words)


def fault(text: str, language: str, rules: QualityRules) -> str | None:
    """The name of the first rule that a text breaks, or None.

    Args:
        text: normalised.
        language: `zh`, `en` or any other.
        rules: the thresholds.
    """
    parts = parts_of(text, language, rules)
    for limit in rules.limits[parts.kind]:
        value = MEASURES[limit.rule.measure](parts)
        if value < limit.low or value > limit.high:
            return limit.rule.reason
    return None
