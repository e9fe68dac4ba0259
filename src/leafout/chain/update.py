"""The next release: runs what changed, lets each candidate meet the champion of its slot, promotes or keeps."""

from dataclasses import dataclass

from leafout.chain.exams import read_decision
from leafout.chain.growing import Grower
from leafout.chain.keys import Given, given_folder, work_of
from leafout.chain.runner import Examined, run_chain
from leafout.chain.steps import Chain, Step
from leafout.chain.stopping import ChainStopped, StoppedAtOnce, Stopper
from leafout.chain.watching import UNWATCHED, Watch
from leafout.core.artifact import Artifact
from leafout.core.errors import GateError, LeafoutError, Stopped
from leafout.core.stage import stage_info
from leafout.core.store import Store
from leafout.serving.releases import current, promote


@dataclass(frozen=True)
class Outcome:
    """What became of a slot.

    Attributes:
        slot: its name.
        promoted: whether the candidate serves now.
        reason: in words.
        passed: whether the candidate passed the gates of its exam.
        comparison: the artifact of the `update` stage; None where there was nothing to compare.
    """

    slot: str
    promoted: bool
    reason: str
    passed: bool = True
    comparison: Artifact | None = None


def update_chain(chain: Chain, store: Store, *, device: str = "auto", watch: Watch = UNWATCHED) -> list[Outcome]:
    """Run a chain with promotion held back, then decide slot by slot.

    Args:
        chain: with an `evaluate` step for each slot, that says `promote`.
        store: where artifacts and releases are.
        device: `auto`, `cpu` or `cuda`.
        watch: is told what happens.

    Raises:
        LeafoutError: when no exam of the chain promotes to a slot.
        ChainStopped: on SIGINT or SIGTERM.
    """
    exams = [step for step in chain.steps.values() if step.promote]
    if not exams:
        hint = "write `promote: SLOT` into the `evaluate` step of a release"
        raise LeafoutError("no exam of this chain promotes to a slot", where=str(chain.file), hint=hint)
    outcomes: list[Outcome] = []
    for step in exams:
        try:
            ran = run_chain(chain, store=store, steps=[step.name], device=device, watch=watch, promote=False)
        except GateError as error:
            outcomes.append(Outcome(step.promote, promoted=False, reason=error.message, passed=False))
            continue
        outcomes.append(_decided(chain, store, ran.exams[step.promote], device=device, watch=watch))
    return outcomes


def _decided(chain: Chain, store: Store, examined: Examined, *, device: str, watch: Watch) -> Outcome:
    slot = examined.step.promote
    release = examined.work.inputs["release"][0]
    champion = current(store.root, slot)
    if champion is not None and champion.digest == release.digest:
        return Outcome(slot, promoted=False, reason="nothing changed: it serves already")
    if champion is None:
        reason = f"the first release of `{slot}`"
        promote(store.root, slot, release.path, reason=reason)
        return Outcome(slot, promoted=True, reason=reason)
    before = given_folder(store, champion.folder(store.root))
    comparison = compare(chain, store, examined, before, device=device, watch=watch)
    better, reason = read_decision(comparison)
    if better:
        promote(store.root, slot, release.path, reason=reason)
    return Outcome(slot, promoted=better, reason=reason, comparison=comparison)


def compare(chain: Chain, store: Store, examined: Examined, champion: Given, *, device: str, watch: Watch) -> Artifact:
    """The artifact of the `update` stage: candidate and champion in the same exam.

    A step of the chain with `stage: update` and the same `slot` gives the config; else it is the exam's, with its
    gates.
    """
    own = _update_step(chain, examined.step.promote)
    info = stage_info("update") if own is None else own.info
    exam = {"exam": examined.step.config.plain(), "gates": examined.step.gates or {}}
    config = info.config.read(exam, where="update") if own is None else own.config
    inputs = {name: examined.work.inputs[name] for name in ("release", "rows")} | {"champion": (champion,)}
    name = f"update/{examined.step.promote}"
    with Stopper() as stopper:
        grower = Grower(store, chain.root, examined.step.seed, device, watch, stopper)
        try:
            return grower.artifact(name, work_of(store, info, config, inputs, seed=examined.step.seed, root=chain.root))
        except (Stopped, StoppedAtOnce):
            raise ChainStopped(name, grower.how_far.get(name, ""), stopper.number) from None


def _update_step(chain: Chain, slot: str) -> Step | None:
    return next((step for step in chain.steps.values() if step.info.name == "update" and step.slot == slot), None)
