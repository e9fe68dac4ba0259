"""Language variants of wikitext, `-{zh-hans:计算机;zh-hant:電腦}-`, as a reader of one variety of Chinese sees them.

The syntax, the flags and the order of fallbacks follow MediaWiki's "Writing systems/Syntax" and its language converter.
"""

import re
from dataclasses import dataclass

_MAINLAND = ("zh-hans", "zh-cn", "zh-sg", "zh-my")
_TAIWAN = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")
FALLBACKS: dict[str, tuple[str, ...]] = {
    "zh-hans": ("zh-hans", "zh-cn", "zh-sg", "zh-my", "zh"),
    "zh-cn": ("zh-cn", *_MAINLAND, "zh"),
    "zh-sg": ("zh-sg", "zh-my", *_MAINLAND, "zh"),
    "zh-my": ("zh-my", "zh-sg", *_MAINLAND, "zh"),
    "zh-hant": ("zh-hant", "zh-tw", "zh-hk", "zh-mo", "zh"),
    "zh-tw": ("zh-tw", *_TAIWAN, "zh"),
    "zh-hk": ("zh-hk", "zh-mo", *_TAIWAN, "zh"),
    "zh-mo": ("zh-mo", "zh-hk", *_TAIWAN, "zh"),
}
"""For each variety those whose text is shown where its own is missing, best first."""

_RULE = re.compile(r"(?:\A|;)\s*(?:([^;:]{0,40}?)=>\s*)?(zh(?:-[a-z]{2,4})?)\s*:", re.IGNORECASE)
_FLAGS = re.compile(r"\s*(?:[A-Z+-]|zh(?:-[a-z]{2,4})?)?(?:\s*;\s*(?:[A-Z+-]|zh(?:-[a-z]{2,4})?)?){0,20}\s*\Z")
_MAX_FLAG_CHARS = 80
_SILENT = frozenset("THD-")
_NOT_DECLARING = frozenset("RN")


@dataclass(frozen=True, slots=True)
class VariantRule:
    """A conversion that a page declares for what follows.

    Attributes:
        words: what becomes of words in the text; a word may become itself, so that no shorter one inside it changes.
        removes: the rule takes an earlier one back.
    """

    words: dict[str, str]
    removes: bool = False


def variant_text(content: str, variant: str) -> str:
    """What stands in the text for `-{content}-`.

    Flags: `R` shows the text as it is, `A` and none show the chosen rule, `T` (title), `H` (hidden), `D` (description)
    and `-` (removal) show nothing.

    Args:
        content: between the braces, brackets inside it resolved.
        variant: one of `FALLBACKS`; any other takes the first rule.
    """
    flags, text = _parted(content)
    if flags & _SILENT:
        return ""
    return text.strip() if "R" in flags else _chosen(text, variant)


def declared_rule(content: str, variant: str) -> VariantRule | None:
    """The rule that `-{content}-` declares for the text after it, if any.

    Flags: `A` and `H` add a rule, `-` removes it, `R` and `N` keep from both. All texts of a rule become that of the
    variety or of its nearest fallback; `from=>zh-cn:to` is for that variety alone; a text without any keeps its form.

    Args:
        content: between the braces, brackets inside it resolved.
        variant: one of `FALLBACKS`; any other has no rules.
    """
    flags, text = _parted(content)
    if not flags & {"A", "H", "-"} or flags & _NOT_DECLARING or variant not in FALLBACKS:
        return None
    given, one_way = _texts(text)
    own = next((given[code] for code in FALLBACKS[variant] if given.get(code)), "")
    words = {word: own for word in given.values() if word} if own else {}
    words |= {word: to for code, word, to in one_way if code == variant}
    if not given and not one_way and text.strip():
        words = {text.strip(): text.strip()}
    return VariantRule(words, removes="-" in flags) if words else None


def _parted(content: str) -> tuple[set[str], str]:
    """Flags and what follows them."""
    flags, pipe, rest = content.partition("|")
    if pipe and len(flags) <= _MAX_FLAG_CHARS and _FLAGS.match(flags):
        return {flag.strip() for flag in flags.split(";")}, rest
    return set(), content


def _chosen(text: str, variant: str) -> str:
    """The text of the rule for a variety, of the nearest one, of the first; all of it where there is no rule."""
    given, one_way = _texts(text)
    if not given and not one_way:
        return text.strip()
    shown = given or {code: to for code, _, to in reversed(one_way)}
    return next((shown[code] for code in FALLBACKS.get(variant, ()) if code in shown), next(iter(shown.values())))


def _texts(text: str) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """The text of each variety, and conversions of one way: variety, word, what it becomes."""
    starts = list(_RULE.finditer(text))
    ends = [*(start.start() for start in starts), len(text)][1:]
    given: dict[str, str] = {}
    one_way: list[tuple[str, str, str]] = []
    for start, end in zip(starts, ends, strict=True):
        code, to = start[2].lower(), text[start.end() : end].strip().removesuffix(";").strip()
        if start[1] is None:
            given.setdefault(code, to)
        elif start[1].strip():
            one_way.append((code, start[1].strip(), to))
    return given, one_way
