"""The top of the page: what this is, its few most telling figures, and the chain drawn."""

from collections.abc import Mapping
from typing import Any

from leafout.chain.report.exams import Exam, exam_of
from leafout.chain.report.graph import draw
from leafout.chain.report.html import Html, duration, figure, tag

_TILES = 3


def header(data: Mapping[str, Any]) -> Html:
    """Title, one sentence, tiles and links."""
    counts = {word: sum(step["status"] == word for step in data["steps"]) for word in ("made", "found", "not reached")}
    did = ", ".join(f"{word} {count}" for word, count in counts.items() if count)
    ran = data["last_run"].replace("T", " ").replace("+00:00", " UTC")
    said = f"{len(data['steps'])} steps. " + (f"Last run {ran}: {did}." if ran and did else "")
    return tag(
        "header",
        tag("h1", data["name"]),
        tag("p", said, class_="lead"),
        tag("div", *tiles(data), class_="tiles"),
    )


def tiles(data: Mapping[str, Any]) -> list[Html]:
    """A few figures: what the exams of what serves found, documents, weights, time."""
    found = [_exam_tile(step, exam) for step, exam in _telling_exams(data)]
    documents = sum(step["metrics"].get("documents", 0) for step in data["steps"] if step["stage"] == "collect")
    if documents:
        found.append(_tile(figure(int(documents)), "documents", "collected from files"))
    exports = [step for step in data["steps"] if "megabytes" in step["metrics"]][:_TILES]
    found += [
        _tile(f"{figure(one['metrics']['megabytes'], 1)} MB", one["name"], "weights of the release") for one in exports
    ]
    return [*found, _tile(duration(data["seconds"]), "of work", "in all steps together")]


def _telling_exams(data: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Exam]]:
    """Exams with gates before those without, a few."""
    exams = [(step, exam) for step in data["steps"] if (exam := exam_of(step)) is not None and exam.scores]
    gated = [one for one in exams if (one[0].get("verdict") or {}).get("gates")]
    return (gated or exams)[:_TILES]


def _exam_tile(step: Mapping[str, Any], exam: Exam) -> Html:
    first = exam.scores[0]
    floor = next((one.value for one in exam.floor if one.name == first.name), None)
    bounds = "" if first.low is None or first.high is None else f"{first.low:.3f} to {first.high:.3f}"
    beside = "" if floor is None else f"floor {floor:.3f}"
    said = f"{first.name.replace('_', ' ')}, {step['name']}"
    return _tile(f"{first.value:.3f}", said, ", ".join(one for one in (bounds, beside) if one))


def _tile(value: str, said: str, more: str) -> Html:
    return tag("div", tag("b", value), tag("span", said), tag("span", more), class_="tile")


def chain(data: Mapping[str, Any]) -> Html:
    """The chain as a graph."""
    steps = [{**step, "anchor": f"settings-{step['name']}"} for step in data["steps"]]
    legend = "▤ data   ◆ model   ▣ release   ✓ exam. A box leads to the step's settings; time is that of all sittings."
    gone = data["missing"]
    return tag(
        "section",
        tag("h2", "The chain", id="chain"),
        draw(steps),
        tag("p", legend, class_="note"),
        tag("p", f"No longer in the store: {', '.join(gone)}.", class_="note") if gone else None,
    )
