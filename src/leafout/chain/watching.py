"""What a run tells whoever watches it. The chain prints nothing; the CLI does, and a program may listen too."""

from typing import Protocol

from leafout.core.artifact import Artifact


class Watch(Protocol):
    """Is told what happens, step by step."""

    def begins(self, step: str, key: str) -> None:
        """A step's work begins (or goes on)."""

    def ends(self, step: str, artifact: Artifact, *, made: bool, seconds: float) -> None:
        """A step's artifact is there: made now, or found."""

    def stops(self, step: str) -> None:
        """A step's work ended without an artifact: it failed or was interrupted."""

    def log(self, step: str, number: int, values: dict[str, float | str]) -> None:
        """Figures of a training step."""

    def say(self, step: str, message: str) -> None:
        """One sentence for the person."""

    def progress(self, step: str, done: float, total: float | None, unit: str, note: str) -> None:
        """How far a step is."""


class Unwatched:
    """Listens to nothing."""

    def begins(self, step: str, key: str) -> None:
        """Nothing."""

    def ends(self, step: str, artifact: Artifact, *, made: bool, seconds: float) -> None:
        """Nothing."""

    def stops(self, step: str) -> None:
        """Nothing."""

    def log(self, step: str, number: int, values: dict[str, float | str]) -> None:
        """Nothing."""

    def say(self, step: str, message: str) -> None:
        """Nothing."""

    def progress(self, step: str, done: float, total: float | None, unit: str, note: str) -> None:
        """Nothing."""


UNWATCHED: Watch = Unwatched()
