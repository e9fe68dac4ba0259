"""Language variants of wikitext, `-{zh-hans:计算机;zh-hant:電腦}-`, as a reader of one variety of Chinese sees them.

The syntax and the order of fallbacks follow MediaWiki's "Writing systems/Syntax" and its language converter.
"""

import re

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

_RULE = re.compile(r"(?:\A|;)\s*(?:[^;:]{0,40}?=>\s*)?(zh(?:-[a-z]{2,4})?)\s*:", re.IGNORECASE)
_FLAGS = re.compile(r"\s*(?:[A-Z+-]|zh(?:-[a-z]{2,4})?)?(?:\s*;\s*(?:[A-Z+-]|zh(?:-[a-z]{2,4})?)?){0,20}\s*\Z")
_MAX_FLAG_CHARS = 80
_SILENT = frozenset("THD-")


def variant_text(content: str, variant: str) -> str:
    """What stands in the text for `-{content}-`.

    Flags: `R` shows the text as it is, `A` and none show the chosen rule, `T` (title), `H` (hidden), `D` (description)
    and `-` (removal) show nothing.

    Args:
        content: between the braces, brackets inside it resolved.
        variant: one of `FALLBACKS`; any other takes the first rule.
    """
    flags, pipe, rest = content.partition("|")
    if pipe and len(flags) <= _MAX_FLAG_CHARS and _FLAGS.match(flags):
        names = {flag.strip() for flag in flags.split(";")}
        if names & _SILENT:
            return ""
        return rest.strip() if "R" in names else _chosen(rest, variant)
    return _chosen(content, variant)


def _chosen(text: str, variant: str) -> str:
    """The text of the rule for a variety, of the nearest one, of the first; all of it where there is no rule."""
    starts = list(_RULE.finditer(text))
    if not starts:
        return text.strip()
    rules: dict[str, str] = {}
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        rules.setdefault(start[1].lower(), text[start.end() : end].strip().removesuffix(";").strip())
    wanted = FALLBACKS.get(variant, ())
    return next((rules[code] for code in wanted if code in rules), next(iter(rules.values())))
