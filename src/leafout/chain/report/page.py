"""The page: one file that needs nothing else, from the data of `gather`."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from leafout.chain.report.html import Html, join, tag
from leafout.chain.report.sections import bought, curves, environment, exam, funnel, parity, summary, watch

_NAMES = (
    ("chain", "chain"),
    ("exams", "exams"),
    ("bought", "pre-training"),
    ("data", "data"),
    ("training", "training"),
    ("releases", "releases"),
    ("service", "service"),
    ("settings", "settings"),
)


def page(data: Mapping[str, Any]) -> str:
    """The report as HTML: no script, no font, no picture from elsewhere.

    Args:
        data: of `gather.gather`.
    """
    parts = {
        "chain": summary.chain(data),
        "exams": exam.section(data),
        "bought": bought.section(data),
        "data": funnel.section(data),
        "training": curves.section(data),
        "releases": parity.section(data),
        "service": watch.section(data),
        "settings": environment.section(data),
    }
    links = [tag("a", said, href=f"#{name}") for name, said in _NAMES if parts[name] is not None]
    whole = tag(
        "html",
        head(f"{data['name']} · leafout"),
        tag(
            "body",
            summary.header(data),
            tag("main", tag("nav", *links), *parts.values()),
            tag("footer", f"leafout {data['leafout']} · {data['file']}"),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{whole}\n"


def head(title: str) -> Html:
    """The head of a page that takes nothing from elsewhere, in the look of all of them."""
    style = files("leafout.chain.report").joinpath("style.css").read_text(encoding="utf-8")
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("title", title),
        tag("style", join([Html(style)])),
    )
