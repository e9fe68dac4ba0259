"""A disk that is too small: a clear error, what was finished intact, and the same call goes on after space is freed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leafout.core.store import Store
from toy import write_toy

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A memory file system of 4 MB; needs the right to mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def run(chain: Path, store: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "leafout", "run", str(chain), "--store", str(store)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_chain_on_a_full_disk_stops_clearly_and_goes_on_when_there_is_space(tmp_path: Path, small_disk: Path) -> None:
    chain = write_toy(tmp_path)
    ballast = small_disk / "ballast"
    spared, seen = 60_000, set()
    for _ in range(12):
        free = 4 * 2**20 - sum(
            path.stat().st_size for path in small_disk.rglob("*") if path.is_file() and path != ballast
        )
        ballast.write_bytes(b"x" * max(0, free - spared))
        result = run(chain, small_disk / "store")
        if result.returncode == 0:
            break
        seen.add(result.returncode)
        assert "Traceback" not in result.stderr, result.stderr
        assert "error:" in result.stderr
        assert "full" in result.stderr
        ballast.unlink()
        store = Store(small_disk / "store")
        for artifact in store.artifacts():
            store.verify(artifact, deep=True)
        spared = spared * 2
    assert seen == {2}
    assert result.returncode == 0
