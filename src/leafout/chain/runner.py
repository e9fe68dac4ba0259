"""Runs a chain: each step in order, its artifact made or found, exams judged, everything recorded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from leafout.chain.exams import apply_decision, judge, promote_examined
from leafout.chain.growing import Grower
from leafout.chain.keys import Given, Work, given_folder, work_of
from leafout.chain.kinds import check_kind
from leafout.chain.record import Recorder
from leafout.chain.steps import Chain, Step, read_chain
from leafout.chain.stopping import ChainStopped, StoppedAtOnce, Stopper
from leafout.chain.watching import UNWATCHED, Watch
from leafout.chain.wiring import Source
from leafout.core.artifact import Artifact
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.store import Store, disk_errors

DEFAULT_STORE = Path(".leafout")


@dataclass(frozen=True)
class Ran:
    """What a run ended with.

    Attributes:
        artifacts: of each step, in order.
        exams: those of `evaluate` steps that have `promote`, by slot.
    """

    artifacts: dict[str, Artifact] = field(default_factory=dict)
    exams: dict[str, "Examined"] = field(default_factory=dict)


@dataclass(frozen=True)
class Examined:
    """An exam that was passed, and what it was about."""

    step: Step
    exam: Artifact
    work: Work


def run_chain(  # noqa: PLR0913 - each a choice of its own
    chain: Chain | Path | str,
    *,
    store: Store | Path | str = DEFAULT_STORE,
    sets: Sequence[str] = (),
    steps: Sequence[str] = (),
    device: str = "auto",
    workers: int = 0,
    processes: int = 1,
    parallel: str = "auto",
    watch: Watch = UNWATCHED,
    promote: bool = True,
) -> Ran:
    """Run a chain; what the store has is not made again.

    Args:
        chain: a chain, or its file.
        store: where artifacts are found and put.
        sets: overrides such as `clean.quality.min_chars=100`, for a file.
        steps: run only what these need; all when empty.
        device: `auto`, `cpu` or `cuda`.
        workers: processes for data stages; 0 takes the cores that are free.
        processes: that train one model together.
        parallel: how they do: `auto`, `ddp` or `fsdp`.
        watch: is told what happens.
        promote: let releases that pass their exam take their slots.

    Returns:
        the artifact of each step.

    Raises:
        LeafoutError: for a mistake in the chain or its data.
        GateError: when an exam did not pass its gates.
        ChainStopped: on SIGINT or SIGTERM; the same call goes on from there.
    """
    if not isinstance(chain, Chain):
        chain = read_chain(Path(chain), sets)
    if not isinstance(store, Store):
        store = Store(Path(store))
    wanted = chain.needed_for(steps)
    recorder, ran = Recorder(store.root, chain), Ran()
    hands = partial(Grower, store, chain.root, device=device, watch=watch, workers=workers)
    hands = partial(hands, processes=processes, parallel=parallel)
    with Stopper() as stopper:
        for step in wanted:
            grower = hands(seed=step.seed, stopper=stopper)
            try:
                if stopper.asked:
                    raise Stopped
                with disk_errors(store.root), placed(chain, step):
                    work = step_work(store, chain, step, ran.artifacts)
                    artifact = grower.artifact(step.name, work)
                    recorder.got(step, artifact)
                    ran.artifacts[step.name] = artifact
                    _after(store, step, artifact, work, ran, watch, promote=promote)
            except (Stopped, StoppedAtOnce):
                far = grower.how_far.get(step.name, "")
                raise ChainStopped(step.name, far, stopper.number) from None
    return ran


def step_work(store: Store, chain: Chain, step: Step, artifacts: dict[str, Artifact]) -> Work:
    """What a step is to do, once the steps before it have their artifacts.

    Raises:
        LeafoutError: when a folder or slot that it takes is missing, damaged or of a wrong kind.
    """
    inputs: dict[str, tuple[Given, ...]] = {}
    for name, sources in step.inputs.items():
        found = [_given(store, step, name, source, artifacts) for source in sources]
        given = tuple(folder for folder in found if folder is not None)
        if given:
            inputs[name] = given
    return work_of(store, step.info, step.config, inputs, seed=step.seed, root=chain.root)


def _given(store: Store, step: Step, name: str, source: Source, artifacts: dict[str, Artifact]) -> Given | None:
    if source.kind == "step":
        artifact = artifacts[source.name]
        return Given(artifact.path, artifact.digest, artifact.stage)
    if source.kind == "slot":
        from leafout.serving.releases import current

        champion = current(store.root, source.name)
        if champion is None and step.info.inputs[name] == "optional":
            return None
        if champion is None:
            hint = f"leafout promote {source.name} RELEASE"
            raise LeafoutError(f"nothing serves the slot `{source.name}` yet", where=step.where, hint=hint)
        return given_folder(store, champion.folder(store.root))
    assert source.path is not None
    given = given_folder(store, source.path)
    check_kind(step.stage, name, given.made_by, source=source.name, where=step.where)
    return given


def _after(store: Store, step: Step, artifact: Artifact, work: Work, ran: Ran, watch: Watch, *, promote: bool) -> None:
    """Judge an exam, or apply the decision of an update."""
    if step.info.name == "evaluate" and "release" in work.inputs:
        release = work.inputs["release"][0]
        judge(store.root, step, artifact, release)
        if step.promote:
            ran.exams[step.promote] = Examined(step, artifact, work)
            if promote:
                promote_examined(store.root, step.promote, release, watch, step.name)
    if step.info.name == "update" and step.slot and promote:
        apply_decision(store.root, step.slot, work.inputs["release"][0], artifact, watch, step.name)


def config_path(error: LeafoutError, stage: str, root: Path) -> list[str]:
    """The key that an error of a stage is about, from a place such as `[val]` or `[split.val]`; empty for others."""
    before, bracket, key = error.where.rpartition("[")
    if not bracket or not key.endswith("]") or before.strip() not in {"", str(root)}:
        return []
    path = key[:-1].split(".")
    return path[1:] if path[0] == stage else path


@contextmanager
def placed(chain: Chain, step: Step) -> Iterator[None]:
    """Give errors of a stage their place in the chain file."""
    try:
        yield
    except LeafoutError as error:
        if not error.where:
            error.where = chain.places.where((step.name,))
        else:
            path = config_path(error, step.info.name, chain.root)
            if path:
                error.where = chain.places.where((step.name, *path))
                error.hint = error.hint or f"relative names start from {chain.root}"
        raise
