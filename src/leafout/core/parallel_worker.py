"""What a worker process of `parallel` runs: tasks come in at one pipe, results go out at another.

A message is its length in eight bytes and a pickle; both ends are this program.
"""

import ctypes
import errno
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from typing import IO, Any

from leafout.core.errors import LeafoutError

LESS_MEMORY = "is memory short? Fewer workers take less, --workers 1; the same command goes on where this one ended"

_LOOK_SECONDS = 0.5
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def main(parent: int) -> None:
    """Work until the pipe ends, or the parent.

    Args:
        parent: the process that started this one; it alone decides what becomes of a signal to the whole group.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    end_with(parent)
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall between results
    tasks = sys.stdin.buffer
    sys.path[:] = pickle.loads(receive(tasks) or b"")  # noqa: S301 the parent wrote it
    while (message := receive(tasks)) is not None:
        send(results, _done(message))
        _give_back()


def send(pipe: IO[bytes], thing: object) -> None:
    """Write a message."""
    message = pickle.dumps(thing, protocol=5)
    pipe.write(len(message).to_bytes(8, "little"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """The next message, still pickled; None at the end of the pipe."""
    head = pipe.read(8)
    size = int.from_bytes(head, "little")
    message = pipe.read(size) if len(head) == 8 else b""
    return message if size and len(message) == size else None


def end_with(parent: int) -> None:
    """End this process with its parent, in the middle of a task too: at once on Linux, soon elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _done(message: bytes) -> tuple[bool, Any]:
    try:
        work, task = pickle.loads(message)  # noqa: S301 the parent wrote it
        return True, work(task)
    except LeafoutError as error:
        return False, error
    except Exception as error:  # noqa: BLE001 the outer door: the parent shows it
        told = traceback.format_exc()
        if _is_out_of_memory(error):
            return False, LeafoutError("a worker process got no more memory", hint=LESS_MEMORY)
        if isinstance(error, OSError):  # what the system refused the parent can tell, by its number
            about = (error.errno, error.strerror, error.filename) if error.errno else (str(error),)
            refused = OSError(*about)
            refused.add_note(told)
            return False, refused
        return False, told


def _give_back() -> None:
    """Hand free memory back to the system; allocators keep what the largest task took (half of what a worker held)."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether memory was refused; libraries that cannot be loaded for it say so in words."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    refusals = (os.strerror(errno.ENOMEM), "failed to map segment")
    return isinstance(error, ImportError) and any(said in str(error) for said in refusals)
