"""What was taken out and what was changed: reasons with samples, personal data, copies, leaks, repeats, filters."""

from collections.abc import Mapping, Sequence
from typing import Any

from leafout.chain.card.figures import plain_bars
from leafout.chain.flat import flat
from leafout.chain.report.html import Html, figure, folded, sample, table, tag
from leafout.chain.report.sections.funnel import reasons

_ALL = 200
_OPENED = 6


def removed(data: Mapping[str, Any]) -> Html | None:
    """The reasons of every step, with samples of each."""
    parts: list[Html | None] = []
    for step in data["steps"]:
        funnel = {name: value for name, value in step["funnel"].items() if name != "edited"}
        listed, _ = reasons(funnel, step["dropped"], step["rejects"], most=_OPENED)
        if listed is not None:
            parts.append(
                tag("h3", step["name"], tag("small", f"{step['stage']}, {figure(funnel.get('read', 0))} read"))
            )
            parts.append(listed)
            rest, count = reasons(funnel, step["dropped"], step["rejects"], most=_ALL, skip=_OPENED)
            parts.append(None if rest is None else folded(f"{count} more", rest))
    if not parts:
        return None
    lead = "Every row that was read is in the documents or here, counted once, under the first reason that held."
    return tag(
        "section", tag("h2", "What was left out", id="removed"), tag("p", lead, class_="lead"), *parts, class_="removed"
    )


def changed(data: Mapping[str, Any]) -> Html | None:
    """Personal data, edits and what repeated, over all steps."""
    masked, edited = _summed(data["steps"], "masked"), _summed(data["steps"], "edited")
    figures = [
        plain_bars("Personal data masked", masked, "places"),
        plain_bars("Edits", edited, "edits"),
    ]
    shown = [one for one in figures if one is not None]
    cut = [part for step in data["steps"] for part in _cut(step["notes"].get("cut", {}))]
    if not shown and not cut:
        return None
    grid = tag("div", *shown, class_="grids") if shown else None
    return tag("section", tag("h2", "What was changed", id="changed"), grid, *cut)


def _summed(steps: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for step in steps:
        for kind, count in step["notes"].get(name, {}).items():
            found[kind] = found.get(kind, 0) + int(count)
    return found


def _cut(told: Mapping[str, Mapping[str, Any]]) -> list[Html]:
    """What each search for repeats took out, with the commonest examples."""
    parts = []
    for search, about in told.items():
        figures = ", ".join(f"{name.replace('_', ' ')} {figure(v)}" for name, v in about.items() if name != "examples")
        rows = [(sample(one.get("text", ""), max_chars=200), figure(one.get("times", 0))) for one in about["examples"]]
        listed = table(("cut", "times"), rows, numbers=(1,)) if rows else None
        parts.append(tag("div", tag("h3", search.replace("_", " ")), tag("p", figures, class_="note"), listed))
    return parts


def compared(data: Mapping[str, Any]) -> Html | None:
    """Copies, leaks of a published split, words of held-out rows in what is learnt from, and learned filters."""
    parts: list[Html] = []
    for step in data["steps"]:
        notes = step["notes"]
        for name, title in (
            ("duplicates", "Copies"),
            ("leaks", "Leaks between sides"),
            ("contamination", "Words of held-out rows in documents"),
            ("filters", "Learned filters"),
        ):
            values = flat(notes.get(name, {})).items()
            rows = [(key.replace(".", ", ").replace("_", " "), _value(value)) for key, value in values]
            if rows:
                caption = tag("figcaption", tag("b", title), tag("span", step["name"], class_="faint"))
                parts.append(tag("figure", caption, table((), rows, numbers=(1,))))
    if not parts:
        return None
    return tag("section", tag("h2", "Copies, leaks, filters", id="compared"), tag("div", *parts, class_="packed"))


def _value(value: object) -> str:
    return figure(value, 3) if isinstance(value, int | float) else str(value)
