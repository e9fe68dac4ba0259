"""A saved feed made fit for a strict parser: its encoding found, undeclared entities and bare ampersands mended."""

import codecs
import html.entities
import re

from leafout.corpus.readers.opening import detect_encoding

_DECLARED = re.compile(rb"""<\?xml[^<>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]{0,400}\?>", re.IGNORECASE)
_AMPERSAND = re.compile(
    r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|(?:amp|lt|gt|quot|apos);)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ILLEGAL_REFERENCE = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|11|12)|[xX]0*(?:[0-8bcBC]|[eEfF]|1[0-9a-fA-F]));")
_FALLBACK = "cp1252"
_SAME = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8"}


def feed_text(data: bytes, encoding: str = "") -> tuple[str, dict[str, int]]:
    """The text of a feed without its XML declaration, ready for a parser, and what had to be mended.

    The encoding is the given one, else the byte-order mark's, else the declared one where it fits, else UTF-8 or
    GB18030 where they fit, else Windows-1252. Outside CDATA, entities of HTML become characters and bare `&` become
    `&amp;`; characters that XML forbids are dropped, also as references; so is whatever stands before the first `<`.
    """
    text, mended = _decoded(data, encoding)
    counts = {"encoding": 1} if mended else {}
    start = max(text.find("<"), 0)
    declaration = _DECLARATION.match(text, start)
    text = text[declaration.end() if declaration else start :]
    text, illegal = _ILLEGAL.subn("", text)
    if illegal:
        counts["illegal_characters"] = illegal
    text, entities = _outside_cdata(text)
    if entities:
        counts["entities"] = entities
    return text, counts


def _decoded(data: bytes, encoding: str) -> tuple[str, bool]:
    """The text, and whether what the document says of its encoding was wrong."""
    if encoding:
        return data.decode(encoding, "replace"), False
    guess = detect_encoding(data[: 1 << 16])
    if guess in {"utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"}:
        return data.decode(guess, "replace").removeprefix("\ufeff"), False
    match = _DECLARED.match(data.lstrip()[:512])
    declared = match[1].decode().lower() if match else "utf-8"
    declared = _SAME.get(declared, declared)
    for number, name in enumerate((declared, "utf-8", guess, _FALLBACK)):
        try:
            if not codecs.lookup(name).name.startswith("utf-16"):
                return data.decode(name), number > 0
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace"), True


def _outside_cdata(text: str) -> tuple[str, int]:
    if "&" not in text:
        return text, 0
    out: list[str] = []
    place, count = 0, 0
    while place < len(text):
        start = text.find("<![CDATA[", place)
        start = len(text) if start < 0 else start
        plain, one = _AMPERSAND.subn(_entity, text[place:start])
        plain, two = _ILLEGAL_REFERENCE.subn("", plain)
        end = text.find("]]>", start)
        end = len(text) if end < 0 else end + 3
        out += [plain, text[start:end]]
        place, count = end, count + one + two
    return "".join(out), count


def _entity(found: re.Match[str]) -> str:
    if not found[1]:
        return "&amp;"
    value = html.entities.html5.get(f"{found[1]};")
    return value if value is not None and value not in "<>&" else f"&amp;{found[1]};"
