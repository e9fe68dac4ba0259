"""Whether `torchrun` started this process beside others, by the variables that it sets."""

import os


def rank() -> int:
    """The number of this process, from 0; 0 where torchrun did not start it."""
    return _number("RANK", 0) if count() > 1 else 0


def count() -> int:
    """How many processes torchrun started, on all machines; 1 where it did not start this one."""
    return _number("WORLD_SIZE", 1) if "TORCHELASTIC_RUN_ID" in os.environ else 1


def _number(name: str, other: int) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdigit() else other
