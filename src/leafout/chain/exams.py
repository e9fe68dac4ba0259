"""Gates after an exam, the verdict that is kept, and the promotion that may follow."""

import json
from collections.abc import Mapping
from pathlib import Path

from leafout.chain.keys import Given
from leafout.chain.steps import Step
from leafout.chain.watching import Watch
from leafout.core.artifact import Artifact
from leafout.core.errors import GateError, StoreError
from leafout.evaluation.gates import check_gates
from leafout.serving.releases import current, history, promote, record_verdict

DECISION = "decision.json"


def judge(store_root: Path, step: Step, exam: Artifact, release: Given) -> None:
    """Apply the gates of a step to its exam; see `judge_release`."""
    judge_release(store_root, exam, release, step.gates or {}, step=step.name, where=step.where)


def judge_release(
    store_root: Path, exam: Artifact, release: Given, gates: Mapping[str, str], *, step: str, where: str
) -> None:
    """Apply gates to an exam and write the verdict down.

    Raises:
        GateError: when a gate was not passed; the exam and the verdict are kept.
        LeafoutError: for a gate on a score that the exam has not.
    """
    failures = check_gates(exam.metrics, gates)
    record_verdict(store_root, release.digest, exam_key=exam.key, gates=gates, passed=not failures, failures=failures)
    if failures:
        hint = f"the exam is kept: leafout show {exam.path}"
        raise GateError(f"`{step}` did not pass its gates: {'; '.join(failures)}", where=where, hint=hint)


def promote_examined(store_root: Path, slot: str, release: Given, watch: Watch, step: str) -> None:
    """Let a release that passed its exam serve a slot, unless it does already or was taken back from there."""
    known = history(store_root, slot)
    if known.current is not None and known.current.digest == release.digest and known.current.passed:
        return
    if any(entry.digest == release.digest for entry in known.withdrawn):
        watch.say(step, f"not promoted: it was rolled back from `{slot}`; leafout promote {slot} {release.path}")
        return
    promote(store_root, slot, release.path, reason=f"passed the exam of `{step}`")
    watch.say(step, f"promoted to `{slot}`")


def apply_decision(store_root: Path, slot: str, release: Given, comparison: Artifact, watch: Watch, step: str) -> None:
    """Do what a comparison decided: for an `update` step inside a chain."""
    better, reason = read_decision(comparison)
    champion = current(store_root, slot)
    if better and (champion is None or champion.digest != release.digest):
        promote(store_root, slot, release.path, reason=reason)
    watch.say(step, f"{'promoted to' if better else 'kept out of'} `{slot}`: {reason}")


def read_decision(comparison: Artifact) -> tuple[bool, str]:
    """Whether the candidate is to be promoted, and why.

    Raises:
        StoreError: when the decision cannot be read.
    """
    path = comparison.path / DECISION
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return {"promote": True, "keep": False}[values["decision"]], str(values["reason"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the decision cannot be read: {error!s:.80}", where=str(path)) from None
