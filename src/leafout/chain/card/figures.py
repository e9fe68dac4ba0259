"""Counts as bars: names with their documents, and columns over years or lengths."""

from collections.abc import Mapping, Sequence
from typing import Any

from leafout.chain.report.charts import WIDTH, chart, cut, short
from leafout.chain.report.html import Html, figure, folded, sample, table, tag

SHOWN = 10
_LISTED = 100
_TOP, _BOTTOM, _HEIGHT = 10, 30, 150
_NAME_CHARS = 120
_DROWNS = 4
"""Documents that say nothing get no bar when they are so many times the commonest name: it would drown all others."""


def bars(
    title: str, tally: Mapping[str, Any], *, documents: int, none_said: str = "not said", about: str = ""
) -> Html | None:
    """What `Tally.plain` counted, as bars; None where no document says anything.

    Args:
        title: the caption.
        tally: names with documents and characters, the most frequent first.
        documents: all of them; shares are of these.
        none_said: what stands at the documents that say nothing.
        about: stands below the caption.
    """
    if not tally["top"]:
        return None
    shown, rest = tally["top"][:SHOWN], tally["top"][SHOWN:]
    unsaid = int(tally["none_said"]["documents"])
    most = max(shown[0]["documents"], unsaid if unsaid < _DROWNS * shown[0]["documents"] else 1)
    rows = [_bar(one["name"], one["documents"], documents, most) for one in shown]
    others = sum(one["documents"] for one in rest) + tally["others"]["documents"]
    if others:
        names = tally["names"] - len(shown)
        rows.append(_bar(f"{figure(names)} {'other' if names == 1 else 'others'}", others, documents, most, "rest"))
    if unsaid:
        rows.append(_bar(none_said, unsaid, documents, most, "unsaid"))
    number = "" if tally["names"] == 1 else figure(tally["names"]) + ("" if tally["exact"] else " at least")
    caption = tag("figcaption", tag("b", title), tag("span", number, class_="faint"))
    below = tag("div", about, class_="note place") if about else None
    return tag("figure", caption, below, tag("ul", *rows, class_="bars"), _more(tally))


def plain_bars(title: str, counts: Mapping[str, int], unit: str) -> Html | None:
    """Counts by name as bars, the largest first; None where there is none."""
    rows = sorted(((name, count) for name, count in counts.items() if count), key=lambda row: (-row[1], row[0]))
    if not rows:
        return None
    whole = sum(count for _, count in rows)
    drawn = [_bar(name.replace("_", " "), count, 0, rows[0][1]) for name, count in rows[:SHOWN]]
    if len(rows) > SHOWN:
        others = sum(count for _, count in rows[SHOWN:])
        drawn.append(_bar(f"{len(rows) - SHOWN} others", others, 0, rows[0][1], "rest"))
    caption = tag("figcaption", tag("b", title), tag("span", f"{figure(whole)} {unit}", class_="faint"))
    return tag("figure", caption, tag("ul", *drawn, class_="bars"))


def _bar(name: str, count: int, of: int, most: int, kind: str = "") -> Html:
    share = f" · {portion(count, of)}" if of else ""
    width = round(max(100 * count / most, 0.4), 2)
    rect = tag("rect", x=0, y=0, width=width, height=4, class_=f"share {kind}".strip())
    line = (
        tag("svg", rect, viewBox="0 0 100 4", preserveAspectRatio="none", aria_hidden="true") if width <= 100 else None
    )
    said = sample(name, max_chars=_NAME_CHARS) if not kind else tag("span", name, class_="faint")
    return tag("li", said, tag("span", f"{figure(count)}{share}", class_="number"), line)


def portion(count: int, of: int) -> str:
    """A share that is never shown as none while there is one."""
    return f"{count / of:.1%}" if count * 2000 >= of or not count else "<0.1%"


def _more(tally: Mapping[str, Any]) -> Html | None:
    rest = tally["top"][SHOWN:_LISTED]
    if not rest:
        return None
    rows = [
        (sample(one["name"], max_chars=_NAME_CHARS), figure(one["documents"]), figure(one["characters"]))
        for one in rest
    ]
    return folded(f"{figure(len(rest))} more", table(("", "documents", "characters"), rows, numbers=(1, 2)))


def columns(title: str, counts: Sequence[tuple[str, int]], *, said: str) -> Html | None:
    """Columns side by side, some of them named below; None where there are fewer than two.

    Args:
        title: the caption.
        counts: name and documents, in order.
        said: what the names are.
    """
    if len(counts) < 2:
        return None
    most = max(count for _, count in counts) or 1
    step = (WIDTH - 12) / len(counts)
    every = max(1, -(-len(counts) // 8))
    base = _HEIGHT - _BOTTOM
    parts = [tag("line", x1=6, x2=WIDTH - 6, y1=base, y2=base, class_="axis")]
    for place, (name, count) in enumerate(counts):
        x = 6 + step * place
        height = max((base - _TOP) * count / most, 0.8 if count else 0)
        told = tag("title", f"{name}: {figure(count)}")
        left, width, top = round(x + step * 0.1, 2), round(step * 0.8, 2), round(base - height, 2)
        parts.append(tag("rect", told, x=left, y=top, width=width, height=round(height, 2), class_="share"))
        if place % every == 0:
            parts.append(tag("text", cut(name, 9), x=round(x + step / 2, 1), y=base + 14, class_="middle"))
    parts.append(tag("text", said, x=WIDTH - 6, y=_HEIGHT - 3, class_="end faint"))
    parts.append(tag("text", f"at most {short(most)}", x=6, y=_HEIGHT - 3, class_="faint"))
    return chart(title, parts, height=_HEIGHT)
