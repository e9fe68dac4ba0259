"""Marks inside lines of wikitext, and its lines: headings, lists, paragraphs; sections without text go."""

import html
import re
from collections import Counter

HOLE = "\U0010fffe"
"""Stands where a template was dropped, so that the punctuation around it can be mended; no character of any text."""
_SCHEMES = "https?|ftps?|ircs?|news|gopher|git|nntp|sftp|svn|telnet|ssh|mailto|magnet|tel|urn|xmpp|geo|sip|sms|bitcoin"
_EXTERNAL = re.compile(rf"\[(?:(?:{_SCHEMES}):|//)[^\s\[\]<>\"]*((?:[\s<>\"][^\[\]\n]*)?)\]", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?![\w.])[^<>]*>")
_BLOCKS_WORDS = (
    "br hr p div center blockquote table tr caption ul ol dl li dt dd pre poem h1 h2 h3 h4 h5 h6 section article"
)
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_SPACED = frozenset({"td", "th"})
_INLINE_WORDS = (
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark nobr noinclude nowiki onlyinclude q"
    " rb rp rt rtc ruby s samp small span strike strong sub sup time tt u var wbr ref references math gallery"
    " includeonly tbody thead translate tvar lang img"
)
_INLINE = frozenset(_INLINE_WORDS.split())
_MAGIC = re.compile(r"__[^\W\d_]{2,40}__")
_QUOTES = re.compile(r"'{2,}")
_EDGES = f" \t\r\u00a0\u3000{HOLE}"
_LIST_MARKS = f"*#:; \t{HOLE}"
_HOLED = re.compile(
    rf"(?:( ?[(（])|(?<![\s;,；，、(（])(?! [(（]))([\s;,；，、]*+){HOLE}([\s;,；，、{HOLE}]*+)([)）.。:：]?)"
)
_SPACES = re.compile("[ \t\u00a0\u2009\u202f\u3000]{2,}|[\t\u00a0]")
_WORDLESS = re.compile(r"[\W_]*\Z")
_RULER = re.compile(r"-{4,}")


def plain_marks(text: str, counts: Counter[str]) -> str:
    """The text without quotes for bold and italic, external links, HTML tags, magic words; entities as characters.

    Args:
        text: wikitext without nested brackets.
        counts: receives how many external links were rewritten.
    """
    if "<" in text:
        text = _TAG.sub(_tag, text)
    if "[" in text:
        text, links = _EXTERNAL.subn(_label, text)
        if links:
            counts["external_links"] += links
    if "__" in text:
        text = _MAGIC.sub("", text)
    return text


def _label(link: re.Match[str]) -> str:
    return link[1].strip()


def _tag(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name in _BLOCKS:
        return "\n"
    if name in _SPACED:
        return " "
    return "" if name in _INLINE else tag[0]


def clean_lines(text: str, counts: Counter[str]) -> str:
    """Lines with content, an empty line before each heading; headings with nothing under them are dropped.

    Args:
        text: what `plain_marks` left.
        counts: receives `empty_sections` and `stray_rows`, what is left of tables made by templates.
    """
    out: list[str] = []
    waiting: list[tuple[int, str]] = []
    for raw in text.split("\n"):
        line = raw.strip(_EDGES)
        if not line:
            continue
        level = _heading_level(line) if line[0] == "=" and line[-1] == "=" else 0
        if level:
            while waiting and waiting[-1][0] >= level:
                waiting.pop()
                counts["empty_sections"] += 1
            waiting.append((level, _plain_line(line[level:-level])))
            continue
        if line[0] in "|!" and (line[0] == "|" or "!!" in line):
            counts["stray_rows"] += 1
            continue
        holed = HOLE in line
        line = _plain_line(_RULER.sub("", line) if line.startswith("----") else line.lstrip(_LIST_MARKS))
        if line and not (holed and _WORDLESS.match(line)):
            for _, title in waiting:
                out += ["", title] if out else [title]
            waiting.clear()
            out.append(line)
    counts["empty_sections"] += len(waiting)
    return "\n".join(out)


def _heading_level(line: str) -> int:
    left, right = len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("="))
    return 0 if left == len(line) else min(left, right, 6)


def _plain_line(line: str) -> str:
    if "''" in line:
        line = _unquoted(line)
    if "&" in line:
        line = html.unescape(line)
    if HOLE in line:
        line = _HOLED.sub(_mended, line)
    if "  " in line or "\t" in line or "\u00a0" in line or "\u3000" in line:
        line = _SPACES.sub(" ", line)
    return line.strip()


def _mended(hole: re.Match[str]) -> str:
    """What is left around a dropped template: no empty brackets, no doubled commas, no space before a full stop."""
    opening, before, after, closing = hole[1] or "", hole[2], hole[3].replace(HOLE, ""), hole[4]
    if opening and closing:
        return "" if closing in ")）" else opening + closing
    if opening or closing:
        return opening + closing
    return after if after.strip() else before + after


def _unquoted(line: str) -> str:
    """Drop the quotes of bold and italic.

    Where the marks of a line do not come out even, one `'''` is an apostrophe before an italic mark, as MediaWiki's
    parser has it: the first after a word of one letter, else after a longer word, else after a space.
    """
    runs = list(_QUOTES.finditer(line))
    bold = sum(len(run[0]) in {3, 4} or len(run[0]) >= 5 for run in runs)
    italic = sum(len(run[0]) == 2 or len(run[0]) >= 5 for run in runs)
    apostrophe = _apostrophe(line, runs) if bold % 2 and italic % 2 else -1

    def plain(run: re.Match[str]) -> str:
        if run.start() == apostrophe:
            return "'"
        length = len(run[0])
        return "'" if length == 4 else "'" * (length - 5) if length > 5 else ""

    return _QUOTES.sub(plain, line)


def _apostrophe(line: str, runs: list[re.Match[str]]) -> int:
    ranked = []
    for run in runs:
        if len(run[0]) == 3:
            before = line[max(0, run.start() - 2) : run.start()]
            rank = 2 if before[-1:] in {" ", ""} else 0 if before[:1] == " " or len(before) == 1 else 1
            ranked.append((rank, run.start()))
    return min(ranked)[1] if ranked else -1
