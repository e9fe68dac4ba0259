"""A chain or a whole store at a glance."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from leafout.chain.lookup import artifact_of_key, chain_names, in_order
from leafout.chain.record import Record
from leafout.chain.report.gather import status
from leafout.chain.report.html import duration, figure
from leafout.core.store import Store


def chain_facts(store: Store, record: Record) -> dict[str, Any]:
    """A chain's steps with what each has."""
    last = record.runs[-1] if record.runs else {}
    steps = {}
    for name in in_order(record):
        entry = record.steps[name]
        artifact = artifact_of_key(store, entry.key)
        steps[name] = {
            "stage": entry.stage,
            "key": entry.key,
            "digest": entry.digest,
            "status": "gone" if artifact is None else status(artifact, last, name),
            "seconds": None if artifact is None else artifact.seconds,
            "metrics": {} if artifact is None else artifact.metrics,
        }
    return {"name": record.name, "file": record.file, "runs": len(record.runs), "last": last, "steps": steps}


def chain_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A chain as a table: step, stage, key, time, figures."""
    yield f"{found['name']}  {found['file']}"
    yield f"{found['runs']} runs, the last {found['last'].get('at', 'unknown')}"
    yield ""
    width = max((len(name) for name in found["steps"]), default=4)
    for name, step in found["steps"].items():
        shown = "  ".join(f"{key} {figure(value)}" for key, value in list(step["metrics"].items())[:4])
        time = "" if step["seconds"] is None else duration(step["seconds"])
        head = f"{name:<{width}}  {step['stage']:<9}  {step['key'][:8]}  {step['status']:<5}"
        yield f"{head}  {time:>12}  {shown}".rstrip()


def store_facts(store: Store) -> dict[str, Any]:
    """What a store holds: chains, slots with what serves them, artifacts by stage."""
    from leafout.serving.releases import current, slots

    serving = {slot: promotion for slot in slots(store.root) if (promotion := current(store.root, slot)) is not None}
    artifacts = list(store.artifacts())
    return {
        "store": str(store.root),
        "chains": chain_names(store),
        "slots": {
            slot: {"key": one.key, "since": one.promoted_at, "passed": one.passed} for slot, one in serving.items()
        },
        "artifacts": dict(Counter(one.stage for one in artifacts)),
        "newest": [{"stage": one.stage, "key": one.key, "metrics": one.metrics} for one in artifacts[::-1][:10]],
    }


def store_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A store for a terminal."""
    total = sum(found["artifacts"].values())
    stages = ", ".join(f"{stage} {count}" for stage, count in found["artifacts"].items())
    yield f"{found['store']}  {total} artifacts{f': {stages}' if stages else ''}"
    yield f"chains  {', '.join(found['chains']) or 'none has run yet'}"
    for slot, one in found["slots"].items():
        exam = "passed its exam" if one["passed"] else "without a passed exam"
        yield f"slot    {slot}  export-{one['key'][:16]}  since {one['since']}  {exam}"
    for one in found["newest"]:
        shown = "  ".join(f"{name} {figure(value)}" for name, value in list(one["metrics"].items())[:4])
        yield f"  {one['stage']}-{one['key'][:16]}  {shown}".rstrip()
