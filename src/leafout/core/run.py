"""What a stage may ask of the one who runs it: seed, device, progress, when to stop, and other stages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from leafout.core.artifact import Artifact

Inputs = Mapping[str, Path | Sequence[Path]]


class Run(Protocol):
    """The hands of a stage. The chain provides one; `QUIET` serves where there is no chain."""

    @property
    def seed(self) -> int:
        """Where all randomness of a seeded stage comes from."""

    @property
    def device(self) -> str:
        """`auto`, `cpu` or `cuda`."""

    @property
    def workers(self) -> int:
        """Processes that a data stage may work with; the result is the same for any number."""

    @property
    def processes(self) -> int:
        """Processes that train one model together."""

    @property
    def parallel(self) -> str:
        """How they do: `auto`, `ddp` (each holds all weights) or `fsdp` (weights are shared out)."""

    @property
    def root(self) -> Path:
        """The folder that relative paths in a config start from: the chain file's."""

    def log(self, step: int, **values: float | str) -> None:
        """Show figures of a step to whoever watches. The record is the stage's own `notes/metrics.jsonl`."""

    def say(self, message: str) -> None:
        """Tell the person one sentence: what was detected, what was guessed, what to look at."""

    def progress(self, done: float, total: float | None, *, unit: str = "", note: str = "") -> None:
        """Report how far the work is; `note` stands beside the bar (loss, rate)."""

    def should_stop(self) -> bool:
        """True once somebody asked to stop: save what can be resumed and raise `Stopped`."""

    def grow(self, stage: str, config: Mapping[str, Any], inputs: Inputs) -> Artifact:
        """Make (or find) the artifact of another stage."""


class QuietRun:
    """A run without a chain: seed 0, one process, nothing shown, never stopped."""

    def __init__(self, *, seed: int = 0, device: str = "auto", workers: int = 1, root: Path | None = None) -> None:
        self.seed = seed
        self.device = device
        self.workers = workers
        self.processes, self.parallel = 1, "auto"
        self.root = root or Path()

    def log(self, step: int, **values: float | str) -> None:
        """Show nothing."""

    def say(self, message: str) -> None:
        """Show nothing."""

    def progress(self, done: float, total: float | None, *, unit: str = "", note: str = "") -> None:
        """Show nothing."""

    def should_stop(self) -> bool:
        """Never."""
        return False

    def grow(self, stage: str, config: Mapping[str, Any], inputs: Inputs) -> Artifact:  # noqa: ARG002
        """Refuse: growing needs a store.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(f"growing `{stage}` needs a chain: call it through leafout.chain or the CLI")


QUIET: Run = QuietRun()
