"""The compiler of the kernels: numba where it works, else plain Python behind the same names.

The machine code is kept beside the sources, or in the user's cache folder where those cannot be written, so that a
second process starts in a fraction of a second; where no folder can be written, each process compiles anew.
`LEAFOUT_NO_COMPILER=1` does without, as a machine that has no numba.
"""

import os
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


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
        compiled = _NUMBA.njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # numba found no folder for its machine code
        compiled = _NUMBA.njit(nogil=True, error_model="numpy")(function)
    return compiled
