"""How fast something goes, and how long it will take."""

import time
from collections.abc import Callable

from leafout.cli.words import duration


class Pace:
    """Measures progress from its first report in this sitting.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.began = clock()
        self._first: tuple[float, float] | None = None
        self._last: tuple[float, float] = (0.0, 0.0)

    def report(self, done: float) -> None:
        """Take a figure down; one smaller than the last begins a new measure."""
        now = self._clock()
        if self._first is None or done < self._last[1]:
            self._first = (now, done)
        self._last = (now, done)

    @property
    def rate(self) -> float:
        """Units a second; 0 while not known."""
        if self._first is None or self._last[0] <= self._first[0]:
            return 0.0
        return (self._last[1] - self._first[1]) / (self._last[0] - self._first[0])

    def words(self, done: float, total: float | None, unit: str, note: str) -> str:
        """`1200 of 4000 steps, 30/s, 1 min 20 s left, loss 2.31`."""
        parts = [f"{done:.0f}{'' if total is None else f' of {total:.0f}'}{f' {unit}' if unit else ''}"]
        if self.rate > 0:
            parts.append(f"{self.rate:.3g}/s")
            if total is not None and total > done:
                parts.append(f"{duration((total - done) / self.rate)} left")
        return ", ".join([*parts, *([note] if note else [])])
