"""What the documents are: languages, licences, sources, hosts, labels, years, lengths, sides, and a sample of them."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from leafout.chain.card.figures import bars, columns
from leafout.chain.report.charts import short
from leafout.chain.report.html import Html, figure, join, sample, table, tag

_MAX_YEARS = 60
_LABELS = 20


def section(data: Mapping[str, Any]) -> Html:
    """All counts of the card."""
    card = data["card"]
    documents = int(card["documents"])
    sources, folder = _below(card["sources"])
    figures = [
        bars("Languages", card["languages"], documents=documents),
        bars("Licences", card["licences"], documents=documents, none_said="no licence said"),
        bars("Sources", sources, documents=documents, about=f"in {folder}" if folder else ""),
        bars("Hosts", card["hosts"], documents=documents, none_said="no url"),
        bars("Labels", card["labels"], documents=documents, none_said="no label"),
        columns("Years", _years(card["years"]), said=_span(card["time"])),
        columns("Length", _lengths(card["lengths"]), said="characters, from"),
    ]
    return tag(
        "section",
        tag("h2", "What it is", id="contents"),
        tag("p", words(card), class_="lead"),
        tag("div", *[one for one in figures if one is not None], class_="packed"),
        _sides(data["sides"]),
    )


def _below(tally: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The sources with the folder that all of them lie in taken off, and that folder."""
    names = [one["name"] for one in tally["top"]]
    levels = zip(*(name.split("/")[:-1] for name in names), strict=False)
    common = takewhile(lambda level: len(set(level)) == 1, levels) if len(names) > 1 else ()
    folder = "/".join(level[0] for level in common)
    if not folder:
        return tally, ""
    return {**tally, "top": [{**one, "name": one["name"][len(folder) + 1 :]} for one in tally["top"]]}, folder


def words(card: Mapping[str, Any]) -> str:
    """The card in a sentence."""
    documents = int(card["documents"])
    kinds = [f"{figure(card[name])} {said}" for name, said in (
        ("pairs", "pairs of texts"), ("tagged", "tagged rows"), ("dialogues", "dialogues"), ("labelled", "labelled"),
    ) if card[name]]  # fmt: skip
    mean = card["characters"] / documents if documents else 0.0
    said = f"{figure(documents)} documents of {figure(round(mean))} characters on average, {size_of(card)} in UTF-8"
    return f"{said}; {', '.join(kinds)}." if kinds else f"{said}."


def size_of(card: Mapping[str, Any]) -> str:
    """The bytes of all texts."""
    from leafout.chain.report.html import size

    return size(card["bytes"])


def _years(tally: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Documents of every year from the first to the last; by decades where they are many."""
    counts = {int(one["name"]): int(one["documents"]) for one in tally["top"]}
    if not counts:
        return []
    step = 1 if max(counts) - min(counts) < _MAX_YEARS else 10
    first, last = min(counts) // step * step, max(counts)
    found = dict.fromkeys(range(first, last + 1, step), 0)
    for year, count in counts.items():
        found[year // step * step] += count
    return [(str(year), count) for year, count in found.items()]


def _span(time: Mapping[str, Any]) -> str:
    unread = f", {figure(time['unread'])} unread" if time["unread"] else ""
    return f"{time.get('first', '')} to {time.get('last', '')}{unread}"


def _lengths(bins: list[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Every bin from the shortest to the longest, those without documents too."""
    counts = {int(one["from"]): int(one["documents"]) for one in bins}
    if not counts:
        return []
    found, at = [], min(counts)
    while at <= max(counts):
        found.append((short(at), counts.get(at, 0)))
        at = at * 2 if at else 1
    return found


def _sides(sides: Mapping[str, Mapping[str, Any]]) -> Html | None:
    """The sides of a split beside each other: sizes, languages, and the share of each label."""
    if not sides:
        return None
    rows = [
        (name, figure(card["documents"]), figure(card["characters"]), _first(card["languages"]))
        for name, card in sides.items()
    ]
    parts = [tag("h3", "Sides"), table(("side", "documents", "characters", "languages"), rows, numbers=(1, 2))]
    names = list(dict.fromkeys(one["name"] for card in sides.values() for one in card["labels"]["top"]))
    if names:
        shares = {
            side: {one["name"]: one["documents"] for one in card["labels"]["top"]} for side, card in sides.items()
        }
        told = [
            (
                sample(name, max_chars=60),
                *[_share(shares[side].get(name, 0), sides[side]["labelled"]) for side in sides],
            )
            for name in names[:_LABELS]
        ]
        numbers = tuple(range(1, len(sides) + 1))
        parts.append(table(("label", *sides), told, numbers=numbers))
        if len(names) > _LABELS:
            parts.append(tag("p", f"and {figure(len(names) - _LABELS)} labels more", class_="note"))
    return tag("div", *parts, class_="sides")


def _first(tally: Mapping[str, Any]) -> str:
    told = [f"{one['name'][:40]} {figure(one['documents'])}" for one in tally["top"][:3]]
    more = tally["names"] - len(told)
    return ", ".join(told) + (f" and {figure(more)} more" if more > 0 else "")


def _share(count: int, of: int) -> str:
    return f"{figure(count)} ({count / of:.1%})" if of else figure(count)


def samples(data: Mapping[str, Any]) -> Html | None:
    """Documents drawn evenly by what they say."""
    rows = data["card"]["sample"]
    if not rows:
        return None
    lead = "Drawn by content, evenly: the same documents are drawn again, in whatever order they lie."
    return tag(
        "section",
        tag("h2", "Samples", id="samples"),
        tag("p", lead, class_="lead"),
        tag("div", *[_document(row) for row in rows], class_="packed pairs"),
    )


def _document(row: Mapping[str, Any]) -> Html:
    marks = [tag("span", row[name], class_="badge") for name in ("language", "label") if row.get(name)]
    places = [tag("div", row[name], class_="note mono place") for name in ("source", "url", "id") if row.get(name)]
    return tag("div", tag("p", sample(row.get("text", ""))), join(marks, " "), *places, class_="card document")
