"""Work that tests give to other processes, which find it here by name."""

import errno
import os
import signal
import time
from pathlib import Path

from leafout.core.errors import LeafoutError


def squared_slowly(number: int) -> tuple[int, int]:
    time.sleep(0.05 if number == 0 else 0)
    return number * number, os.getpid()


def refuse(number: int, *, bad: int) -> int:
    if number == bad:
        raise LeafoutError("`数` is bad", where=f"row {number}", hint="mend it")
    return number


def divide(number: int) -> float:
    return 1 / number


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def print_loud(number: int) -> int:
    print("printed by a library")  # noqa: T201 it must not fall between the results
    return number


def fill_the_disk(number: int) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"/满/{number}")


def take_all_memory(number: int) -> int:
    return len(bytearray(1 << 60)) + number


def held_bytes(count: int) -> int:
    """Memory held while there are so many strings, of which the last stays."""
    strings = [f"{number:0700d}" for number in range(count)]
    held = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    kept.extend(strings[-1:])
    return int(held) * os.sysconf("SC_PAGE_SIZE")


kept: list[str] = []
