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
    lead = (
        "Every row read is accounted for: kept, dropped, merged, or rejected as unreadable. Fold a step out to see why."
    )
    return tag("section", tag("h2", "Data", id="data"), tag("p", lead, class_="lead"), *[_step(step) for step in steps])


def counts(funnel: Mapping[str, Any]) -> dict[str, int]:
    """Rows kept, dropped, merged and rejected."""
    return {
        "kept": int(funnel.get("kept", 0)),
        "dropped": sum((funnel.get("dropped") or {}).values()),
        "merged": int(funnel.get("merged", 0)),
        "rejected": sum((funnel.get("rejected") or {}).values()),
    }


def _step(step: Mapping[str, Any]) -> Html:
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
    return tag("div", head, bar, tag("p", *parts, class_="note"), _sides(funnel), _why(step, read), class_="ledger")


def _share(count: float, read: float) -> str:
    return f" ({count / read:.1%})" if read and count != read else ""


def _sides(funnel: Mapping[str, Any]) -> Html | None:
    sides = funnel.get("sides")
    if not isinstance(sides, dict):
        return None
    return tag("p", ", ".join(f"{name} {figure(count)}" for name, count in sides.items()), class_="note")


def _why(step: Mapping[str, Any], read: float) -> Html | None:
    """A row for each reason, the most frequent first; edits, which lose nothing, after them."""
    told = step["evidence"]
    rows: list[tuple[Html | str | None, ...]] = []
    for kind, samples in (("dropped", told.get("dropped", {})), ("rejected", told.get("rejects", {})), ("edited", {})):
        reasons = sorted((told["funnel"].get(kind) or {}).items(), key=lambda entry: (-entry[1], entry[0]))
        for reason, count in reasons[:_REASONS]:
            said = f"edited: {reason}" if kind == "edited" else reason
            mark = tag("i", class_=f"key {kind}")
            share = f"{count / max(read, 1):.2%}"
            rows.append((mark, said.replace("_", " "), figure(count), share, _samples(samples.get(reason, []))))
    if not rows:
        return None
    listed = table(("", "reason", "rows", "share", "samples"), rows, numbers=(2, 3))
    return folded(
        join([tag("b", str(len(rows))), " reason, with samples" if len(rows) == 1 else " reasons, with samples"]),
        tag("div", listed, class_="wide"),
    )


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
