"""The compiler of the kernels: numba where it works, else plain Python behind the same names.

The machine code is kept in `~/.cache/leafout/kernels/<digest of the sources>` (or under `NUMBA_CACHE_DIR`), so that a
second process starts in a fraction of a second. The digest matters: numba looks for changes in a kernel's own file
alone, not in the files of kernels that it calls or of constants that it took in. Where the folder cannot be written,
numba finds another; where there is none, each process compiles anew. `LEAFOUT_NO_COMPILER=1` does without, as a machine
that has no numba.
"""

import hashlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_KEPT_VERSIONS = 3


def _numba() -> Any:
    if os.environ.get("LEAFOUT_NO_COMPILER") == "1":
        return None
    try:
        import numba
    except (ImportError, OSError) as error:
        warnings.warn(
            f"numba cannot be loaded ({error}): the data kernels run uncompiled, many times slower", stacklevel=2
        )
        return None
    return numba


_NUMBA = _numba()
COMPILED = _NUMBA is not None
"""Whether kernels are machine code; where they are not, callers take their plain reference."""


def kernel(function: F) -> F:
    """Compile a function over numpy arrays; it releases the interpreter lock while it runs.

    The same function, uncompiled, where there is no compiler: right, and slow.
    """
    if _NUMBA is None:
        return function
    compiled: F
    try:
        with _cached():
            compiled = _NUMBA.njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # numba found no folder for its machine code
        compiled = _NUMBA.njit(nogil=True, error_model="numpy")(function)
    return compiled


def is_first_use() -> bool:
    """Whether kernels have to be compiled first, for want of machine code from an earlier process."""
    place = None if _NUMBA is None or _NUMBA.config.CACHE_DIR else folder()
    return place is not None and next(place.rglob("*.nbi"), None) is None


@contextmanager
def _cached() -> Iterator[None]:
    """While this lasts numba keeps machine code where we say, unless the user has said where."""
    before, place = _NUMBA.config.CACHE_DIR, None if _NUMBA.config.CACHE_DIR else folder()
    if place is not None:
        _NUMBA.config.CACHE_DIR = str(place)
    try:
        yield
    finally:
        _NUMBA.config.CACHE_DIR = before


@cache
def folder() -> Path | None:
    """The folder of this version's machine code, made where it is not; None where it cannot be."""
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "leafout" / "kernels"
    own = place / sources_digest()
    try:
        if not own.is_dir():
            own.mkdir(parents=True, exist_ok=True)
            for old in sorted(place.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_VERSIONS]:
                shutil.rmtree(old, ignore_errors=True)
        with suppress(OSError):
            os.utime(own)
    except (OSError, RuntimeError):  # no home, or none that can be written
        return None
    return own if os.access(own, os.W_OK) else None


@cache
def sources_digest() -> str:
    """A digest of the sources that machine code is made from: the kernels, and the rules they take constants from."""
    here = Path(__file__).parent
    whole = hashlib.sha256()
    for folder in (here, here.parent.parent / "text"):
        for path in sorted(folder.glob("*.py")):
            whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]
