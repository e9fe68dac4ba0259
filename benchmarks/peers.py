"""Environments for the programs that benchmarks compare with: each in a virtual environment of its own, made once.

They lie under `$LEAFOUT_PEERS`, or `~/.cache/leafout/peers`; delete the folder to make them anew.
"""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def python(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of an environment that holds some packages; made when it is not there or holds others.

    Args:
        name: of the environment.
        packages: as pip takes them, with versions.
    """
    root = Path(os.environ.get("LEAFOUT_PEERS", Path.home() / ".cache" / "leafout" / "peers"))
    folder = root / name
    found, wanted = folder / "packages.txt", "\n".join(packages)
    interpreter = folder / "bin" / "python"
    if not (found.exists() and found.read_text(encoding="utf-8") == wanted):
        print(f"installing {', '.join(packages)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        words = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(words, check=True)
        found.write_text(wanted, encoding="utf-8")
    return interpreter


def ask(interpreter: Path, script: str, *words: str, timeout_seconds: float = 3600) -> Any:
    """Run a script there with one thread and read the JSON of its last line.

    Raises:
        RuntimeError: when it fails; with the end of what it said.
    """
    alone = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [interpreter, "-c", script, *words],
        capture_output=True,
        text=True,
        env=os.environ | alone,
        timeout=timeout_seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{interpreter} failed with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])
