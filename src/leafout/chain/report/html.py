"""HTML that is escaped unless it was built here: text from data can never become markup."""

import re
from collections.abc import Iterable, Sequence
from html import escape

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, overrides of the writing direction and halves of characters: shown as U+FFFD."""

_VOID = {"br", "meta", "hr", "img"}


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | int | float | None
Attribute = str | int | float | bool | None


def text(value: object) -> Html:
    """Any value as text that a browser shows as it is."""
    if isinstance(value, Html):
        return value
    return Html(escape(_UNSEEN.sub("\ufffd", str(value)), quote=True))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element; children that are not `Html` are escaped, None is left out.

    Args:
        name: of the element.
        *children: text, numbers or elements.
        **attributes: `class_` for class, `_` for `-`; None and False are left out, True stands without a value.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.rstrip("_").replace("_", "-")
        words.append(written if value is True else f'{written}="{text(value)}"')
    opening = f"<{' '.join(words)}>"
    if name in _VOID:
        return Html(opening)
    return Html(f"{opening}{''.join(text(child) for child in children if child is not None)}</{name}>")


def join(parts: Iterable[Child], between: str = "") -> Html:
    """Several parts in a row."""
    return Html(text(between).join(text(part) for part in parts if part is not None))


def table(heads: Sequence[Child], rows: Iterable[Sequence[Child]], *, numbers: Sequence[int] = ()) -> Html:
    """A table that scrolls by itself where the page is narrow.

    Args:
        heads: of the columns; empty for none.
        rows: cells of each row.
        numbers: columns that hold figures, aligned to the right.
    """

    def cells(kind: str, row: Sequence[Child]) -> Html:
        made = [tag(kind, cell, class_="number" if place in numbers else None) for place, cell in enumerate(row)]
        return tag("tr", *made)

    head = tag("thead", cells("th", heads)) if heads else None
    body = tag("tbody", *[cells("td", row) for row in rows])
    return tag("div", tag("table", head, body), class_="scroll")


def folded(summary: Child, *content: Child, opened: bool = False) -> Html:
    """Content that a click unfolds; print shows it as it is on the screen."""
    return tag("details", tag("summary", summary), *content, open=opened)


def sample(value: object, *, max_chars: int = 400) -> Html:
    """A text from the data, cut, in its own direction."""
    whole = str(value)
    shown = whole if len(whole) <= max_chars else whole[: max_chars - 1] + "…"
    return tag("span", shown, class_="sample", dir="auto")


def figure(value: object, digits: int = 4) -> str:
    """A number as people read it: thousands parted, few digits; anything else as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value == int(value) and abs(value) >= 1000):
        return f"{int(value):,}"
    if value != 0 and (abs(value) < 10**-digits or abs(value) >= 1e6):
        return f"{value:.3g}"
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """A span of time, such as `0.4 s`, `3 min 20 s` or `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(num_bytes: float) -> str:
    """A size in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if num_bytes < 1000 or unit == "GB":
            return f"{num_bytes:.0f} {unit}" if unit == "B" or num_bytes >= 100 else f"{num_bytes:.1f} {unit}"
        num_bytes /= 1000
    raise AssertionError
