"""The exams: scores with intervals beside the floor, where it errs, and how far its confidence can be believed."""

from collections.abc import Mapping
from typing import Any

from leafout.chain.report.charts import Interval, heat_map, intervals, reliability
from leafout.chain.report.exams import Exam, exam_of
from leafout.chain.report.html import Html, figure, folded, join, sample, table, tag

_CELLS = 24
_BEST_LOWER = {"loss", "perplexity", "bits_per_byte"}


def section(data: Mapping[str, Any]) -> Html | None:
    """Every exam; None where none was taken."""
    found = [(step, exam) for step in data["steps"] if (exam := exam_of(step)) is not None]
    if not found:
        return None
    lead = "On locked test rows, through the runtime that serves. Whiskers are 95 % intervals of a bootstrap."
    return tag("section", tag("h2", "Exams", id="exams"), tag("p", lead, class_="lead"),
               *[_exam(step, exam) for step, exam in found])  # fmt: skip


def _exam(step: Mapping[str, Any], exam: Exam) -> Html:
    cards = [_scores(exam), _confusion(exam), reliability("reliability: right over confidence", exam.bins)]
    rows = f"{figure(exam.rows)} rows" if exam.rows else ""
    rows += "".join(f", {figure(count)} {name.replace('_', ' ')} left out" for name, count in exam.left_out.items())
    return tag(
        "div",
        tag("h3", step["name"], tag("small", rows), " ", verdict(step.get("verdict")), id=f"exam-{step['name']}"),
        _gates(step.get("verdict")),
        tag("div", *[tag("p", _sentence(said)) for said in exam.says], class_="words") if exam.says else None,
        tag("div", *[one for one in cards if one], class_="grids"),
        _labels(exam),
        _languages(exam),
        _written(step["evidence"].get("written", [])),
        _errors(step["evidence"].get("errors", [])),
        folded("all figures", table((), [(k, figure(v)) for k, v in sorted(step["metrics"].items())], numbers=(1,))),
    )


def _sentence(said: str) -> str:
    """A message of the exam as a sentence of a page."""
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


def verdict(found: Mapping[str, Any] | None) -> Html | None:
    """A badge: passed, failed, or that nothing was asked."""
    if found is None:
        return None
    if not found["gates"]:
        return tag("span", "no gates", class_="badge fair")
    return tag(
        "span", "✓ passed" if found["passed"] else "✗ failed", class_=f"badge {'good' if found['passed'] else 'bad'}"
    )


def _gates(found: Mapping[str, Any] | None) -> Html | None:
    if not found or not found["gates"]:
        return None
    asked = ", ".join(f"{name} {limit}" for name, limit in found["gates"].items())
    failed = [tag("p", sentence, class_="bad") for sentence in found["failures"]]
    return tag("div", tag("p", f"Asked for: {asked}", class_="note"), *failed)


def _scores(exam: Exam) -> Html:
    named = "linear floor" if exam.labels else "n-gram floor"
    rows = [Interval(score.name.replace("_", " "), score.value, score.low, score.high) for score in exam.scores]
    rows += [Interval(f"floor, {s.name.replace('_', ' ')}", s.value, s.low, s.high, "two") for s in exam.floor]
    rows = [row for row in rows if not any(row.name.endswith(name) for name in ("perplexity", "loss"))] or rows
    bounded = not any(score.name in _BEST_LOWER for score in exam.scores)
    ends = [end for row in rows for end in (row.value, row.low) if end is not None]
    low = min(0.5, *ends) if bounded and ends else None
    return intervals(f"scores (●) beside the {named} (○)", rows, low=low, high=1.0 if bounded else None)


def _confusion(exam: Exam) -> Html | None:
    if not exam.confusion or len(exam.labels) != len(exam.confusion):
        return None
    if len(exam.labels) <= _CELLS:
        return heat_map("confusion", exam.confusion, exam.labels)
    pairs = [
        (count, exam.labels[row], exam.labels[column])
        for row, counts in enumerate(exam.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    rows = [(true, predicted, figure(count)) for count, true, predicted in sorted(pairs, reverse=True)[:_CELLS]]
    return tag(
        "div",
        tag("b", "most frequent confusions"),
        table(("true", "predicted", "rows"), rows, numbers=(2,)),
        class_="card",
    )


def _labels(exam: Exam) -> Html | None:
    if not exam.per_label:
        return None
    rows = []
    for one in exam.per_label:
        value = one.get("f1")
        bounds = value if isinstance(value, Mapping) else one.get("f1_interval") or {}
        f1 = value["value"] if isinstance(value, Mapping) else value
        shown = f" [{bounds['low']:.3f}, {bounds['high']:.3f}]" if "low" in bounds else ""
        rows.append((one.get("label", ""), _plain(one.get("precision")), _plain(one.get("recall")),
                     f"{_plain(f1)}{shown}", figure(one.get("rows", one.get("support", "")))))  # fmt: skip
    return folded(join([tag("b", "each label"), f", {len(rows)}"]),
                  table(("label", "precision", "recall", "F1", "rows"), rows, numbers=(1, 2, 3, 4)),
                  opened=len(rows) <= 12)  # fmt: skip


def _languages(exam: Exam) -> Html | None:
    if not exam.languages:
        return None
    rows = []
    for name, found in exam.languages.items():
        f1, accuracy, floor = (_interval(found.get(key)) for key in ("macro_f1", "accuracy", "floor_macro_f1"))
        rows.append((name, f1, accuracy, floor, figure(found.get("rows", ""))))
    heads = ("language", "macro F1", "accuracy", "floor, macro F1", "rows")
    return folded(tag("b", "each language"), table(heads, rows, numbers=(1, 2, 3, 4)), opened=True)


def _interval(found: Any) -> str:
    if not isinstance(found, Mapping):
        return _plain(found)
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _written(texts: list[dict[str, Any]]) -> Html | None:
    """How a generator goes on from the beginnings of a few test documents."""
    if not texts:
        return None
    told = [tag("blockquote", tag("b", sample(one.get("prompt", ""))), sample(one.get("text", ""))) for one in texts]
    return folded(tag("b", "texts that it wrote"), *told, opened=True)


def _plain(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else ""


def _errors(errors: list[dict[str, Any]]) -> Html | None:
    if not errors:
        return None
    rows = [_error(one) for one in errors]
    listed = tag("div", table(("true → said", "confidence", "text"), rows, numbers=(1,)), class_="wide")
    return folded(join([tag("b", "worst errors"), f", {len(rows)} of them"]), listed)


def _error(one: Mapping[str, Any]) -> tuple[str, str, Html]:
    place = f"{one.get('source', '')}:{one['line']}" if one.get("line") is not None else str(one.get("source") or "")
    text = join([sample(one.get("text", ""), max_chars=220), tag("div", place, class_="note mono")])
    if "bits_per_byte" in one:
        return "", f"{one['bits_per_byte']:.2f} bits/byte", text
    return f"{one.get('label', '')} → {one.get('predicted', '')}", _plain(one.get("confidence")), text
