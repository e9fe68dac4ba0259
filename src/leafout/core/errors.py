"""What can go wrong and be mended by the person at the keyboard."""


class LeafoutError(Exception):
    """A mistake the user can mend: what is wrong, where, and what to do about it.

    Args:
        message: one sentence, lower case, no full stop, names in backticks.
        where: the place, such as `chains/a.yaml:4 [clean.quality]` or `data/rows.csv:17`.
        hint: what to do, something that can be pasted where possible.
    """

    exit_code = 2

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"\n  --> {self.where}" if self.where else ""
        advice = f"\n\nhint: {self.hint}" if self.hint else ""
        return f"{self.message}{place}{advice}"


class GateError(LeafoutError):
    """An exam was taken and kept, and did not pass its gates (exit 3)."""

    exit_code = 3


class StoreError(LeafoutError):
    """The store cannot be read or written: disk full, no permission, or bytes that do not match their manifest."""


class Stopped(Exception):
    """Asked to stop (Ctrl-C or SIGTERM) and stopped at a place from which the same call goes on."""
