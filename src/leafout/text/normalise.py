"""Makes equal texts equal: encoding, entities, invisible characters, widths, script and white space, each by rule.

A text that needs nothing is seen to need nothing by one look (`needs_work`); `corpus.kernels.normalise` looks at many.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.text.mojibake import may_be_gbk, repaired


class NormaliseRules(Config):
    """What is done to every text before anything else looks at it."""

    mojibake: Literal["off", "plain", "ftfy"] = "plain"
    """Text read with the wrong encoding: `plain` puts right UTF-8 read as Latin-1, Windows-1252 or GBK and turns 锟斤拷 into U+FFFD; `ftfy` asks the library of that name (more encodings, slower); `off` leaves it."""  # noqa: E501 - one line is the help text
    html_entities: bool = False
    """Turn entities left over from HTML, such as `&nbsp;` or `&#20320;`, into the characters they stand for."""
    invisible: bool = True
    """Remove zero-width characters and direction marks; joiners stay inside emoji and in scripts that need them."""
    control: bool = True
    """Remove control characters but line ends and tabs."""
    full_width: bool = False
    """Turn full-width letters and digits into plain ones; Chinese punctuation stays."""
    punctuation: Literal["as_is", "full"] = "as_is"
    """`full` turns , . ; : ? ! after a Chinese character into full-width marks where no Latin text follows."""
    nfkc: bool = False
    """Apply compatibility normalisation (UAX 15); it also turns full-width punctuation into half-width."""
    script: Literal["as_is", "simplified", "traditional"] = "as_is"
    """Convert Chinese to this script (needs the extra `data`)."""
    white_space: bool = True
    """Make runs of spaces one space and line ends LF; at most one blank line, none at the ends."""


DEFAULT = NormaliseRules()
_MAX_ROUNDS = 4
INVISIBLE = re.compile("[\ufeff\u200b\u2060\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\u200c\u200d]+")
_JOINED = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
_OTHER_SPACES = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
SPACES = re.compile(f" [ {_OTHER_SPACES}]+|[{_OTHER_SPACES}][ {_OTHER_SPACES}]*")
_OTHER_SPACE = re.compile(f"[{_OTHER_SPACES}]")
_LINE_SPACES = re.compile(" \n ?|\n ")
_BLANK_LINES = re.compile(r"\n{3,}")
_ENTITY = re.compile(
    r"&(?:(?:amp|#0{0,5}38|#[xX]0{0,5}26);)*(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)?"
)
_FULL_WIDTH = {0xFF00 + place - 0x20: place for place in map(ord, "0123456789")} | {
    0xFF00 + place - 0x20: place for place in (*range(0x41, 0x5B), *range(0x61, 0x7B))
}
_FULL_WIDTH_CHAR = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
_HALF_MARK = re.compile(rf"(?<={_HAN})(?:[,;:?!] ?(?={_HAN}|\n|\Z)|\.(?={_HAN}|\n|\Z))")
_FULL_MARKS = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", ".": "。"}


def normalise(text: str, rules: NormaliseRules = DEFAULT) -> str:
    """A text in one form; see `normalise_counted`."""
    return normalise_counted(text, rules)[0]


def normalise_counted(text: str, rules: NormaliseRules = DEFAULT) -> tuple[str, list[str]]:
    """A text in one form, and the names of the rules that changed it (`lost_text` for bytes that cannot be restored).

    Args:
        text: any text.
        rules: what is done, in the order of the fields.

    Raises:
        LeafoutError: when a library that a rule needs is not installed.
    """
    edits: list[str] = []
    for _ in range(_MAX_ROUNDS):  # what one rule takes away can bring together what another one sees
        if not needs_work(text, rules):
            break
        new = _once(text, rules, edits)
        if new == text:
            break
        text = new
    return text, list(dict.fromkeys(edits))


def _once(text: str, rules: NormaliseRules, edits: list[str]) -> str:
    text = _unmixed(text, rules.mojibake, edits)
    if rules.white_space:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    else:
        lines = text
    clean = lines
    for name, step in _steps(rules):
        new = step(clean)
        if new != clean:
            edits.append(name)
        clean = new
    spaced = _spaced(clean) if rules.white_space else clean
    if spaced != clean or lines != text:
        edits.append("white_space")
    return spaced


def _unmixed(text: str, how: str, edits: list[str]) -> str:
    if how == "off":
        return text
    new, is_repaired, is_lost = repaired(text)
    if how == "ftfy":
        further = _ftfy()(new)
        is_repaired, new = is_repaired or further != new, further
    edits += ["mojibake"] * is_repaired + ["lost_text"] * is_lost
    return new


def _ftfy() -> Callable[[str], str]:
    try:
        from ftfy import fix_encoding
    except ImportError:
        raise LeafoutError(
            "`mojibake: ftfy` needs the library ftfy", hint="pip install 'leafout[data]', or `mojibake: plain`"
        ) from None
    fix: Callable[[str], str] = fix_encoding
    return fix


def _steps(rules: NormaliseRules) -> list[tuple[str, Callable[[str], str]]]:
    steps: list[tuple[bool, str, Callable[[str], str]]] = [
        (rules.html_entities, "html_entities", lambda text: _ENTITY.sub(_unescaped, text)),
        (rules.invisible, "invisible", _visible),
        (rules.control, "control", lambda text: CONTROL.sub("", text)),
        (rules.full_width, "full_width", lambda text: text.translate(_FULL_WIDTH)),
        (rules.punctuation == "full", "punctuation", lambda text: _HALF_MARK.sub(_full_mark, text)),
        (rules.nfkc, "nfkc", lambda text: unicodedata.normalize("NFKC", text)),
        (rules.script != "as_is", "script", lambda text: _in_script(text, rules.script)),
    ]
    return [(name, step) for is_on, name, step in steps if is_on]


def _unescaped(match: re.Match[str]) -> str:
    return html.unescape(f"&{match[1]};") if match[1] else "&"


def _visible(text: str) -> str:
    if text.isascii():
        return text
    if "\u200c" not in text and "\u200d" not in text:
        return INVISIBLE.sub("", text)
    return INVISIBLE.sub(_kept_joiner, text)


def _kept_joiner(match: re.Match[str]) -> str:
    """A joiner between characters that it joins stays: it makes another letter form or another emoji."""
    if match[0] not in {"\u200c", "\u200d"}:
        return ""
    around = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    return match[0] if all(map(_JOINED.match, around)) else ""


def _full_mark(match: re.Match[str]) -> str:
    return _FULL_MARKS[match[0][0]]


def _in_script(text: str, script: str) -> str:
    from leafout.text.chinese_script import convert_script

    return convert_script(text, "simplified" if script == "simplified" else "traditional")


def _spaced(text: str) -> str:
    if not _OTHER_SPACE.search(text) and not any(fault in text for fault in _SPACE_FAULTS):
        return text.strip()
    return _BLANK_LINES.sub("\n\n", _LINE_SPACES.sub("\n", SPACES.sub(" ", text))).strip()


_ROUGH_ASCII = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_ROUGH_OTHER = re.compile("[\x80-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u2066-\u2069\u3000\ufeff锟]")
_ROUGH_PAIR = re.compile("[\xc2\xc3\xce-\xd1\xe0-\xf0][^\x00-\x7f]")
_SPACE_FAULTS = ("  ", " \n", "\n ", "\n\n\n")


def needs_work(text: str, rules: NormaliseRules = DEFAULT) -> bool:
    """Whether the rules can change a text at all; when not, `normalise_counted` gives it back as it is."""
    if rules.nfkc and not unicodedata.is_normalized("NFKC", text):
        return True
    if rules.script != "as_is" or rules.mojibake == "ftfy":
        return not text.isascii() or _needs_plain(text)
    if rules.html_entities and "&" in text:
        return True
    if (rules.full_width and _FULL_WIDTH_CHAR.search(text)) or (
        rules.punctuation == "full" and _HALF_MARK.search(text)
    ):
        return True
    return _needs_plain(text)


def _needs_plain(text: str) -> bool:
    if not text:
        return False
    if text[0].isspace() or text[-1].isspace() or any(fault in text for fault in _SPACE_FAULTS):
        return True
    if _ROUGH_ASCII.search(text):
        return True
    return not text.isascii() and bool(_ROUGH_OTHER.search(text) or _ROUGH_PAIR.search(text) or may_be_gbk(text))
