"""The encoding of a web page: what it is declared to be, checked against its bytes, for declarations lie both ways."""

import codecs
import re
from dataclasses import dataclass

from leafout.core.errors import LeafoutError

_META_BYTES = 4096
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_meta = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE).search
_xml = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE).match
_header = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE).search

_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "euc_kr": "cp949", "ascii": "cp1252", "iso8859-1": "cp1252", "latin_1": "cp1252", "iso8859-9": "cp1254",
    "tis-620": "cp874", "iso8859-11": "cp874", "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8",
    "utf-32": "utf-8", "utf-7": "",
}  # fmt: skip
"""What browsers take a name for (WHATWG Encoding, section 4.2); a page cannot name UTF-16 in ASCII letters."""

_CJK = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "iso2022_jp")
_CYRILLIC = frozenset(("cp1251", "koi8-r", "koi8-u", "iso8859-5", "mac-cyrillic"))
_common = re.compile(
    "[的一是不了在人有我他中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過发發后後作里裡这這个個们們"
    "日本新用行方月文公分成民市报報网網与與、。，！？：「」《》“”（）ぁ-んアイスンルトーリラッ이다는의에을가고하한지기로사스리도은어시]"
).findall
_ENOUGH = 0.12
"""The least fraction of a text's characters beyond ASCII that are among the most common of its script."""
_SAMPLE_BYTES = 1 << 16
_tags = re.compile(rb"<[^>]*>").sub


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was decoded.

    Attributes:
        encoding: Python's name of it.
        replaced: how many places could not be decoded and stand as U+FFFD.
    """

    text: str
    encoding: str
    replaced: int = 0


def decode_page(data: bytes, *, content_type: str = "") -> Decoded:
    """The text of a page.

    A byte order mark decides. Else bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever is declared. Then what
    the bytes look like (resiliparse's detector, after Mozilla's) and what the response and the page's first 4 KiB
    declare are weighed: of encodings of Chinese, Japanese and Korean the one whose text has most of the commonest
    characters, of single-byte ones the declared one. windows-1252 is the last resort; what it cannot say stands as
    U+FFFD.

    Args:
        data: the page.
        content_type: the header `Content-Type` of its response.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    zeros = data[:_META_BYTES].count(0)
    if zeros > len(data[:_META_BYTES]) // 5:
        little = data[1:_META_BYTES:2].count(0) > data[:_META_BYTES:2].count(0)
        return _decoded(data, "utf-16-le" if little else "utf-16-be")
    if data.isascii() and b"\x1b" not in data:
        return Decoded(data.decode("ascii"), "utf-8")
    text = _strict(data, "utf-8")
    if text is not None and b"\x1b$" not in data:
        return Decoded(text, "utf-8")
    return _decoded(data, _likely(data, _declared(data, content_type)))


def _declared(data: bytes, content_type: str) -> list[str]:
    names: list[str] = []
    found = _header(content_type)
    if found:
        names.append(found[1])
    head = data[:_META_BYTES]
    names += [match[1].decode("ascii", "ignore") for match in (_meta(head), _xml(head)) if match]
    known = [_python_name(name) for name in names]
    return list(dict.fromkeys(name for name in known if name))


def _python_name(label: str) -> str:
    label = label.strip().lower().removeprefix("x-")
    label = {
        "sjis": "cp932",
        "windows-31j": "cp932",
        "unicode": "utf-8",
        "utf8mb4": "utf-8",
        "gb_2312-80": "gb2312",
    }.get(label, label)
    try:
        name = codecs.lookup(label).name
        "".encode(name)
    except (LookupError, ValueError):
        return ""
    if name in {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}:
        return ""
    return _WIDER.get(name, name)


def _strict(data: bytes, encoding: str) -> str | None:
    """The text, where all of it decodes but perhaps a last character that was cut."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end < len(data) and len(data) - error.start > 4:
            return None
        try:
            return data[: error.start].decode(encoding)
        except UnicodeDecodeError:
            return None


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, text.count("\ufffd"))


def _likely(data: bytes, declared: list[str]) -> str:
    try:
        from resiliparse.parse.encoding import detect_encoding
    except ImportError:
        hint = "pip install 'leafout[web]'"
        raise LeafoutError("reading web pages takes `resiliparse`, which is not installed", hint=hint) from None

    first = next(
        (place for place in range(0, len(data), _SAMPLE_BYTES) if not data[place : place + _SAMPLE_BYTES].isascii()), 0
    )
    sample = _tags(b" ", data[first : first + _SAMPLE_BYTES])
    if _faults(sample, "utf-8") <= 0.05:
        return "utf-8"
    seen = _python_name(detect_encoding(sample) or "")
    wide = {name: _score(sample, name) for name in _CJK}
    for name in {seen, *declared} & wide.keys():
        wide[name] *= 1.5 if name == seen else 1.1
    best = max(wide, key=lambda name: wide[name])
    if wide[best] >= _ENOUGH:
        return best
    if seen in _CYRILLIC:
        return seen
    narrow = [name for name in (*declared, seen) if name and name not in _CJK and name != "utf-8"]
    return next((name for name in narrow if _faults(sample, name) <= 0.02), "cp1252")


def _faults(data: bytes, encoding: str) -> float:
    """The fraction of characters beyond ASCII that could not be decoded."""
    text = data.decode(encoding, "replace")
    return text.count("\ufffd") / max(1, _beyond(text))


def _beyond(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _score(data: bytes, encoding: str) -> float:
    """The fraction of characters beyond ASCII that are among the commonest; faults count against it."""
    text = data.decode(encoding, "replace")
    return (len(_common(text)) - 10 * text.count("\ufffd")) / max(1, _beyond(text))
