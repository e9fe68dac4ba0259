"""What it was made with, and from which settings: enough to make it again."""

import json
from collections.abc import Mapping
from typing import Any

from leafout.chain.report.html import Html, duration, figure, folded, join, size, table, tag

_FILES = 40


def section(data: Mapping[str, Any]) -> Html:
    """Versions and chip; then for each step its settings, files and digests."""
    rows = [(name, ", ".join(values)) for name, values in data["environment"].items()]
    return tag(
        "section",
        tag("h2", "Settings and environment", id="settings"),
        tag("p", "Every default is written out. Equal settings, seed and inputs give equal digests.", class_="lead"),
        folded(tag("b", "versions and chip"), table((), rows), opened=True),
        *[_step(step) for step in data["steps"]],
    )


def _step(step: Mapping[str, Any]) -> Html:
    facts = [
        ("stage", f"{step['stage']}, version {step['version']}"),
        ("key", tag("code", step["key"])),
        ("digest", tag("code", step["digest"])),
        ("time", f"{duration(step['seconds'])}{_peak(step)}"),
    ]
    if step["seed"] is not None:
        facts.append(("seed", str(step["seed"])))
    for name, digest in step["input_digests"].items():
        source = step["inputs"].get(name) or "outside the chain"
        facts.append((f"input {name}", join([f"{source} ", tag("code", digest[:16])])))
    settings = json.dumps(step["config"], ensure_ascii=False, indent=1)
    return tag(
        "div",
        folded(
            join([tag("b", step["name"]), f" {step['stage']} ", tag("code", step["key"][:12])]),
            table((), facts),
            tag("pre", settings),
            _outside(step["outside"]),
            _files(step["evidence"]["files"]),
        ),
        id=f"settings-{step['name']}",
    )


def _peak(step: Mapping[str, Any]) -> str:
    peak = step["evidence"].get("cost", {}).get("peak_bytes")
    return f", at most {size(peak)} of memory" if peak else ""


def _outside(outside: Mapping[str, str]) -> Html | None:
    if not outside:
        return None
    rows = [(name, tag("code", digest[:16])) for name, digest in list(outside.items())[:_FILES]]
    more = f", the first {_FILES} of {figure(len(outside))}" if len(outside) > _FILES else ""
    return folded(f"{figure(len(outside))} outside files and their sha256{more}", table((), rows))


def _files(files: Mapping[str, int]) -> Html:
    rows = [(name, size(count)) for name, count in list(files.items())[:_FILES]]
    return folded(f"{figure(len(files))} files, {size(sum(files.values()))}", table((), rows, numbers=(1,)))
