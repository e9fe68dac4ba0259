"""Tables of characters that are made once on a machine and kept beside the machine code.

To ask Python about each of a million characters takes half a second of every process; to read the answers takes a
millisecond. They lie under the digest of all sources (`jit.folder`) by the version of Python, whose Unicode they are
read from. A file that is damaged, or a folder that cannot be written, costs time alone: the table is made anew.
"""

import os
import platform
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels import jit

Arrays = tuple[NDArray[Any], ...]


def kept(name: str, make: Callable[[], Arrays]) -> Arrays:
    """The arrays that a function makes, read where an earlier process kept them.

    Args:
        name: of the table, one for each function.
        make: depends on nothing but the sources of `corpus.kernels` and `text` and on the version of Python.
    """
    folder = jit.folder()
    if folder is None:
        return make()
    path = folder / f"{name}-{sys.implementation.name}-{platform.python_version()}.npz"
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return tuple(file[f"arr_{place}"] for place in range(len(file.files)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        arrays = make()
    with suppress(OSError):
        _keep(path, arrays)
    return arrays


def _keep(path: Path, arrays: Arrays) -> None:
    """Write a table whole or not at all, whoever else writes it."""
    beside = path.with_suffix(f".{os.getpid()}.npz")
    try:
        np.savez(beside, *arrays)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
