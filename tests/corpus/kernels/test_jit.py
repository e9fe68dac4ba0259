import os
import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel


@kernel
def _total(values: NDArray[np.int64]) -> int:
    total = 0
    for place in range(len(values)):
        total += int(values[place])
    return total


def test_a_kernel_counts() -> None:
    assert _total(np.arange(10)) == 45
    assert COMPILED


def test_without_a_compiler_a_kernel_is_plain_python() -> None:
    code = "import leafout.corpus.kernels.jit as j; print(j.COMPILED, j.kernel(len) is len)"
    env = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.split() == ["False", "True"]
