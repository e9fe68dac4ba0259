"""What a reader sees of a link inside a wiki."""

import re
from collections import Counter

_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}|simple|zh-[a-z-]+|be-tarask|be-x-old|roa-rup|roa-tara|nds-nl|map-bms|fiu-vro|bat-smg|cbk-zam)\Z"
)
_NO_LANGUAGES = frozenset({"doi", "mw", "wp", "rfc", "wmf", "www"})
_MAX_PREFIX_CHARS = 40


def link_text(target: str, label: str | None, dropped_namespaces: frozenset[str], counts: Counter[str]) -> str:
    """The label of a link, or its target where it has none; nothing for files, categories and other languages.

    Args:
        target: what stands before the first `|`.
        label: what stands after it; None without one.
        dropped_namespaces: prefixes that show no text, in lower case.
        counts: receives what was dropped.
    """
    if "\n" in target:
        return target if label is None else f"{target} {label}"
    prefix, colon, _ = target[:_MAX_PREFIX_CHARS].partition(":")
    if colon and prefix.strip():
        name = prefix.strip().replace("_", " ")
        if name.lower() in dropped_namespaces:
            counts["categories" if name.lower() in _CATEGORIES else "files"] += 1
            return ""
        if name not in _NO_LANGUAGES and _LANGUAGE.match(name):
            counts["language_links"] += 1
            return ""
    if label is not None and label.strip():
        return label
    shown = target.strip().removeprefix(":")
    if label is not None:
        shown = re.sub(r"\s*[(（][^()（）]*[)）]\Z", "", shown.rpartition(":")[2])
    return shown if "://" not in shown[:12] else shown.partition(" ")[2]


_CATEGORIES_WORDS = "category 分类 分類 kategorie catégorie categoría カテゴリ категория"
_CATEGORIES = frozenset(_CATEGORIES_WORDS.split())
