"""The few templates of wikitext that hold words of the sentence they stand in; all others show nothing.

What each shows follows its documentation page on the English or the Chinese Wikipedia.
"""

import re
from collections.abc import Callable

_MAX_NAME_CHARS = 60
_NOTE_NAME = re.compile(r"\s*([A-Za-z]{0,10}\d{0,2})\s*=(?!>)")
"""`1=`, `T=`, `G1=`, `d1=`, but not `macro=>zh-cn:`."""
_NAMED = re.compile(r"\s*([A-Za-z_-]{1,30}|\d{1,2})\s*=")
_LAST_WORDS = (
    "lang|resize|native name|transl|transliteration|tlit|color|font color|font|colored text|fontcolor|ill-wd"
    "|tooltip text"
)
_LAST = frozenset(_LAST_WORDS.split("|"))
"""The last argument is what is read."""
_FIRST_WORDS = (
    "ipa|nastaliq|nq|rtl-lang|hebrew|railgauge|track gauge|sup|sub|nowrap|nobr|small|smaller|big|larger|nihongo"
    "|abbr|tooltip|visible anchor|vanchor|quote|cquote|blockquote|bquote|rquote|quotation|centered pull quote"
    "|center|circa|c.|ca.|strong|em|bold|italic|sic|nobold|noitalic|ruby|僻字|gap|ill|interlanguage link|le"
    "|link-en|link-ja|link-fr|link-de|link-ru|link-ko|link-es|link-it|internal link|flag|flagcountry|flagu"
    "|country|sortname|sort|script|unicode|polytonic|isbn|music|chem2|su|math|mvar|var|zh-hans|zh-hant|cjk|jpn"
    "|kor|注音|flag entry|linktext|lj|lk|mono|code|tt|samp|kbd|nowiki|smallcaps|sc|smallsup|formatnum|lc|uc"
    "|lcfirst|ucfirst|angbr|angle bracket|not a typo|as written|proper name|term|defn|item"
)
_FIRST = frozenset(_FIRST_WORDS.split("|"))
"""The first argument is what is read."""
_MARKS = {
    "!": "|", "=": "=", "'": "'", "'s": "'s", "-": "-", "ndash": "–", "en dash": "–", "mdash": "—", "em dash": "—",
    "snd": " – ", "spnd": " – ", "spaced ndash": " – ", "spaced en dash": " – ", "nbsp": " ", "space": " ", "sp": " ",
    "spaces": " ", "thinsp": " ", "dot": " · ", "·": " · ", "•": " • ", "bullet": " • ", "middot": "·", "pi": "π",
    "(": "{{", ")": "}}", "((": "{{", "))": "}}", "bd": "", "break": "\n", "pb": "\n", "paragraph break": "\n",
    "--": "—", "mdashb": "—", "times": "×", "minus": "−", "shy": "", "zwj": "", "wbr": "", "ellipsis": "…", "...": "…",
}  # fmt: skip
_RANGES_WORDS = "to and or by x × - – — to(-) and(-) +/- ± or(-) & to about"
_RANGES = frozenset(_RANGES_WORDS.split())
_LANG_PREFIXES = ("lang-", "link-", "le-")


def template_text(name: str, arguments: Callable[[], list[str]]) -> str:
    """What a template shows in running text, or nothing.

    Args:
        name: as it is written; what follows a `:` is the first argument (`formatnum:1234`).
        arguments: makes its arguments, brackets inside them resolved; called only where they matter.
    """
    if len(name) > _MAX_NAME_CHARS and ":" not in name[:20]:
        return ""
    plain, colon, first = name.partition(":")
    plain = plain.strip().replace("_", " ").lower()
    show = _SHOWN.get(plain)
    if show is None:
        if plain in _MARKS and not colon:
            return _MARKS[plain]
        if not plain.startswith(_LANG_PREFIXES):
            return ""
        show = _first
    given = arguments()
    positional, named = _parted([first, *given] if colon else given)
    return show(positional, named)


def note_rules(name: str, arguments: Callable[[], list[str]]) -> list[str]:
    """The conversion rules that `{{NoteTA|T=title|G1=group|1=zh-cn:网络;zh-tw:網路|...}}` declares for its page.

    What a group holds is no part of the page.
    """
    if name.strip().lower() != "noteta":
        return []
    named = [(_NOTE_NAME.match(argument), argument) for argument in arguments()]
    return [
        argument[match.end() if match else 0 :].strip() for match, argument in named if not match or match[1].isdigit()
    ]


def _parted(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Arguments by place and by name; `1=` and so on are places."""
    positional: list[str] = []
    named: dict[str, str] = {}
    for argument in arguments:
        match = _NAMED.match(argument)
        if match:
            named[match[1].lower()] = argument[match.end() :].strip()
        else:
            positional.append(argument.strip())
    for place in range(1, 10):
        value = named.pop(str(place), None)
        if value is None:
            continue
        positional += [""] * (place - len(positional))
        positional[place - 1] = value
    return positional, named


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _first(values: list[str], named: dict[str, str]) -> str:
    return _at(values, 0) or named.get("text", "") or named.get("quote", "")


def _last(values: list[str], named: dict[str, str]) -> str:
    return (values[-1] if len(values) > 1 else "") or named.get("text", "")


def _second(values: list[str], named: dict[str, str]) -> str:
    return _at(values, 1) or named.get("text", "")


def _foreign_first(values: list[str], named: dict[str, str]) -> str:
    """`{{tsl|en|English title|中文|shown}}`."""
    return named.get("d", "") or _at(values, 3) or _at(values, 2) or _at(values, 1)


def _home_first(values: list[str], named: dict[str, str]) -> str:
    """`{{link-en|中文|English title|shown}}`."""
    return named.get("d", "") or _at(values, 2) or _at(values, 0)


def _interlanguage(values: list[str], named: dict[str, str]) -> str:
    """`{{ill|title|de|Titel|lt=shown}}`."""
    return named.get("lt", "") or _at(values, 0)


def _convert(values: list[str], _: dict[str, str]) -> str:
    """`{{convert|5|to|10|km|mi}}`: the quantity as it was given."""
    shown: list[str] = []
    for value in values:
        shown.append(value)
        if not (_is_number(value) or value in _RANGES):
            break
    return " ".join(shown) if len(shown) > 1 else ""


def _is_number(value: str) -> bool:
    return bool(value) and value[:12].lstrip("+-−").replace(",", "").replace(".", "").replace("/", "")[:1].isdigit()


def _value(values: list[str], named: dict[str, str]) -> str:
    """`{{val|1.5|0.1|u=km}}`."""
    unit = named.get("u", "") or named.get("ul", "")
    return f"{_at(values, 0)} {unit}".strip()


def _fraction(values: list[str], _: dict[str, str]) -> str:
    if len(values) >= 3:
        return f"{values[0]} {values[1]}/{values[2]}"
    return "/".join(values[:2]) if len(values) == 2 else f"1/{values[0]}" if values else ""


def _circa(values: list[str], _: dict[str, str]) -> str:
    return "c. " + "–".join(value for value in values[:2] if value) if values else "c."


def _as_of(values: list[str], named: dict[str, str]) -> str:
    date = " ".join(value for value in reversed(values[:3]) if value)
    return named.get("alt", "") or ("as of " if "lc" in named else "As of ") + date


def _ship(prefix: str) -> "_Show":
    """`{{USS|Enterprise|CV-6}}`."""
    return lambda values, _: f"{prefix} {_at(values, 0)}".strip()


def _life(values: list[str], _: dict[str, str]) -> str:
    """`{{bd|1893年|12月26日|1976年|9月9日}}` of Chinese biographies."""
    born, died = "".join(values[0:2]), "".join(values[2:4])
    return f"{born}－{died}" if died else f"{born}－" if born else ""


def _joined(values: list[str], _: dict[str, str]) -> str:
    return " ".join(value for value in values if value)


def _glued(values: list[str], _: dict[str, str]) -> str:
    """`{{chem|C|2|H|5|OH}}`."""
    return "".join(values)


def _listed(values: list[str], _: dict[str, str]) -> str:
    return "\n".join(value for value in values if value)


def _person(values: list[str], _: dict[str, str]) -> str:
    """`{{sortname|First|Last}}`."""
    return " ".join(value for value in values[:2] if value)


_Show = Callable[[list[str], dict[str, str]], str]
_SHOWN: dict[str, _Show] = {
    **dict.fromkeys(_FIRST, _first),
    **dict.fromkeys(_LAST, _last),
    **dict.fromkeys(["convert", "cvt", "conv"], _convert),
    **dict.fromkeys(["val", "nts", "num", "number"], _value),
    **dict.fromkeys(["frac", "fraction", "sfrac", "ifrac"], _fraction),
    **dict.fromkeys(["circa", "c.", "ca."], _circa),
    **dict.fromkeys(["as of", "asof"], _as_of),
    **dict.fromkeys(["bd", "生卒", "bd2"], _life),
    **dict.fromkeys(["tsl", "translink", "internal link helper"], _foreign_first),
    **dict.fromkeys(["link-en", "link-ja", "link-de", "link-fr", "link-ru", "link-ko", "le", "link-es"], _home_first),
    **dict.fromkeys(["ill", "interlanguage link"], _interlanguage),
    **dict.fromkeys(["langx", "zh-tc", "color", "lang-x"], _second),
    **dict.fromkeys(["plainlist", "unbulleted list", "ubl", "flatlist", "hlist", "bulleted list"], _listed),
    **dict.fromkeys(["sortname"], _person),
    **dict.fromkeys(["linktext", "keypress"], _joined),
    **dict.fromkeys(["chem", "ce"], _glued),
    **{
        prefix.lower(): _ship(prefix)
        for prefix in ("USS", "HMS", "RMS", "SS", "HMAS", "HMCS", "USAT", "USCGC", "MS", "MV", "INS", "ORP", "USNS")
    },
}
