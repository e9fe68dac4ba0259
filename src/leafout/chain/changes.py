"""Says in words what differs between a step as it is now and as it last ran."""

from collections.abc import Mapping
from typing import Any

from leafout.chain.keys import Work
from leafout.chain.record import StepRecord
from leafout.chain.steps import Step

_MOST = 3


def why(step: Step, work: Work | None, last: StepRecord | None) -> str:
    """Why a step will run.

    Args:
        step: as the chain file says it now.
        work: with its inputs; None while they are not made.
        last: what it got when the chain last ran; None when it never did.
    """
    if last is None:
        return "new"
    if last.stage != step.stage:
        return f"stage {last.stage} -> {step.stage}"
    found = []
    if last.version != step.info.version:
        found.append(f"version {last.version} -> {step.info.version}")
    found += config_changes(last.config, step.config.plain())
    if step.info.seeded and last.seed != step.seed:
        found.append(f"seed {last.seed} -> {step.seed}")
    if work is not None:
        found += _input_changes(step, work, last)
        if not found:
            return "its artifact is gone"
    if len(found) > _MOST:
        found = [*found[:_MOST], f"and {len(found) - _MOST} more"]
    return ", ".join(found)


def config_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Each value that changed: `quality.min_chars 120 -> 121`."""
    old, new = flat(before), flat(after)
    names = [*new, *(name for name in old if name not in new)]
    absent = object()
    pairs = [(name, old.get(name, absent), new.get(name, absent)) for name in names]
    return [
        f"{name} {'unset' if a is absent else _short(a)} -> {'unset' if b is absent else _short(b)}"
        for name, a, b in pairs
        if a != b
    ]


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values of nested tables by dotted name; lists whole."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _input_changes(step: Step, work: Work, last: StepRecord) -> list[str]:
    found = []
    for name in dict.fromkeys(part.partition("/")[0] for part in (*work.digests, *last.inputs)):
        now = [digest for part, digest in work.digests.items() if part.partition("/")[0] == name]
        then = [digest for part, digest in last.inputs.items() if part.partition("/")[0] == name]
        if now != then:
            sources = ", ".join(source.name for source in step.inputs.get(name, ()))
            found.append(f"{name} changed{f' ({sources})' if sources else ''}")
    if dict(work.outside) != last.outside:
        found.append(_file_changes(work.outside, last.outside))
    return found


def _file_changes(now: Mapping[str, str], then: Mapping[str, str]) -> str:
    parts = [f"{name} changed" for name in now if name in then and now[name] != then[name]]
    parts += [f"{name} new" for name in now if name not in then]
    parts += [f"{name} gone" for name in then if name not in now]
    return parts[0] if len(parts) == 1 else f"{parts[0]} and {len(parts) - 1} more files"


def _short(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."
