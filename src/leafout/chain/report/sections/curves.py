"""How the models learned: curves, and what they guessed or wrote on the way."""

from collections.abc import Mapping, Sequence
from typing import Any

from leafout.chain.report.charts import Series, line_chart
from leafout.chain.report.html import Html, duration, figure, folded, join, sample, size, table, tag

_STAGES = 8
"""Points of training at which samples are shown."""


def section(data: Mapping[str, Any]) -> Html | None:
    """Curves and samples of every training; None where there is none."""
    steps = [step for step in data["steps"] if "curves" in step["evidence"]]
    if not steps:
        return None
    return tag("section", tag("h2", "Training", id="training"), *[_step(step) for step in steps])


def points(lines: Sequence[Mapping[str, Any]], name: str) -> list[tuple[float, float]]:
    """(step, value) of each line that has a figure."""
    return [
        (float(line["step"]), float(line[name]))
        for line in lines
        if isinstance(line.get(name), int | float) and isinstance(line.get("step"), int | float)
    ]


def _step(step: Mapping[str, Any]) -> Html:
    lines = step["evidence"]["curves"]
    loss = [Series("train", points(lines, "loss")), Series("validation", points(lines, "val_loss"), "two")]
    charts = [
        line_chart("loss", loss),
        *[
            line_chart(name.replace("val_", "validation ").replace("_", " "), [Series(name, points(lines, name))])
            for name in _scores(lines)
        ],
        line_chart("learning rate", [Series("rate", points(lines, "rate"))]),
        line_chart("tokens per second", [Series("tokens/s", points(lines, "tokens_per_second"))]),
    ]
    facts = [duration(step["seconds"])] + [
        f"{name.replace('_', ' ')} {figure(value)}" for name, value in sorted(step["metrics"].items())
    ]
    return tag(
        "div",
        tag("h3", step["name"], tag("small", step["stage"]), id=f"training-{step['name']}"),
        tag("p", " · ".join(facts), class_="note"),
        _forecast(step["evidence"]),
        tag("div", *[one for one in charts if one], class_="grids pairs"),
        _samples(step["evidence"].get("samples", [])),
    )


def _forecast(evidence: Mapping[str, Any]) -> Html | None:
    """What the training was to take beside what it took; None where nothing was forecast."""
    forecast, outcome = ((evidence.get(name) or {}) for name in ("plan", "outcome"))
    forecast = forecast.get("forecast") or {}
    whole = outcome.get("sittings") == outcome.get("ended")
    rows = []
    for said, name, shown in (("time", "seconds", duration), ("memory at most", "peak_bytes", size)):
        wanted, was = forecast.get(name), outcome.get(name)
        if (
            isinstance(wanted, int | float)
            and isinstance(was, int | float)
            and was > 0
            and (whole or name != "seconds")
        ):
            rows.append((said, shown(wanted), shown(was), f"{wanted / was - 1:+.0%}"))
    return table(("", "forecast", "outcome", "off by"), rows, numbers=(1, 2, 3)) if rows else None


def _scores(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Validation figures other than the loss, in order of first appearance."""
    found: dict[str, None] = {}
    for line in lines:
        for name in line:
            if name.startswith("val_") and name != "val_loss" and len(points(lines, name)) > 1:
                found.setdefault(name)
    return list(found)[:3]


def _samples(lines: Sequence[Mapping[str, Any]]) -> Html | None:
    """Guesses and texts as they grew: a table for each sentence or prompt, a row for each look."""
    if not lines:
        return None
    asked: dict[str, list[Mapping[str, Any]]] = {}
    for line in spread(lines, _STAGES):
        asked.setdefault(str(line.get("prompt", line.get("text", ""))), []).append(line)
    told = [_growth(found) for found in asked.values()]
    kind = "texts that it wrote" if "prompt" in lines[0] else "guesses of masked words"
    return folded(join([tag("b", kind), " on the way, by step"]), tag("div", *told, class_="grids pairs"), opened=True)


def _growth(found: Sequence[Mapping[str, Any]]) -> Html:
    rows = [(figure(line.get("step", "")), _said(line)) for line in found]
    return tag("div", _asked(found[0]), table((), rows, numbers=(0,)), class_="card")


def _asked(line: Mapping[str, Any]) -> Html:
    """The sentence with its masked word framed, or the prompt."""
    if "was" in line:
        hidden = tag("mark", str(line["was"]))
        return tag("p", sample(line.get("before", "")), " ", hidden, " ", sample(line.get("after", "")))
    return tag("p", tag("b", sample(line.get("prompt", line.get("text", "")))), " …")


def _said(line: Mapping[str, Any]) -> Html:
    """Three guesses, the right one marked; or the text after its prompt; or whatever else a training wrote."""
    if "guesses" in line:
        chances = [*line.get("probabilities", []), None, None, None]
        return join(
            [
                _guess(str(word), chance, str(line.get("was", "")))
                for word, chance in zip(line["guesses"], chances, strict=False)
            ],
            "  ",
        )
    if "prompt" in line:
        return sample(str(line.get("text", "")).removeprefix(str(line["prompt"])))
    return sample(", ".join(f"{name}: {value}" for name, value in line.items() if name != "step"))


def _guess(word: str, chance: float | None, was: str) -> Html:
    sure = "" if chance is None else f" {chance:.0%}"
    right = word.strip() == was.strip()
    return tag(
        "span", tag("b", f"✓ {word}") if right else sample(word), tag("span", sure, class_="faint"), class_="guess"
    )


def spread(lines: Sequence[Mapping[str, Any]], count: int) -> list[Mapping[str, Any]]:
    """The lines of at most so many steps, evenly spread, the first and last among them."""
    steps = sorted({line.get("step", 0) for line in lines})
    if len(steps) > count:
        steps = [steps[round(place * (len(steps) - 1) / (count - 1))] for place in range(count)]
    return [line for line in lines if line.get("step", 0) in set(steps)]
