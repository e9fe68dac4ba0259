"""Programs beside each other: CPU time of all their processes, of a few documents and of all, and what they keep."""

import ctypes
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers  # type: ignore[import-not-found]  # the file beside this one

LEAFOUT = Path(sys.executable).parent / "leafout"
HEADER = f"{'':<14}{'raw':>9}{'start':>9}{'net':>9}{'MB/s':>8}{'ratio raw':>11}{'ratio net':>11}   kept"
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): orphans become our children, so that their time can be asked for."""

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


def cpu_seconds(words: Sequence[str], folder: Path) -> float:
    """Run a command in a folder; seconds of user and system time, those of all processes it started among them.

    Nothing else may run as a child of this process meanwhile.

    Raises:
        RuntimeError: when the command fails; with the end of what it said.
    """
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise RuntimeError("processes that outlive their parent cannot be waited for: this needs Linux")
    with tempfile.TemporaryFile() as said:
        env = os.environ | OFFLINE
        child = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=env, start_new_session=True
        )
        total, code = 0.0, 0
        while True:
            try:
                pid, status, used = os.wait4(-1, 0)
            except ChildProcessError:
                break
            total += used.ru_utime + used.ru_stime
            if pid == child.pid:
                code = child.returncode = os.waitstatus_to_exitcode(status)
                if code:  # what it leaves behind may wait for it for ever
                    with suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)
        if code:
            said.seek(0)
            raise RuntimeError(f"{words[:3]} failed with {code}:\n{said.read()[-3000:].decode(errors='replace')}")
    return total


@dataclass(frozen=True)
class Program:
    """One of those compared.

    Attributes:
        name: for the table.
        commands: from the folder of the input and the folder for what is made.
        kept: how many documents of a language lie in what was made.
        repeats: how often it is run; the median counts. A short run needs it more.
    """

    name: str
    commands: Callable[[Path, Path], list[list[str]]]
    kept: Callable[[Path], dict[str, int]]
    repeats: int = 1


def compare(programs: Sequence[Program], work: Path, megabytes: float) -> None:
    """Run all, one after another, few documents before all of them."""
    first: tuple[float, float] | None = None
    for program in programs:
        if program.repeats > 1:
            run(program, "few", work)  # machine code is compiled once in a lifetime
        start = statistics.median(run(program, "few", work) for _ in range(program.repeats))
        raw = statistics.median(run(program, "all", work) for _ in range(program.repeats))
        net = max(raw - start, 1e-9)
        first = first or (raw, net)
        kept = program.kept(work / f"{program.name}-all")
        ratios = f"{raw / first[0]:>11.1f}{net / first[1]:>11.1f}"
        print(
            f"{program.name:<14}{raw:>9.2f}{start:>9.2f}{net:>9.2f}{megabytes / net:>8.2f}{ratios}   {kept}", flush=True
        )


def run(program: Program, name: str, work: Path) -> float:
    """CPU seconds of a program on one input, from an empty folder."""
    out = work / f"{program.name}-{name}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    return sum(cpu_seconds(words, out) for words in program.commands(work / name, out))


def run_chain(chain: Mapping[str, Any], out: Path) -> list[list[str]]:
    """The command that runs a chain of ours with two workers, in a store of its own."""
    path = out / "chain.yaml"
    path.write_text(json.dumps(chain), encoding="utf-8")  # JSON is YAML
    return [[str(LEAFOUT), "run", str(path), "--store", str(out / "store"), "--workers", "2"]]


def peer(
    name: str, packages: Sequence[str], script: str, kept: Callable[[Path], dict[str, int]], *words: str
) -> Program:
    """A script in an environment of its own: it is given the input, the folder for what it makes, and words."""

    def commands(source: Path, out: Path) -> list[list[str]]:
        path = out / "run.py"
        path.write_text(script, encoding="utf-8")
        return [[str(peers.python(name, packages)), str(path), str(source), str(out / "made"), *words]]

    return Program(name, commands, kept)
