"""Named places in our own write path where a test can make the machine fail.

`LEAFOUT_FAULT=point:k:kind` makes the k-th passing (1 = first) of `point` fail: `kill` ends the process as SIGKILL
does, `eio` and `enospc` raise that OSError, `short` makes the write at that point write only half and then raise EIO.
The variable is read once, at import; without it a fault point costs one comparison.
"""

import errno
import os
import signal

_SPEC = os.environ.get("LEAFOUT_FAULT", "")
_POINT, _, _REST = _SPEC.partition(":")
_COUNT, _, _KIND = _REST.partition(":")
_passed = {"count": 0}


def fault_point(name: str) -> bool:
    """Pass a named place; fail there if a test asked for it.

    Returns:
        True when the caller should write only half of its bytes and then raise EIO (`short`), else False.

    Raises:
        OSError: EIO or ENOSPC, when asked for.
    """
    if name != _POINT:
        return False
    _passed["count"] += 1
    if _passed["count"] != int(_COUNT or "1"):
        return False
    if _KIND == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if _KIND == "eio":
        raise OSError(errno.EIO, os.strerror(errno.EIO), f"fault point {name}")
    if _KIND == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"fault point {name}")
    return _KIND == "short"
