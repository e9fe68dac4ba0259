"""What the clock says of training: tokens a second, what is left, and how many steps fit into some minutes."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leafout.core.run import Run

_SHOW_SECONDS = 0.2
TRIALS = 12
"""Steps that are timed to turn minutes into steps."""
_TRIAL_FRACTION = 0.08


@dataclass(frozen=True, slots=True)
class Step:
    """Figures of one update; `norm` is that of its gradient before it was clipped."""

    loss: float
    rate: float
    norm: float
    tokens: int
    seconds: float


class Meter:
    """Mean loss and tokens a second since the last line that was written down."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._tokens = 0
        self._last: Step | None = None
        self._began = time.monotonic()
        self._shown = 0.0
        self._note = ""

    def add(self, step: Step) -> None:
        """Count an update."""
        self._losses.append(step.loss)
        self._tokens += step.tokens
        self._last = step

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Don't count what is no training: evaluations, checkpoints."""
        began = time.monotonic()
        yield
        self._began += time.monotonic() - began

    def figures(self) -> dict[str, float]:
        """Loss, rate, gradient norm and tokens a second; counting starts anew."""
        assert self._last is not None
        now = time.monotonic()
        found = {
            "loss": sum(self._losses) / len(self._losses),
            "rate": self._last.rate,
            "gradient_norm": self._last.norm,
            "tokens_per_second": round(self._tokens / max(now - self._began, 1e-9), 1),
        }
        self._note = f"loss {found['loss']:.3f}, {found['tokens_per_second'] / 1000:.1f}k tokens/s"
        self._losses, self._tokens, self._began = [], 0, now
        return found

    def show(self, run: "Run", done: int, total: int) -> None:
        """Report progress, a few times a second at most."""
        now = time.monotonic()
        if now - self._shown >= _SHOW_SECONDS or done == total:
            run.progress(done, total, unit="steps", note=self._note)
            self._shown = now


@dataclass(frozen=True, slots=True)
class Pace:
    """What a few steps and one evaluation took: seconds of a mean step, of an evaluation, and of the trial itself."""

    step_seconds: float
    look_seconds: float
    spent_seconds: float


def pace_of(
    step: Callable[[int], int],
    look: Callable[[], object],
    *,
    mean_tokens: float,
    seconds: float = math.inf,
    trials: int = TRIALS,
) -> Pace:
    """Time a few steps and one evaluation.

    Args:
        step: takes the trial's n-th, and returns its tokens. The first is not counted: it warms up.
        look: looks at `val` once.
        mean_tokens: of a step of training.
        seconds: of the whole budget; the trial ends early at a small fraction of it.
        trials: steps that are counted, at most.
    """
    began = time.monotonic()
    step(0)
    first = time.monotonic()
    tokens = 0
    for trial in range(trials):
        if trial and time.monotonic() - first > _TRIAL_FRACTION * seconds:
            break
        tokens += step(trial)
    stepped = time.monotonic()
    look()
    ended = time.monotonic()
    return Pace((stepped - first) / tokens * mean_tokens, ended - stepped, ended - began)


def steps_within(pace: Pace, seconds: float, *, looks: int) -> int:
    """How many steps fit into some seconds, `looks` evaluations and the trial included; at least 1."""
    return max(1, int((seconds - pace.spent_seconds - looks * pace.look_seconds) / pace.step_seconds))
