"""What pre-training bought, in plain words."""

from collections.abc import Mapping
from typing import Any

from leafout.chain.report.charts import Interval, intervals
from leafout.chain.report.html import Html, figure, tag


def section(data: Mapping[str, Any]) -> Html | None:
    """A sentence and a chart for each pair of twins; None where the chain has no twin from random weights."""
    if not data["bought"]:
        return None
    lead = "The same architecture, rows and fine-tuning, once from the pre-trained weights and once from random ones."
    return tag(
        "section",
        tag("h2", "What pre-training bought", id="bought"),
        tag("p", lead, class_="lead"),
        *[_twins(one) for one in data["bought"]],
    )


def _twins(one: Mapping[str, Any]) -> Html:
    rows = [Interval("pre-trained", one["after"]), Interval("random weights", one["before"], style="two")]
    low = min(0.5, one["before"], one["after"])
    paired = f" Paired over {figure(one['rows'])} rows." if one["rows"] else ""
    return tag(
        "div",
        tag("h3", one["pretrained"], tag("small", f"beside {one['random']}")),
        tag("div", tag("p", one["words"] + paired), class_="words"),
        tag("div", intervals(one["score"].replace("_", " "), rows, low=low, high=1.0), class_="grids"),
    )
