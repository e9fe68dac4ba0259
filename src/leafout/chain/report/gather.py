"""Everything a report shows, as plain values: the same data for HTML and for `--json`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leafout.chain.lookup import artifact_of_key, in_order, read_chain
from leafout.chain.record import StepRecord
from leafout.chain.report.bought import bought
from leafout.chain.report.evidence import evidence
from leafout.core.artifact import MANIFEST, Artifact
from leafout.core.errors import LeafoutError
from leafout.core.store import Store


def gather(store: Store, name: str) -> dict[str, Any]:
    """The data of a chain's report.

    Args:
        store: where it ran.
        name: the chain file or its name.

    Returns:
        `name`, `file`, `seed`, `seconds`, `steps` (each with `name`, `stage`, `key`, `digest`, `inputs`, `config`,
        `metrics`, `outside`, `status`, `evidence`), `missing`, `bought`, `environment`, `slots`.

    Raises:
        LeafoutError: when the chain never ran here, or nothing of it is left.
    """
    import leafout

    record = read_chain(store, name)
    artifacts = {step: artifact_of_key(store, record.steps[step].key) for step in in_order(record)}
    present = {step: artifact for step, artifact in artifacts.items() if artifact is not None}
    if not present:
        hint = f"leafout run {record.file}"
        raise LeafoutError(f"nothing of the chain `{record.name}` is left", where=str(store.root), hint=hint)
    last = record.runs[-1] if record.runs else {}
    return {
        "name": record.name,
        "file": record.file,
        "leafout": leafout.__version__,
        "seconds": round(sum(artifact.seconds for artifact in present.values()), 3),
        "runs": len(record.runs),
        "last_run": str(last.get("at", "")),
        "steps": [_step(store, step, one, record.steps[step], last, present) for step, one in present.items()],
        "missing": [step for step, artifact in artifacts.items() if artifact is None],
        "bought": [found.plain() for found in bought(present)],
        "environment": _environment(present),
        "slots": _slots(store, present),
    }


def _step(
    store: Store,
    name: str,
    artifact: Artifact,
    entry: StepRecord,
    last: Mapping[str, Any],
    present: Mapping[str, Artifact],
) -> dict[str, Any]:
    return {
        "name": name,
        "stage": artifact.stage,
        "version": artifact.version,
        "key": artifact.key,
        "digest": artifact.digest,
        "status": status(artifact, last, name),
        "seconds": artifact.seconds,
        "seed": artifact.seed,
        "inputs": {of: _step_of(of, digest, entry, present) for of, digest in artifact.inputs.items()},
        "input_digests": artifact.inputs,
        "outside": artifact.outside,
        "config": artifact.config,
        "metrics": artifact.metrics,
        "made_with": artifact.made_with,
        "verdict": verdict_on(store, artifact) if artifact.stage == "evaluate" else None,
        "evidence": evidence(artifact),
    }


def status(artifact: Artifact, last: Mapping[str, Any], step: str) -> str:
    """Whether a chain's last run `made` or `found` the artifact of a step, or did `not reach` it.

    Args:
        artifact: what the step has.
        last: the record of the run: `at` and `steps`.
        step: its name.
    """
    if last.get("steps", {}).get(step) != artifact.key:
        return "not reached"
    try:
        started = datetime.fromisoformat(str(last["at"])).timestamp()
    except (KeyError, ValueError):
        return ""
    return "made" if (artifact.path / MANIFEST).stat().st_mtime >= started else "found"


def _step_of(name: str, digest: str, entry: StepRecord, present: Mapping[str, Artifact]) -> str | None:
    """The step that an input came from; the record's word goes first, since two steps may have equal payloads."""
    base, _, place = name.partition("/")
    sources = entry.sources.get(base, [])
    named = sources[int(place or 0)] if int(place or 0) < len(sources) else ""
    if named in present and present[named].digest == digest:
        return named
    return next((step for step, artifact in present.items() if artifact.digest == digest), None)


def verdict_on(store: Store, exam: Artifact) -> dict[str, Any] | None:
    """How an exam ended: `gates`, `passed`, `failures`; None when no gates were set, or a later exam counts."""
    from leafout.serving.releases import verdict_of

    verdict = verdict_of(store.root, exam.inputs["release"]) if "release" in exam.inputs else None
    if verdict is None or verdict.exam != exam.key:
        return None
    return {"gates": dict(verdict.gates), "passed": verdict.passed, "failures": list(verdict.failures)}


def _environment(present: Mapping[str, Artifact]) -> dict[str, list[str]]:
    """Each version and chip that the steps were made with; more than one where they differ."""
    found: dict[str, set[str]] = {}
    for artifact in present.values():
        for name, value in artifact.made_with.items():
            found.setdefault(name, set()).add(str(value))
    return {name: sorted(values) for name, values in sorted(found.items())}


def _slots(store: Store, present: Mapping[str, Artifact]) -> dict[str, dict[str, Any]]:
    """The slots that a release of this chain serves or served, with the exam's verdict."""
    from leafout.serving.releases import current, slots, verdict_of

    found: dict[str, dict[str, Any]] = {}
    for slot in slots(store.root):
        promotion = current(store.root, slot)
        step = (
            None
            if promotion is None
            else next(
                (name for name, one in present.items() if one.digest == promotion.digest and one.stage == "export"),
                None,
            )
        )
        if promotion is None or step is None:
            continue
        verdict = verdict_of(store.root, promotion.digest)
        found[slot] = {
            "release": step,
            "since": promotion.promoted_at,
            "reason": promotion.reason,
            "gates": dict(verdict.gates) if verdict else {},
            "passed": verdict.passed if verdict else None,
        }
    return found
