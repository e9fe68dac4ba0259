"""Gates after an exam, the verdict that is kept, and the promotion that may follow."""

from pathlib import Path

from leafout.chain.keys import Given
from leafout.chain.steps import Step
from leafout.chain.watching import Watch
from leafout.core.artifact import Artifact
from leafout.core.errors import GateError
from leafout.serving.releases import history, promote, record_verdict


def judge(store_root: Path, step: Step, exam: Artifact, release: Given) -> None:
    """Apply the gates of a step to its exam and write the verdict down.

    Raises:
        GateError: when a gate was not passed; the exam and the verdict are kept.
        LeafoutError: for a gate on a score that the exam has not.
    """
    gates = step.gates or {}
    failures = _failures(exam, gates, step)
    record_verdict(store_root, release.digest, exam_key=exam.key, gates=gates, passed=not failures, failures=failures)
    if failures:
        hint = f"the exam is kept: leafout show {exam.path}"
        raise GateError(f"`{step.name}` did not pass its gates: {'; '.join(failures)}", where=step.where, hint=hint)


def _failures(exam: Artifact, gates: dict[str, str], step: Step) -> list[str]:
    if not gates:
        return []
    from leafout.core.errors import LeafoutError
    from leafout.evaluation.gates import check_gates

    try:
        return check_gates(exam.metrics, gates)
    except LeafoutError as error:
        raise LeafoutError(error.message, where=error.where or step.where, hint=error.hint) from None


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
