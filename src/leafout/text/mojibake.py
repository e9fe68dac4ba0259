"""Text that was read with the wrong encoding, put right where its bytes say for certain what it was.

The classics: UTF-8 read as Latin-1 or Windows-1252 (`cafÃ©`); UTF-8 read as GBK (`浣犲ソ`); Windows-1252 read as
Latin-1, where quotes and dashes become control characters; and the marks of bytes that are lost for good (`锟斤拷`,
two U+FFFD read as GBK). A stretch is changed only when its bytes are valid UTF-8 for what is claimed; real accents,
quotes and rare characters stay.
"""

import re
from functools import cache

_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
_TRAIL = f"[\u0080-\u00bf{_CP1252}]"
_LATIN = re.compile(
    f"[\u00e0-\u00ef]{_TRAIL}{{2}}|\u00f0{_TRAIL}{{3}}|(?:[\u00ce\u00cf]{_TRAIL}){{2,}}|(?:[\u00d0\u00d1]{_TRAIL}){{2,}}"
    f"|\u00c2[\u0080-\u00bf]|(?<![A-Z])\u00c3{_TRAIL}|\u00c3[\u0080-\u00bf]"
)
_LATIN_LEAD = re.compile(f"[\u00c2\u00c3\u00ce-\u00d1\u00e0-\u00f0]{_TRAIL}")
_BYTE = re.compile("[\u0080-\u009f]")
_LOST = re.compile("(?:锟斤拷)+锟?斤?|锟斤(?!拷)")
_ROUNDS = 8
_MIN_GBK_CHARS = 3
_MIN_TORN_CHARS = 6


def repaired(text: str) -> tuple[str, bool, bool]:
    """A text with its mojibake put right.

    Returns:
        The text; whether something was put right; whether marks of lost bytes became U+FFFD.
    """
    new = text
    for _ in range(_ROUNDS):  # read wrongly more than once
        last = new
        if _LATIN_LEAD.search(new):
            new = _LATIN.sub(_from_latin, new)
        new = _gbk_starts().sub(_from_gbk, new)
        if new == last:  # single bytes last: they may be parts of the above, and a quote may complete one
            new = _BYTE.sub(_from_byte, new)
        if new == last:
            break
    plain = _LOST.sub("\ufffd", new) if "锟斤" in new else new
    return plain, new != text, plain != new


def _from_byte(match: re.Match[str]) -> str:
    """A control character beyond ASCII is no control: it is a Windows-1252 byte, mostly a quote or a dash."""
    before = match.string[match.start() - 1 : match.start()]
    if match[0] == "\u0085" and not before.strip():
        return match[0]  # the line end of another age
    return bytes([ord(match[0])]).decode("cp1252", "ignore") or match[0]


def _from_latin(match: re.Match[str]) -> str:
    try:
        return bytes(map(_byte, match[0])).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _byte(char: str) -> int:
    return ord(char) if ord(char) < 256 else 0x80 + _CP1252_PLACES[char]


_CP1252_PLACES = {
    char: place - 0x80 for place in range(0x80, 0xA0) for char in [bytes([place]).decode("cp1252", "ignore")] if char
}


@cache
def _gbk_starts() -> re.Pattern[str]:
    """A run of characters beyond ASCII that begins as the lead byte of Chinese in UTF-8 does when it is read as GBK."""
    return re.compile(f"[{gbk_starts()}](?<![^\x00-\x7f].)[^\x00-\x7f]{{{_MIN_GBK_CHARS - 1},}}+", re.DOTALL)


@cache
def gbk_starts() -> str:
    """The characters whose GBK bytes are the first two of a Chinese character or punctuation mark in UTF-8."""
    pairs = (bytes([lead, trail]) for lead in (*range(0xE3, 0xEA), 0xEF) for trail in range(0x80, 0xC0))
    chars = (pair.decode("gbk", "ignore") for pair in pairs)
    return "".join(char for char in chars if "\u4e00" <= char <= "\u9fff" and char != "锟")


def may_be_gbk(text: str) -> bool:
    """Whether some run of characters beyond ASCII begins as UTF-8 read as GBK does."""
    return bool(_gbk_starts().search(text))


def _from_gbk(match: re.Match[str]) -> str:
    run = match[0]
    data = run.encode("gb18030", "replace")
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 2 or len(run) < _MIN_TORN_CHARS:
            return run
        decoded = data[: error.start].decode("utf-8") + "\ufffd"
    return decoded if _is_chinese(decoded) else run


def _is_chinese(text: str) -> bool:
    return all("\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" or char in "\ufffd…—“”‘’·" for char in text)
