"""Keeps from the parser what takes a parser that follows the standard quadratic time or memory.

It walks up the open elements for most tags, opens anew every unclosed formatting element in each block, and compares
each attribute of a tag with all before it (HTML Living Standard, sections 13.2.4.2, 13.2.4.3 and 13.2.5.33): 100,000
open `div` cost minutes, some hundred open `b` before 100,000 paragraphs gigabytes.
"""

import re
from collections import Counter

_MAX_TAGS = 250_000
"""Pages of 8 MB have some 140,000; each costs about 1 KB of memory while the page is read."""
_FEW_TAGS = 2000
"""So many are harmless however they stand."""
_FEW_MARKED = 10_000
"""So many open formatting tags cost little where few others stand among them."""
_MAX_OPEN = 1000
_MAX_REOPENED = 1_000_000
_LONG_TAG_BYTES = 4096
_MAX_ATTRIBUTES = 500

_VOID_TAGS = "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
_OPTIONAL_TAGS = "p li dd dt tr td th tbody thead tfoot colgroup option optgroup rb rt rtc rp html head body"
_FORMATTING_TAGS = "a b big code em font i nobr s small strike strong tt u"
_PLAIN_TAGS = "span abbr bdi bdo cite data dfn ins del kbd label mark q ruby samp sub sup time var"
_BARRIER_TAGS = "table caption object applet marquee template select svg math foreignobject"
_SKIPPED = frozenset(name.encode() for name in f"{_VOID_TAGS} {_OPTIONAL_TAGS}".split())
_UNREAD = frozenset(b"/" + name for name in _SKIPPED)
_FORMATTING = frozenset(name.encode() for name in _FORMATTING_TAGS.split())
_PLAIN = frozenset(name.encode() for name in _PLAIN_TAGS.split())
_BARRIERS = frozenset(name.encode() for name in _BARRIER_TAGS.split())
_SLASH = ord("/")
_RAW_TAGS = ("script", "style", "textarea", "title", "xmp", "noframes", "iframe")

_either = {name.encode(): "".join(f"[{char}{char.upper()}]" for char in name) for name in _RAW_TAGS}
_raw_start = re.compile(rf"<(?:!--|({'|'.join(_either.values())})(?=[\s/>]))".encode()).search
_raw_ends = {name: re.compile(f"</{pattern}".encode()).search for name, pattern in _either.items()}
_tags = re.compile(rb"<(/?[a-zA-Z][a-zA-Z0-9-]{0,30})").findall
_attribute = re.compile(
    rb"""[\s/]*+(?:[^\s/>=][^\s/>=]*+|=[^\s/>=]*+)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=>)))?"""
).match


def parse_fault(data: bytes) -> str:
    """Why a page cannot be parsed in time and memory that grow with its size alone; empty where it can.

    Args:
        data: the page in an encoding that holds ASCII as it is. Takes some 0.2 us for each tag of a page of over 2,000.
    """
    count = data.count(b"<")
    if count <= _FEW_TAGS:
        return ""
    if count > _MAX_TAGS:
        return f"over {_MAX_TAGS} tags"
    opened = marked = others = 0
    for tag, number in Counter(_tags(data)).items():
        name = tag.lower()
        if name in _FORMATTING:
            marked += number
        elif name in _SKIPPED:
            others += number
        elif not name.startswith(b"/"):
            opened += number
    if opened <= _MAX_OPEN and marked <= _FEW_MARKED and marked * (others + opened) <= _MAX_REOPENED:
        return ""
    return _read_fault(data)


def _read_fault(data: bytes) -> str:
    """The same, by following which tags are open."""
    opened: list[bytes] = []
    held: dict[bytes, int] = {}
    formatting: dict[bytes, int] = {}
    names: dict[bytes, bytes] = {}
    unclosed = reopened = 0
    for tag in _tags(_without_raw(data)):
        if tag in _SKIPPED:
            reopened += unclosed
            continue
        if tag in _UNREAD:
            continue
        name = names.get(tag) or names.setdefault(tag, tag.lower().removeprefix(b"/"))
        if tag[0] == _SLASH:
            if formatting.get(name):
                formatting[name] -= 1
                unclosed -= 1
            elif held.get(name):
                _close(name, opened, held)
        elif name in _FORMATTING:
            formatting[name] = formatting.get(name, 0) + 1
            unclosed += 1
        else:
            reopened += unclosed
            if name not in _SKIPPED:
                opened.append(name)
                held[name] = held.get(name, 0) + 1
        if len(opened) + unclosed > _MAX_OPEN:
            return f"tags nested over {_MAX_OPEN} deep"
    return "unclosed formatting tags around too many others" if reopened > _MAX_REOPENED else ""


def _close(name: bytes, opened: list[bytes], held: dict[bytes, int]) -> None:
    """Close the innermost open element of a name, and those in it, unless one of them is in the way."""
    place = len(opened) - 1
    while opened[place] != name:
        if opened[place] in _BARRIERS or (name in _PLAIN and opened[place] not in _PLAIN):
            return
        place -= 1
    for one in opened[place:]:
        held[one] -= 1
    del opened[place:]


def _without_raw(data: bytes) -> bytes:
    """A page without comments and the insides of scripts, styles and the like."""
    parts: list[bytes] = []
    place = 0
    while match := _raw_start(data, place):
        parts.append(data[place : match.start()])
        if match[1] is None:
            end = data.find(b"-->", match.end())
        else:
            found = _raw_ends[match[1].lower()](data, match.end())
            end = found.start() if found else -1
        if end < 0:
            return b"".join(parts)
        place = end + 3
    parts.append(data[place:])
    return b"".join(parts)


def tamed(data: bytes) -> bytes:
    """A page without the attributes of a long tag that come after its first 500."""
    import numpy as np

    if len(data) <= _LONG_TAG_BYTES:
        return data
    places = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("<"))
    ends = np.append(places[1:], len(data))
    parts: list[bytes] = []
    done = 0
    for number in np.flatnonzero(ends - places[: len(ends)] > _LONG_TAG_BYTES) if len(places) else ():
        start, end = int(places[number]), int(ends[number])
        cut = _cut(data, start + 1, end)
        if cut:
            parts += [data[done:cut], b">"]
            done = end
    return b"".join([*parts, data[done:]]) if parts else data


def _cut(data: bytes, place: int, end: int) -> int:
    """Where the attributes of a tag are too many; 0 where they are not."""
    if not data[place : place + 1].isalpha():
        return 0
    count = 0
    while place < end and (match := _attribute(data, place, end)) and match.end() > place:
        place, count = match.end(), count + 1
        if count > _MAX_ATTRIBUTES:
            return place
    return 0
