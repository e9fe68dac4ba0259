"""Limits that differ by language: how they are written, and how they are read."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from leafout.core.config import Config

LanguageKind = Literal["zh", "en", "other"]
KINDS: tuple[LanguageKind, ...] = ("zh", "en", "other")
"""The languages that have thresholds of their own; `other` is all the rest."""

Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[float, Field(ge=0)]
Fractions = dict[LanguageKind, Fraction | None]
"""A fraction from 0 to 1 for each language; None where the rule is off."""
Counts = dict[LanguageKind, Count | None]
"""A number from 0 on for each language; None where the rule is off."""
Switches = dict[LanguageKind, bool]
"""Whether a rule is on, for each language."""


def kind_of(language: str) -> LanguageKind:
    """Whose thresholds a language takes."""
    if language == "zh":
        return "zh"
    return "en" if language == "en" else "other"


def limits(zh: float | None, en: float | None, **other: float | None) -> dict[LanguageKind, float | None]:
    """A limit for each language; other languages take the English one where nothing is said."""
    return {"zh": zh, "en": en, "other": other.get("other", en)}


def switches(zh: bool, en: bool) -> Switches:  # noqa: FBT001 # beside the language's name at every call
    """Whether a rule is on; for other languages as for English."""
    return {"zh": zh, "en": en, "other": en}


class LanguageRules(Config):
    """Base of rules with a limit for each language.

    A limit is written `{zh: 80, en: 50}`, where languages that are not named keep theirs; or as one number for every
    language that the rule has a limit for; or `null`, which switches the rule off.
    """

    @field_validator("*", mode="before")
    @classmethod
    def _each_language(cls, value: Any, info: ValidationInfo) -> Any:
        default = cls.model_fields[str(info.field_name)].default
        if not isinstance(default, dict):
            return value
        if isinstance(value, dict):
            return {**default, **value}
        if _is_switch(default):
            return dict.fromkeys(default, value is not None and value)
        return {kind: None if limit is None else value for kind, limit in default.items()}


def _is_switch(default: dict[str, Any]) -> bool:
    return all(isinstance(limit, bool) for limit in default.values())
