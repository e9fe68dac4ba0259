"""Ctrl-C and SIGTERM: the first asks the stage to stop where it can go on, the second stops at once."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from leafout.core.errors import Stopped


class StoppedAtOnce(KeyboardInterrupt):
    """The second signal: raised in the middle of whatever runs; the store's last checkpoint stays."""


class ChainStopped(Stopped):
    """A run was asked to stop and stopped.

    Attributes:
        step: the step it stopped in or before.
        how_far: such as `at step 1200 of 4000`; empty where not known.
        number: of the signal.
    """

    def __init__(self, step: str, how_far: str, number: int) -> None:
        super().__init__(f"`{step}` stopped {how_far}".rstrip())
        self.step = step
        self.how_far = how_far
        self.number = number


class Stopper:
    """Listens for SIGINT and SIGTERM while it is entered; outside the main thread it only waits to be told.

    Attributes:
        number: of the last signal; 0 before the first.
    """

    def __init__(self) -> None:
        self.number = 0
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self.number != 0

    def ask(self, number: int = signal.SIGINT) -> None:
        """Ask to stop, as a signal would."""
        self.number = number

    def __enter__(self) -> "Stopper":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise StoppedAtOnce
        self.number = number
