"""Writes that are whole or absent after a crash: written beside, fsynced, renamed."""

import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

from leafout.core.faults import fault_point


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file by new bytes; after a crash it holds the old ones or the new ones, never a mix."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}.partial")
    try:
        with beside.open("wb") as file:
            if fault_point("durable.write"):
                file.write(data[: len(data) // 2])
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(beside))
            file.write(data)
            file.flush()
            fault_point("durable.fsync")
            os.fsync(file.fileno())
        fault_point("durable.rename")
        beside.rename(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, values: Any) -> None:
    """Write JSON that is equal for equal values: sorted keys, UTF-8 as it is, one newline at the end."""
    write_whole(path, json_bytes(values))


def json_bytes(values: Any) -> bytes:
    """JSON with sorted keys; NaN is refused.

    Raises:
        ValueError: for NaN and infinities.
    """
    return (json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def reserve(path: Path, num_bytes: int) -> None:
    """Make sure that a file can hold so many bytes: a mapped file that meets a full disk ends the process (SIGBUS).

    Raises:
        OSError: ENOSPC, while it can still be told.
    """
    with path.open("ab") as file:
        if hasattr(os, "posix_fallocate") and num_bytes:
            os.posix_fallocate(file.fileno(), 0, num_bytes)
        else:
            file.truncate(num_bytes)


def sync_file(path: Path) -> None:
    """Force a written file to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fault_point("durable.fsync")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Force every file and folder below (and the folder itself) to the disk."""
    for here, _, names in os.walk(folder):
        for name in names:
            sync_file(Path(here) / name)
        sync_folder(Path(here))
