"""The releases: does each answer as its model does, and what did it save in size and time."""

from collections.abc import Mapping
from typing import Any

from leafout.chain.report.html import Html, figure, folded, join, table, tag

_LIMITS = {
    "agreement": ("answers equal to the model's", ">=", "agreement"),
    "flip_rate": ("answers that change with their batch", "<=", "flip_rate"),
    "largest_logit_difference": ("largest difference of a logit", "<=", "logit_difference"),
}


def section(data: Mapping[str, Any]) -> Html | None:
    """The certificate of each release; None where there is none."""
    steps = [step for step in data["steps"] if "parity" in step["evidence"]]
    if not steps:
        return None
    return tag("section", tag("h2", "Releases", id="releases"), *[_step(step, data) for step in steps])


def _step(step: Mapping[str, Any], data: Mapping[str, Any]) -> Html:
    release = step["evidence"].get("release", {})
    facts = [release.get("task"), release.get("format"), release.get("precision"), release.get("architecture")]
    serving = [slot for slot, about in data.get("slots", {}).items() if about["release"] == step["name"]]
    badges = [tag("span", f"serves {slot}", class_="badge good") for slot in serving]
    head = tag("h3", step["name"], tag("small", " · ".join(str(one) for one in facts if one)), " ", join(badges, " "),
               id=f"release-{step['name']}")  # fmt: skip
    cards = [_certificate(step["evidence"].get("parity")), _speed(step["evidence"].get("speed"))]
    return tag("div", head, tag("div", *[one for one in cards if one is not None], class_="grids"), _labels(release))


def _certificate(parity: Mapping[str, Any] | None) -> Html | None:
    if not parity:
        return None
    limits = parity.get("limits", {})
    rows: list[tuple[str | Html, ...]] = []
    for name, (said, sign, limit) in _LIMITS.items():
        if name in parity:
            bound = limits.get(limit)
            rows.append((said, figure(parity[name], 6), f"{sign} {figure(bound, 6)}" if bound is not None else "—"))
    before, after = parity.get("model") or {}, parity.get("release") or {}
    both = sorted(set(before) & set(after))
    rows += [(f"{one.replace('_', ' ')}, model → release", f"{before[one]:.4f} → {after[one]:.4f}", "") for one in both]
    over = f"over {figure(parity.get('num_rows', 0))} rows of validation"
    batchings = parity.get("num_batchings")
    if batchings:
        over += f", {figure(parity.get('flip_rows', 0))} of them in {figure(batchings)} random batchings"
    return tag("div", tag("b", "parity certificate"), tag("p", over, class_="note"),
               table(("", "found", "asked for"), rows, numbers=(1, 2)), class_="card")  # fmt: skip


def _speed(speed: Mapping[str, Any] | None) -> Html | None:
    if not speed or not isinstance(speed.get("model"), dict) or not isinstance(speed.get("release"), dict):
        return None
    before, after = speed["model"], speed["release"]
    rows = []
    for name in sorted(set(before) & set(after)):
        better = _gain(name, before[name], after[name])
        rows.append((name.replace("_", " "), figure(before[name], 2), figure(after[name], 2), better))
    where = f"{speed.get('cores', '?')} cores, {speed.get('chip', '')}".rstrip(", ")
    return tag("div", tag("b", "before and after"), tag("p", f"the weights alone; {where}", class_="note"),
               table(("", "model", "release", ""), rows, numbers=(1, 2, 3)), class_="card")  # fmt: skip


def _gain(name: str, before: float, after: float) -> str:
    """How many times faster or smaller the release is; below 1 it is slower or larger."""
    if not before or not after:
        return ""
    faster = "per_second" in name
    ratio = after / before if faster else before / after
    word = "smaller" if "bytes" in name else "faster"
    opposite = "larger" if "bytes" in name else "slower"
    return f"{ratio:.1f}× {word}" if ratio >= 1 else f"{1 / ratio:.1f}× {opposite}"


def _labels(release: Mapping[str, Any]) -> Html | None:
    labels = release.get("labels") or []
    thresholds = release.get("thresholds") or {}
    if not labels:
        return None
    rows = [(label, f"{thresholds[label]:.3f}" if label in thresholds else "always answers") for label in labels]
    return folded(
        join([tag("b", str(len(labels))), " labels and the confidence below which it abstains"]),
        table(("label", "least confidence"), rows),
    )
