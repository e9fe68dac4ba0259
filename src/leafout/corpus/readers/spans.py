"""Texts with marked spans (CLUENER, doccano) as tokens with BIO tags.

Tokens are single characters for Chinese and whole words for Latin; a span that begins or ends inside a word cuts it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leafout.corpus.documents import Document
from leafout.corpus.readers.record import KNOWN_NAMES, Reject, word_of

Span = tuple[int, int, str]
"""First character, the one after the last, and what it is."""

_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ʯͰ-ӿ]+|[0-9]+|\S")
_STARTS = ("start_offset", "start", "start_position", "begin")
_ENDS = ("end_offset", "end", "end_position")
_KINDS = ("label", "type", "entity_type", "entity", "tag")


class BadSpan(ValueError):
    """Says why spans do not fit their text."""


def holds_spans(value: object, *, empty: bool = False) -> bool:
    """Whether a value lists spans: {type: {surface: [[start, end]]}}, [[start, end, type]] or objects with offsets.

    Args:
        value: of a column.
        empty: what to say of an empty list.
    """
    if isinstance(value, Mapping):
        return all(isinstance(one, Mapping) for one in value.values()) and all(
            isinstance(places, list) for one in value.values() for places in one.values()
        )
    if not isinstance(value, list):
        return False
    return all(_is_span(one) for one in value) if value else empty


def _is_span(value: object) -> bool:
    if isinstance(value, list):
        return len(value) >= 3 and all(isinstance(one, int) and not isinstance(one, bool) for one in value[:2])
    return isinstance(value, Mapping) and any(name in value for name in _STARTS) and any(n in value for n in _ENDS)


def read_spans(row: Mapping[str, Any], text_name: str, spans_name: str, *, line: int) -> Document | Reject:
    """A row with spans as a tagged row; spans that overlap an earlier one stand in `extra["overlapping"]`."""
    text = row.get(text_name)
    if not isinstance(text, str) or not text.strip():
        reason = "empty text" if isinstance(text, str) else f"text is no string: {type(text).__name__}"
        return Reject(line, reason, str(row)[:400])
    if "\0" in text:
        return Reject(line, "NUL character", str(row)[:400])
    try:
        spans, aside = parted(sorted(spans_of(text, row[spans_name]), key=lambda span: (span[0], -span[1])))
    except BadSpan as fault:
        return Reject(line, str(fault), str(row)[:400])
    tokens, tags = tag_tokens(text, spans)
    extra: dict[str, Any] = {
        name: value
        for name, value in row.items()
        if name not in {text_name, spans_name} and value not in (None, "", [])
    }
    if aside:
        extra["overlapping"] = [list(span) for span in aside]
    parts: dict[str, Any] = {}
    for part in ("group", "language", "url", "time", "licence"):
        name = next((name for name in KNOWN_NAMES[part] if name in extra), None)
        if name is not None:
            parts[part] = word_of(extra.pop(name))
    return Document(text=text, line=line, tokens=tuple(tokens), tags=tuple(tags), extra=extra, **parts)


def spans_of(text: str, value: object) -> Iterator[Span]:
    """The spans of a value that `holds_spans`.

    Raises:
        BadSpan: when one lies outside the text, or does not hold the words it says it holds.
    """
    if isinstance(value, Mapping):
        for kind, surfaces in value.items():
            for surface, places in surfaces.items():
                yield from (_of_surface(text, str(kind), surface, place) for place in places)
        return
    assert isinstance(value, list)
    for one in value:
        if isinstance(one, list):
            start, end, kind = one[:3]
        else:
            start, end, kind = (next((one[n] for n in names if n in one), None) for names in (_STARTS, _ENDS, _KINDS))
            if kind is None and isinstance(one.get("labels"), list) and one["labels"]:
                kind = one["labels"][0]
        yield _checked(text, start, end, kind)


def _of_surface(text: str, kind: str, surface: str, place: object) -> Span:
    """A span of CLUENER: its end is the last character."""
    if not isinstance(place, list) or len(place) != 2 or not isinstance(place[1], int):
        raise BadSpan(f"span is no [start, end]: {str(place)[:40]}")
    span = _checked(text, place[0], place[1] + 1, kind)
    if text[span[0] : span[1]] != surface:
        raise BadSpan(f"span does not hold its words: `{text[span[0] : span[1]][:40]}` for `{surface[:40]}`")
    return span


def _checked(text: str, start: object, end: object, kind: object) -> Span:
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise BadSpan(f"span outside the text: {start} to {end} of {len(text)} characters")
    if not isinstance(kind, str) or not kind.strip():
        raise BadSpan(f"span without a type: {start} to {end}")
    if text[start:end].isspace():
        raise BadSpan(f"span holds blanks alone: {start} to {end}")
    return start, end, kind


def parted(spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Spans that do not overlap, and those set aside: the first to begin stays, of several the longest.

    Args:
        spans: by their beginning, the longest first; a doubled one counts once.
    """
    kept: list[Span] = []
    aside: list[Span] = []
    for span in dict.fromkeys(spans):
        (aside if kept and span[0] < kept[-1][1] else kept).append(span)
    return kept, aside


def tag_tokens(text: str, spans: Sequence[Span]) -> tuple[list[str], list[str]]:
    """The tokens of a text and their BIO tags.

    Args:
        text: with the spans.
        spans: in order, none overlapping.
    """
    tokens: list[str] = []
    tags: list[str] = []
    place = 0
    for start, end, kind in spans:
        between = _TOKEN.findall(text, place, start)
        inside = _TOKEN.findall(text, start, end)
        tokens += between + inside
        tags += ["O"] * len(between) + [f"B-{kind}", *[f"I-{kind}"] * (len(inside) - 1)] * bool(inside)
        place = end
    rest = _TOKEN.findall(text, place)
    return tokens + rest, tags + ["O"] * len(rest)
