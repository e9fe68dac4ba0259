"""The data: what came in, what went out, and the reason of everything between, with samples."""

from collections.abc import Mapping, Sequence
from typing import Any

from leafout.chain.report.charts import shares
from leafout.chain.report.html import Html, figure, folded, join, sample, table, tag

_REASONS = 12


def section(data: Mapping[str, Any]) -> Html | None:
    """The ledgers of all data stages; None where there is none."""
    steps = [step for step in data["steps"] if "funnel" in step["evidence"]]
    if not steps:
        return None
    chain = data.get("name", "")
    lead = (
        "Every row read is accounted for: kept, dropped, merged, or rejected as unreadable. Fold a step out to see why."
    )
    return tag(
        "section", tag("h2", "Data", id="data"), tag("p", lead, class_="lead"), *[_step(step, chain) for step in steps]
    )


def counts(funnel: Mapping[str, Any]) -> dict[str, int]:
    """Rows kept, dropped, merged and rejected."""
    return {
        "kept": int(funnel.get("kept", 0)),
        "dropped": sum((funnel.get("dropped") or {}).values()),
        "merged": int(funnel.get("merged", 0)),
        "rejected": sum((funnel.get("rejected") or {}).values()),
    }


def _step(step: Mapping[str, Any], chain: str) -> Html:
    funnel = step["evidence"]["funnel"]
    found = counts(funnel)
    read = int(funnel.get("read", 0))
    bar = shares(f"{step['name']}: what became of the rows", [(name, count, name) for name, count in found.items()])
    parts = [
        tag("span", tag("i", class_=f"key {name}"), f"{name} {figure(count)}", _share(count, read))
        for name, count in found.items()
        if count or name == "kept"
    ]
    head = tag("h3", step["name"], tag("small", f"{step['stage']}, {figure(read)} read"), id=f"data-{step['name']}")
    return tag(
        "div",
        head,
        bar,
        tag("p", *parts, class_="note"),
        _sides(funnel),
        _what(step, chain),
        _why(step),
        class_="ledger",
    )


def _share(count: float, read: float) -> str:
    return f" ({count / read:.1%})" if read and count != read else ""


def _sides(funnel: Mapping[str, Any]) -> Html | None:
    sides = funnel.get("sides")
    if not isinstance(sides, dict):
        return None
    return tag("p", ", ".join(f"{name} {figure(count)}" for name, count in sides.items()), class_="note")


def told_of(card: Mapping[str, Any], *, most: int = 5) -> dict[str, str]:
    """Languages, licences and hosts of a card in words, such as `zh 120, en 40, 3 more 9`; those that say anything."""
    found = {}
    for name in ("languages", "licences", "hosts"):
        tally = card["whole"][name]
        rest = tally["names"] - len(tally["top"][:most])
        told = [f"{one['name'][:40]} {figure(one['documents'])}" for one in tally["top"][:most]]
        if told:
            count = sum(one["documents"] for one in tally["top"][most:]) + tally["others"]["documents"]
            unsaid = tally["none_said"]["documents"]
            told += [f"{figure(rest)} more {figure(count)}"] * bool(rest) + [f"none said {figure(unsaid)}"] * bool(
                unsaid
            )
            found[name] = ", ".join(told)
    return found


def _what(step: Mapping[str, Any], chain: str) -> Html | None:
    """What is kept, in a line each, and where to see more."""
    card = step["evidence"].get("card")
    if not card:
        return None
    lines = [tag("span", f"{name}: {words}") for name, words in told_of(card).items()]
    return tag(
        "p", *lines, tag("span", "more: ", tag("code", f"leafout card {chain}:{step['name']}")), class_="note told"
    )


def _why(step: Mapping[str, Any]) -> Html | None:
    """All reasons, behind a click."""
    told = step["evidence"]
    listed, count = reasons(told["funnel"], told.get("dropped", {}), told.get("rejects", {}))
    if listed is None:
        return None
    return folded(
        join([tag("b", str(count)), " reason, with samples" if count == 1 else " reasons, with samples"]), listed
    )


def reasons(
    funnel: Mapping[str, Any],
    dropped: Mapping[str, Sequence[Mapping[str, Any]]],
    rejects: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    most: int = _REASONS,
    skip: int = 0,
) -> tuple[Html | None, int]:
    """A table with a row for each reason, the most frequent first; edits, which lose nothing, after them.

    Args:
        funnel: the ledger's counts.
        dropped: samples by reason.
        rejects: the same of rows that could not be read.
        most: reasons of each kind that are shown.
        skip: the first reasons of each kind, which are not.

    Returns:
        The table, None where there is no reason; how many it shows.
    """
    read = max(int(funnel.get("read", 0)), 1)
    rows: list[tuple[Html | str | None, ...]] = []
    for kind, samples in (("dropped", dropped), ("rejected", rejects), ("edited", {})):
        found = sorted((funnel.get(kind) or {}).items(), key=lambda entry: (-entry[1], entry[0]))
        for reason, count in found[skip : skip + most]:
            said = f"edited: {reason}" if kind == "edited" else reason
            mark = tag("i", class_=f"key {kind}")
            share = f"{count / read:.2%}"
            rows.append((mark, said.replace("_", " "), figure(count), share, _samples(samples.get(reason, []))))
    if not rows:
        return None, 0
    return tag("div", table(("", "reason", "rows", "share", "samples"), rows, numbers=(2, 3)), class_="wide"), len(rows)


def _samples(found: Sequence[Mapping[str, Any]]) -> Html | None:
    if not found:
        return None
    parts = []
    for one in found:
        place = one.get("source") or one.get("file") or ""
        line = f":{one['line']}" if one.get("line") is not None else ""
        parts.append(
            tag(
                "blockquote",
                sample(one.get("text") or one.get("sample") or "", max_chars=160),
                tag("div", f"{place}{line}", class_="note mono"),
            )
        )
    return join(parts)
