import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import COMPILED, kernel, sources_digest


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


def test_kernels_work_where_no_machine_code_can_be_kept(tmp_path: Path) -> None:
    source = tmp_path / "doubling.py"
    source.write_text("from leafout.corpus.kernels.jit import kernel\n\n@kernel\ndef doubled(n):\n    return 2 * n\n")
    (tmp_path / "__pycache__").write_text("no folder")
    env = os.environ | {"HOME": "/dev/null/home", "XDG_CACHE_HOME": "/dev/null/cache", "NUMBA_CACHE_DIR": ""}
    command = [sys.executable, "-B", "-c", "from doubling import doubled; print(doubled(21), doubled.signatures)"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True, cwd=tmp_path)
    assert done.stdout.split() == ["42", "[(int64,)]"]


def test_machine_code_is_kept_by_the_digest_of_all_sources_and_few_versions_stay(tmp_path: Path) -> None:
    source = tmp_path / "doubling.py"
    source.write_text("from leafout.corpus.kernels.jit import kernel\n\n@kernel\ndef doubled(n):\n    return 2 * n\n")
    kept = tmp_path / "cache" / "leafout" / "kernels"
    for number in range(5):
        (kept / f"old{number}").mkdir(parents=True)
        os.utime(kept / f"old{number}", (number, number))
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "NUMBA_CACHE_DIR": ""}
    code = "from leafout.corpus.kernels.jit import is_first_use; from doubling import doubled; "
    code += "first = is_first_use(); print(doubled(21), doubled.stats.cache_hits, first)"
    command = [sys.executable, "-B", "-c", code]
    said = [
        subprocess.run(command, capture_output=True, text=True, env=env, check=True, cwd=tmp_path).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["42 Counter() True", "42 Counter({(int64,): 1}) False"]
    assert sorted(path.name for path in kept.iterdir()) == sorted(["old3", "old4", sources_digest()])
    assert list((kept / sources_digest()).rglob("*.nbc"))
