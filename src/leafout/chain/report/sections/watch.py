"""What happened in service: the figures of `monitor`, and the decision of `update`."""

from collections.abc import Mapping
from typing import Any

from leafout.chain.report.html import Html, figure, join, table, tag


def section(data: Mapping[str, Any]) -> Html | None:
    """Monitors and updates of the chain; None where there is none."""
    steps = [step for step in data["steps"] if step["stage"] in {"monitor", "update"}]
    if not steps:
        return None
    return tag("section", tag("h2", "In service", id="service"), *[_step(step) for step in steps])


def _step(step: Mapping[str, Any]) -> Html:
    decision = step["evidence"].get("decision")
    rows = [(name.replace("_", " "), figure(value)) for name, value in sorted(step["metrics"].items())]
    alerts = (step["evidence"].get("watch") or {}).get("alerts") or []
    quiet = tag("p", "No alert.", class_="good") if "watch" in step["evidence"] and not alerts else None
    return tag(
        "div",
        tag("h3", step["name"], tag("small", step["stage"])),
        _decision(decision) if decision else None,
        tag("ul", *[tag("li", _alert(one)) for one in alerts]) if alerts else quiet,
        table((), rows, numbers=(1,)) if rows else None,
    )


def _decision(decision: Mapping[str, Any]) -> Html:
    word = str(decision.get("decision", ""))
    badge = tag("span", word, class_=f"badge {'good' if word.startswith('promote') else 'fair'}")
    return tag("div", tag("p", join([badge, f" {decision.get('reason', '')}"])), class_="words")


def _alert(alert: Mapping[str, Any]) -> Html:
    """What should be looked at, why, and what to do next."""
    kind = tag("span", str(alert.get("kind", "alert")), class_="badge bad")
    return join(
        [
            kind,
            f" {alert.get('reason', '')}",
            tag("div", f"next: {alert['next']}", class_="note") if alert.get("next") else None,
        ]
    )
