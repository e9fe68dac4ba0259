"""Kills at random moments: the same command goes on and ends with the digests of an undisturbed run."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toy import write_toy

KILLS = int(os.environ.get("LEAFOUT_TEST_KILLS", "30"))

pytestmark = pytest.mark.slow


def start(chain: Path, store: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "leafout", "run", str(chain), "--store", str(store)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> int:
    _, said = process.communicate(timeout=300)
    assert process.returncode in {0, -signal.SIGKILL}, said.decode()
    return process.returncode


def digests(store: Path) -> dict[str, str]:
    """The digest of each artifact, by folder."""
    manifests = sorted(store.glob("artifacts/*/manifest.json"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8"))["digest"] for path in manifests}


def test_random_kills_lose_nothing_and_change_nothing(tmp_path: Path) -> None:
    chain = write_toy(tmp_path)
    began = time.monotonic()
    assert finish(start(chain, tmp_path / "calm")) == 0
    calm_seconds = time.monotonic() - began
    wanted = digests(tmp_path / "calm")
    assert len(wanted) >= 12

    draw, killed, round_number = random.Random(20), 0, 0
    while killed < KILLS:
        round_number += 1
        store = tmp_path / f"store-{round_number}"
        while True:
            process = start(chain, store)
            try:
                process.wait(timeout=draw.uniform(0.5, 0.6 * calm_seconds) if killed < KILLS else 300)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            if finish(process) == 0:
                break
            killed += 1
            found = digests(store)
            assert found.items() <= wanted.items()
        assert digests(store) == wanted
        assert not [path for path in (store / "partial").glob("*") if path.is_dir()]


def test_two_runs_at_once_end_with_one_store_that_is_whole(tmp_path: Path) -> None:
    chain = write_toy(tmp_path)
    processes = [start(chain, tmp_path / "store") for _ in range(2)]
    assert [finish(process) for process in processes] == [0, 0]
    from leafout.core.store import Store

    store = Store(tmp_path / "store")
    artifacts = list(store.artifacts())
    assert len(artifacts) == len({artifact.key for artifact in artifacts}) >= 12
    for artifact in artifacts:
        store.verify(artifact, deep=True)


@pytest.mark.parametrize("number", range(3))
def test_sigterm_stops_with_143_and_the_same_call_goes_on(tmp_path: Path, number: int) -> None:
    chain = write_toy(tmp_path)
    process = start(chain, tmp_path / "store")
    time.sleep(2 + 3 * number)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert process.returncode in {0, 143}
    assert time.monotonic() - began < 30
    assert finish(start(chain, tmp_path / "store")) == 0
