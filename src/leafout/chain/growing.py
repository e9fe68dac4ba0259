"""Makes one artifact, or finds it: the hands that a stage gets, and the store around them."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafout.chain.keys import Given, Work, given_folder, work_of
from leafout.chain.stopping import Stopper
from leafout.chain.watching import UNWATCHED, Watch
from leafout.core import torchrun
from leafout.core.artifact import NOTES, Artifact
from leafout.core.device import cores
from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.core.run import Inputs
from leafout.core.stage import stage_info
from leafout.core.store import Store
from leafout.core.verbs import IN_PROCESSES


@dataclass
class Grower:
    """Makes artifacts in a store.

    Attributes:
        store: where they go.
        root: the folder that relative paths in configs start from.
        seed: of seeded stages.
        device: `auto`, `cpu` or `cuda`.
        watch: is told what happens.
        stopper: says when to stop.
        how_far: the last progress of each step, in words.
        workers: processes for data stages; 0 takes the cores that are free.
        processes: that train one model together; those of torchrun where it started this one.
        parallel: how they do, see `leafout.core.run.Run`.
    """

    store: Store
    root: Path
    seed: int = 0
    device: str = "auto"
    watch: Watch = UNWATCHED
    stopper: Stopper = field(default_factory=Stopper)
    how_far: dict[str, str] = field(default_factory=dict)
    workers: int = 0
    processes: int = 1
    parallel: str = "auto"

    def artifact(self, step: str, work: Work) -> Artifact:
        """The artifact of a piece of work, made where the store has none.

        Args:
            step: what to call it.
            work: what to do.

        Raises:
            Stopped: asked for, at a place from which the same call goes on.
            LeafoutError: whatever the stage refuses.
        """
        began = time.monotonic()
        found = self.store.find(work.key)
        artifact, made = self._make(step, work) if found is None else (found, False)
        self.watch.ends(step, artifact, made=made, seconds=time.monotonic() - began)
        return artifact

    def _make(self, step: str, work: Work) -> tuple[Artifact, bool]:
        """The artifact, and whether it was made here: another process may have been faster."""
        told = False

        def waiting() -> bool:
            nonlocal told
            if not told:
                self.watch.say(step, "another process makes this; waiting for it")
                told = True
            return self.stopper.asked

        _forget_peak_memory()
        with self.store.making(
            work.info,
            key=work.key,
            config=work.config.plain(),
            inputs=work.digests,
            outside=work.outside,
            seed=work.seed,
            waiting=waiting,
        ) as making:
            if making.found is not None:
                return making.found, False
            self.watch.begins(step, work.key)
            write_json(making.out / NOTES / "origin.json", _origin(step, work))
            hands = Hands(self, step, work.seed if work.seed is not None else self.seed, work.root)
            try:
                with _beside_others(work, making.out, hands):
                    metrics = work.info.function(**work.arguments, out=making.out, config=work.config, run=hands)
            except BaseException:
                self.watch.stops(step)
                raise
            _check_unchanged(self.store, work)
            return making.finish(metrics), True

    def grow(self, step: str, stage: str, config: Mapping[str, Any], inputs: Inputs) -> Artifact:
        """The artifact of a stage by its name, from plain values and folders."""
        info = stage_info(stage)
        given: dict[str, tuple[Given, ...]] = {}
        for name, folders in inputs.items():
            many: Sequence[Path] = [folders] if isinstance(folders, Path) else folders
            given[name] = tuple(given_folder(self.store, folder) for folder in many)
        typed = info.config.read(config, where=stage)
        return self.artifact(step, work_of(self.store, info, typed, given, seed=self.seed, root=self.root))


class Hands:
    """What a stage may ask of the chain; see `leafout.core.run.Run`."""

    def __init__(self, grower: Grower, step: str, seed: int, root: Path) -> None:
        self._grower = grower
        self._step = step
        self.seed = seed
        self.device = grower.device
        self.workers = grower.workers or cores()
        count = torchrun.count()
        self.processes, self.parallel = count if count > 1 else grower.processes, grower.parallel
        self.root = root

    def log(self, step: int, **values: float | str) -> None:
        """Show figures of a step."""
        self._grower.watch.log(self._step, step, values)

    def say(self, message: str) -> None:
        """Tell the person one sentence."""
        self._grower.watch.say(self._step, message)

    def progress(self, done: float, total: float | None, *, unit: str = "", note: str = "") -> None:
        """Report how far the work is."""
        of = "" if total is None else f" of {total:.0f}"
        self._grower.how_far[self._step] = f"at {unit.rstrip('s') + ' ' if unit else ''}{done:.0f}{of}"
        self._grower.watch.progress(self._step, done, total, unit, note)

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self._grower.stopper.asked

    def grow(self, stage: str, config: Mapping[str, Any], inputs: Inputs) -> Artifact:
        """Make (or find) the artifact of another stage."""
        return self._grower.grow(f"{self._step}/{stage}", stage, config, inputs)


def _beside_others(work: Work, out: Path, hands: Hands) -> AbstractContextManager[None]:
    """Within the block other processes do the same work, where several were wished for and the stage can use them."""
    function = work.info.function
    if hands.processes == 1 or f"{function.__module__}:{function.__qualname__}" not in IN_PROCESSES:
        return nullcontext()
    from leafout.training.starting import Call, together

    return together(Call.of(function, work.arguments, out=out, config=work.config), hands)


def _origin(step: str, work: Work) -> dict[str, Any]:
    """For the notes: where this artifact's inputs lay, and how large they were."""
    outside = sum(path.stat().st_size for path in work.outside_paths.values())
    folders = {name: [str(folder.path.resolve()) for folder in folders] for name, folders in work.inputs.items()}
    return {
        "step": step,
        "root": str(work.root.resolve()),
        "inputs": folders,
        "outside": {name: str(path.resolve()) for name, path in work.outside_paths.items()},
        "input_bytes": outside + sum(folder_bytes(Path(path)) for paths in folders.values() for path in paths),
    }


def _check_unchanged(store: Store, work: Work) -> None:
    """Refuse work whose outside files changed while they were read, or became more or fewer: the key would lie."""
    again = "run again when nobody writes to it"
    moved = sorted(set(work.config.outside(work.root)) ^ set(work.outside))
    if moved:
        raise LeafoutError(f"`{moved[0]}` came or went while the files were read", where=str(work.root), hint=again)
    for name, path in work.outside_paths.items():
        if not path.exists() or store.memory.sha256(path) != work.outside[name]:
            raise LeafoutError(f"`{name}` changed while it was read", where=str(path), hint=again)


def folder_bytes(folder: Path) -> int:
    """The bytes of a folder's files, notes left out."""
    notes = folder / NOTES
    files = (path for path in folder.rglob("*") if path.is_file() and notes not in path.parents)
    return sum(path.stat().st_size for path in files)


def _forget_peak_memory() -> None:
    """Let the kernel count this process's peak memory from here (Linux), so that a step's cost is its own."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
