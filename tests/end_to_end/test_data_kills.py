"""Kills, failing disks, short memory and signals in the middle of the data stages: the same command goes on."""

import fcntl
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from data_chain import (
    LAUNCHER,
    digests,
    scratch_left,
    start,
    survive,
    wait_for_workers,
    wait_until_gone,
    workers_of,
    write_data_chain,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc"),
]

KILLS = int(os.environ.get("LEAFOUT_TEST_KILLS", "8"))

FAULTS = [
    ("intake.write:1:enospc", "the disk is full"),
    ("intake.write:1:kill", "ended by signal 9"),
    ("intake.write:1:short", "input/output error"),
    ("parts.made:1:enospc", "the disk is full"),
    ("parts.made:1:kill", "ended by signal 9"),
    ("key_groups.write:1:enospc", "the disk is full"),
    ("parts.removing:1:kill", ""),
    ("parts.write:1:enospc", "the disk is full"),
    ("parts.write:1:short", "input/output error"),
    ("parts.write:1:kill", "ended by signal 9"),
    ("parts.made:1:eio", "input/output error"),
    ("key_groups.write:1:short", "input/output error"),
    ("parts.removing:1:kill", ""),
]
"""In the order in which a chain of collect and clean meets them, up to the first kill in `removing` in collect."""


def ended(process: subprocess.Popen[str]) -> str:
    """What a process said until its end, which comes soon, with all its workers."""
    said = process.communicate(timeout=300)[1]
    wait_until_gone(process.pid)
    assert "Traceback" not in said, said
    return said


def goes_on(chain: Path, store: Path, wanted: dict[str, str], *steps: str) -> None:
    """See that the same command ends as an undisturbed run does."""
    process = start(chain, store, steps=steps)
    said = ended(process)
    assert process.returncode == 0, said
    assert digests(store).items() <= wanted.items()
    assert len(digests(store)) >= len(steps)
    assert not scratch_left(store)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The chain file, and a store with its artifacts up to clean."""
    folder = tmp_path_factory.mktemp("calm")
    chain = write_data_chain(folder, scale=0.3)
    process = start(chain, folder / "store", steps=("clean",))
    said = ended(process)
    assert process.returncode == 0, said
    return chain, folder / "store"


def test_random_kills_lose_nothing_and_change_nothing(tmp_path: Path) -> None:
    done = survive(tmp_path, kills=KILLS, seed=20, scale=0.3)
    assert sum(done.kills.values()) >= KILLS
    assert done.reused > 0


def test_every_fault_of_a_part_is_told_and_the_same_command_goes_on(tmp_path: Path, calm: tuple[Path, Path]) -> None:
    chain, wanted = calm[0], digests(calm[1])
    for fault, told in FAULTS:
        process = start(chain, tmp_path, steps=("clean",), fault=fault)
        said = ended(process)
        assert process.returncode == (2 if told else -signal.SIGKILL), f"{fault}: {said}"
        assert told in said, fault
        assert ("make space" in said) == ("full" in told), said
    goes_on(chain, tmp_path, wanted, "clean")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A memory file system of 8 MB; needs the right to mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_is_told_and_the_same_command_goes_on(
    small_disk: Path, calm: tuple[Path, Path]
) -> None:
    chain, wanted = calm[0], digests(calm[1])
    told = 0
    for spared in range(150_000, 8 << 20, 350_000):
        used = sum(path.stat().st_blocks * 512 for path in small_disk.rglob("*") if path.is_file())
        (small_disk / "ballast").write_bytes(b"x" * max(0, (8 << 20) - used - spared))
        process = start(chain, small_disk / "store", steps=("clean",))
        said = ended(process)
        (small_disk / "ballast").unlink()
        if process.returncode == 0:
            break
        assert process.returncode == 2, said
        assert "the disk is full" in said
        assert "make space" in said
        told += 1
    assert told >= 2
    goes_on(chain, small_disk / "store", wanted, "clean")


@pytest.mark.parametrize("megabytes", [64, 400])
def test_workers_without_memory_are_told_and_the_same_command_goes_on(
    tmp_path: Path, calm: tuple[Path, Path], megabytes: int
) -> None:
    chain, store = calm
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20},) * 2); "
    launcher = LAUNCHER.replace(
        "from leafout.cli",
        f"from leafout.core import parallel\nparallel._START = {limit!r} + parallel._START\nfrom leafout.cli",
    )
    process = start(chain, tmp_path, steps=("clean",), launcher=launcher)
    said = ended(process)
    assert process.returncode == 2, said
    assert "--workers 1" in said
    goes_on(chain, tmp_path, digests(store), "clean")


@pytest.mark.parametrize("in_terminal", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", ["collect", "clean"])
def test_a_signal_stops_all_workers_and_the_same_command_goes_on(
    tmp_path: Path, calm: tuple[Path, Path], step: str, number: signal.Signals, *, in_terminal: bool
) -> None:
    chain, store = calm
    if step == "clean":
        for collected in store.glob("artifacts/collect-*"):
            shutil.copytree(collected, tmp_path / "artifacts" / collected.name)
    terminal = Terminal(chain, tmp_path) if in_terminal else None
    process = terminal.process if terminal else start(chain, tmp_path, steps=("clean",))
    wait_for_workers(process)
    time.sleep(0.5)
    began = time.monotonic()
    if terminal and number == signal.SIGINT:
        terminal.press(b"\x03")
    else:
        process.send_signal(number)
    said = terminal.ended() if terminal else process.communicate(timeout=60)[1]
    assert not workers_of(process.pid)
    assert time.monotonic() - began < 5
    assert process.returncode == 128 + number, said
    assert "Traceback" not in said
    assert f"{step}  stopped" in said
    assert "goes on from there" in said
    goes_on(chain, tmp_path, digests(store), "clean")


class Terminal:
    """The chain as somebody would start it by hand, and what stands on the screen."""

    def __init__(self, chain: Path, store: Path) -> None:
        self._master, slave = pty.openpty()
        shown: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), slave)
        self.process = start(
            chain, store, steps=("clean",), start_new_session=True, preexec_fn=self._take_terminal, **shown
        )
        os.close(slave)
        self._said = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @staticmethod
    def _take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def _read(self) -> None:
        with suppress(OSError):  # the last user of the terminal is gone
            while piece := os.read(self._master, 1 << 16):
                self._said += piece

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._master, key)

    def ended(self) -> str:
        """What stands there when the process ended."""
        self.process.wait(timeout=60)
        self._reader.join(timeout=10)
        os.close(self._master)
        return self._said.decode(errors="replace")
