"""The card as one HTML file that needs nothing else, in the look of the report."""

import json
from collections.abc import Mapping
from typing import Any

from leafout.chain.card import changes, contents, drawing
from leafout.chain.report.html import Html, figure, folded, join, table, tag
from leafout.chain.report.page import head

_NAMES = (
    ("way", "the way"),
    ("contents", "what it is"),
    ("removed", "left out"),
    ("changed", "changed"),
    ("compared", "copies and leaks"),
    ("samples", "samples"),
    ("steps", "how it was made"),
)


def page(data: Mapping[str, Any]) -> str:
    """The card as HTML: no script, no font, no picture from elsewhere.

    Args:
        data: of `gather.gather`.
    """
    parts = {
        "way": _way(data),
        "contents": contents.section(data),
        "removed": changes.removed(data),
        "changed": changes.changed(data),
        "compared": changes.compared(data),
        "samples": contents.samples(data),
        "steps": _steps(data),
    }
    links = [tag("a", said, href=f"#{name}") for name, said in _NAMES if parts[name] is not None]
    body = tag(
        "body",
        _header(data),
        tag("main", tag("nav", *links), *parts.values()),
        tag("footer", f"data card by leafout {data['leafout']}"),
    )
    whole = tag("html", head(f"{data['name']} · data card"), body, lang="en")
    return f"<!doctype html>\n{whole}\n"


def _header(data: Mapping[str, Any]) -> Html:
    of = data["of"]
    made = f"{of['stage']} {of['key'][:12]}, digest {of['digest'][:12]}" if of["key"] else "a folder of documents"
    return tag(
        "header",
        tag("h1", data["name"], tag("small", "data card")),
        tag("p", made, class_="lead"),
        tag("div", *_tiles(data), class_="tiles"),
    )


def _tiles(data: Mapping[str, Any]) -> list[Html]:
    card = data["card"]
    languages, licences = card["languages"], card["licences"]
    files = card["sources"]["names"]
    found = [
        (_compact(card["documents"]), "documents", f"from {figure(files)} {'file' if files == 1 else 'files'}"),
        (_compact(card["characters"]), "characters", contents.size_of(card)),
    ]
    if languages["top"]:
        first = languages["top"][0]
        more = languages["names"] - 1
        share = f"{first['documents'] / card['documents']:.0%} of documents"
        found.append(
            (first["name"][:12], share, f"and {figure(more)} other languages" if more else "the only language")
        )
    unsaid = licences["none_said"]["documents"]
    said = f"{unsaid / max(card['documents'], 1):.0%} say none" if unsaid else "every document says one"
    found.append((figure(licences["names"]), "licence" if licences["names"] == 1 else "licences", said))
    read = sum(step["funnel"].get("read", 0) for step in data["steps"] if not any(step["inputs"].values()))
    if read and not data["of"]["side"]:
        found.append((f"{card['documents'] / read:.1%}", "kept", f"of {figure(read)} rows read"))
    masked = sum(sum(step["notes"].get("masked", {}).values()) for step in data["steps"])
    if masked:
        found.append((_compact(masked), "places masked", "of personal data"))
    return [tag("div", tag("b", one), tag("span", said), tag("span", more), class_="tile") for one, said, more in found]


def _compact(count: int) -> str:
    """A large number in few characters, such as `13.6 M`."""
    for limit, unit in ((10**9, "G"), (10**6, "M")):
        if count >= limit:
            return f"{count / limit:.3g} {unit}"
    return figure(count)


def _way(data: Mapping[str, Any]) -> Html | None:
    if not data["steps"]:
        return None
    lead = "As wide as the rows it read, narrowing to those it kept; every row is counted once."
    return tag(
        "section",
        tag("h2", "From the files to here", id="way"),
        tag("p", lead, class_="lead"),
        drawing.funnel(data["steps"], data["sides"]),
    )


def _steps(data: Mapping[str, Any]) -> Html | None:
    if not data["steps"]:
        return None
    lead = "Every default is written out; equal settings and inputs make equal documents."
    folds = [_step(step) for step in data["steps"]]
    return tag("section", tag("h2", "How it was made", id="steps"), tag("p", lead, class_="lead"), *folds)


def _step(step: Mapping[str, Any]) -> Html:
    facts = [("stage", f"{step['stage']}, version {step['version']}")]
    facts += [("key", tag("code", step["key"])), ("digest", tag("code", step["digest"]))]
    facts += [(f"input {name}", source or "not in the store") for name, source in step["inputs"].items()]
    facts += [(name, str(value)) for name, value in step["made_with"].items()]
    rows = [(name, tag("code", digest[:16])) for name, digest in step["outside"].items()]
    shown = f", the first {len(rows)} of {figure(step['outside_files'])}" if len(rows) < step["outside_files"] else ""
    files = folded(f"files it read and their sha256{shown}", table((), rows)) if rows else None
    settings = json.dumps(step["config"], ensure_ascii=False, indent=1)
    title = join([tag("b", step["name"]), f" {step['stage']} ", tag("code", step["key"][:12])])
    return folded(title, table((), facts), tag("pre", settings), files)
