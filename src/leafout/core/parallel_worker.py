"""What a worker process of `parallel` runs: tasks come in at one pipe, results go out at another.

A message is its length in eight bytes and a pickle; both ends are this program.
"""

import os
import pickle
import sys
import threading
import time
import traceback
from typing import IO, Any

from leafout.core.errors import LeafoutError

_LOOK_SECONDS = 0.5


def main() -> None:
    """Work until the pipe ends, or the parent."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall between results
    tasks = sys.stdin.buffer
    sys.path[:] = pickle.loads(receive(tasks) or b"")  # noqa: S301 the parent wrote it
    while (message := receive(tasks)) is not None:
        send(results, _done(message))


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


def _end_with(parent: int) -> None:
    """End this process soon after its parent, in the middle of a task too."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _done(message: bytes) -> tuple[bool, Any]:
    try:
        work, task = pickle.loads(message)  # noqa: S301 the parent wrote it
        return True, work(task)
    except LeafoutError as error:
        return False, error
    except Exception:  # noqa: BLE001 the outer door: the parent shows it
        return False, traceback.format_exc()
