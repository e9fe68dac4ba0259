"""Shows a run: a line for each step on stdout, and what happens meanwhile on stderr."""

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from leafout.cli.pace import Pace
from leafout.cli.words import duration, figures
from leafout.core.artifact import Artifact

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

BAR_AFTER_SECONDS = 2.0
LINE_EVERY_SECONDS = 15.0


class Shown:
    """Prints what a run does.

    Args:
        names: of the steps, for the width of the first column.
        out: where the line of each step goes; stdout when None.
        err: where all else goes; stderr when None.
    """

    def __init__(self, names: Sequence[str], *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._width = max([8, *(len(name) for name in names)])
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._paces: dict[str, Pace] = {}
        self._spoken: dict[str, float] = {}
        self._bar: Progress | None = None
        self._task: tuple[str, TaskID] | None = None
        self._figures: dict[str, str] = {}

    def __enter__(self) -> "Shown":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close_bar()

    def begins(self, step: str, key: str) -> None:  # noqa: ARG002 - the line at the end shows it
        """A step's work begins."""
        self._paces[step] = Pace()
        self._spoken[step] = time.monotonic()

    def ends(self, step: str, artifact: Artifact, *, made: bool, seconds: float) -> None:
        """The line of a step."""
        self._close_bar()
        mark = "+" if made else "="
        line = f"{mark} {step:<{self._width}}  {artifact.key[:8]}  {duration(seconds):>12}  {figures(artifact.metrics)}"
        print(line.rstrip(), file=self._out, flush=True)

    def stops(self, step: str) -> None:  # noqa: ARG002 - there is one bar
        """A step's work ended early."""
        self._close_bar()

    def log(self, step: str, number: int, values: dict[str, float | str]) -> None:  # noqa: ARG002 - as progress says
        """Figures of a step stand beside the next progress."""
        self._figures[step] = figures(values)

    def say(self, step: str, message: str) -> None:
        """One sentence, under the name of its step."""
        self._line(f"  {step:<{self._width}}  {message}")

    def progress(self, step: str, done: float, total: float | None, unit: str, note: str) -> None:
        """A bar on a terminal, a line now and then elsewhere."""
        pace = self._paces.setdefault(step, Pace())
        pace.report(done)
        now = time.monotonic()
        if now - pace.began < BAR_AFTER_SECONDS:
            return
        text = pace.words(done, total, unit, note or self._figures.get(step, ""))
        if self._err.isatty():
            self._move_bar(step, done, total, text)
        elif now - self._spoken.get(step, pace.began) >= LINE_EVERY_SECONDS:
            self._spoken[step] = now
            self.say(step, text)

    def _line(self, text: str) -> None:
        if self._bar is None:
            print(text, file=self._err, flush=True)
        else:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _move_bar(self, step: str, done: float, total: float | None, text: str) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            columns = (
                TextColumn("  {task.fields[step]}"),
                BarColumn(20),
                TextColumn("{task.fields[words]}", markup=False),
            )
            self._bar = Progress(*columns, console=Console(file=self._err), transient=True)
            self._bar.start()
        if self._task is None or self._task[0] != step:
            if self._task is not None:
                self._bar.remove_task(self._task[1])
            self._task = (step, self._bar.add_task("", total=total, step=f"{step:<{self._width}}", words=text))
        self._bar.update(self._task[1], completed=done, total=total, words=text)

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar, self._task = None, None
