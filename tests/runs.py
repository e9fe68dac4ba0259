"""Hands for a stage that remember what it said, or ask it to stop."""

from typing import Any

from leafout.core.run import QuietRun


class Listening(QuietRun):
    """Remembers what was said."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.said: list[str] = []

    def say(self, message: str) -> None:
        """Remember it."""
        self.said.append(message)


class Stopping(QuietRun):
    """Asks to stop after some looks, from then on each time.

    Args:
        looks: that are let pass.
    """

    def __init__(self, looks: int = 0, **given: Any) -> None:
        super().__init__(**given)
        self.looks = looks

    def should_stop(self) -> bool:
        """Whether the looks are used up."""
        self.looks -= 1
        return self.looks < 0
