import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from leafout.core.artifact import Artifact, read_artifact
from leafout.core.config import Config
from leafout.core.errors import Stopped, StoreError
from leafout.core.run import QUIET, Run
from leafout.core.stage import StageInfo, stage
from leafout.core.store import Store, disk_errors

KEY = "k" * 16 + "0" * 48


class ToyConfig(Config):
    word: str = "叶 leaf"
    """What to write."""


@stage(version=1)
def toy(sources: Sequence[Path], *, out: Path, config: ToyConfig, run: Run = QUIET) -> dict[str, float]:
    """Write a word many times."""
    (out / "part.txt").write_text(config.word * 5000, encoding="utf-8")
    (out / "notes" / "clock.txt").write_text("12:00", encoding="utf-8")
    return {"files": 1.0}


def info(*, resumable: bool = False) -> StageInfo:
    return StageInfo("toy", toy, 1, resumable, seeded=False, inputs={"sources": "many"}, config=ToyConfig)


def make(root: Path, *, key: str = KEY, word: str = "叶 leaf", resumable: bool = False) -> Artifact:
    store = Store(root)
    config = ToyConfig(word=word)
    with store.making(
        info(resumable=resumable), key=key, config=config.plain(), inputs={}, outside={}, seed=None
    ) as making:
        if making.found:
            return making.found
        return making.finish(toy([], out=making.out, config=config))


def test_what_is_made_is_found_whole_and_read_only(tmp_path: Path) -> None:
    made = make(tmp_path)
    found = Store(tmp_path).find(KEY)
    assert found == made
    assert made.metrics == {"files": 1.0}
    assert not (made.path / "part.txt").stat().st_mode & 0o222
    assert not list((tmp_path / "partial").iterdir())


def test_the_digest_leaves_notes_out(tmp_path: Path) -> None:
    made = make(tmp_path / "a")
    other = make(tmp_path / "b", word="芽 bud")
    again = make(tmp_path / "c", key="z" * 64)
    assert made.digest == again.digest != other.digest


def test_equal_payload_files_share_disk(tmp_path: Path) -> None:
    first, second = make(tmp_path), make(tmp_path, key="q" * 64)
    assert (first.path / "part.txt").stat().st_ino == (second.path / "part.txt").stat().st_ino
    Store(tmp_path).verify(second, deep=True)


@pytest.mark.parametrize("name", ["part.txt", "notes/clock.txt", "manifest.json"])
def test_a_flipped_bit_is_found(tmp_path: Path, name: str) -> None:
    path = make(tmp_path).path / name
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path).find(KEY)


def test_every_flipped_bit_of_a_manifest_is_found(tmp_path: Path) -> None:
    artifact = make(tmp_path)
    path = artifact.path / "manifest.json"
    path.chmod(0o644)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        data = bytearray(whole)
        data[place] ^= 1
        path.write_bytes(data)
        try:
            assert read_artifact(artifact.path) == artifact, f"byte {place} changed what is read"
        except StoreError:
            continue


def test_a_missing_and_a_stray_file_are_found(tmp_path: Path) -> None:
    artifact = make(tmp_path)
    stray = artifact.path / "stray.txt"
    stray.write_text("x")
    with pytest.raises(StoreError, match=r"`stray.txt` is not in the manifest"):
        Store(tmp_path).find(KEY)
    stray.unlink()
    (artifact.path / "part.txt").unlink()
    with pytest.raises(StoreError, match=r"`part.txt` is missing"):
        Store(tmp_path).find(KEY)


def test_a_stage_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with (
        pytest.raises(RuntimeError),
        store.making(info(), key=KEY, config={}, inputs={}, outside={}, seed=None) as making,
    ):
        (making.out / "half").write_text("x")
        raise RuntimeError
    assert not list((tmp_path / "partial").iterdir())
    assert store.find(KEY) is None


def test_a_resumable_stage_gets_its_folder_back_and_its_seconds_add_up(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with (
        pytest.raises(Stopped),
        store.making(info(resumable=True), key=KEY, config={}, inputs={}, outside={}, seed=None) as making,
    ):
        (making.out / "half").write_text("x")
        raise Stopped
    with store.making(info(resumable=True), key=KEY, config={}, inputs={}, outside={}, seed=None) as making:
        assert (making.out / "half").read_text() == "x"
        cost = json.loads((making.out / "notes" / "cost.json").read_text())
        artifact = making.finish({})
    assert artifact.seconds >= round(cost["seconds"], 3)


def test_the_second_of_two_makers_waits_and_finds(tmp_path: Path) -> None:
    inside, go_on, found = threading.Event(), threading.Event(), []
    store = Store(tmp_path)

    def first() -> None:
        with store.making(info(), key=KEY, config={}, inputs={}, outside={}, seed=None) as making:
            inside.set()
            assert go_on.wait(5)
            making.finish(toy([], out=making.out, config=ToyConfig()))

    def second() -> None:
        with store.making(info(), key=KEY, config={}, inputs={}, outside={}, seed=None, waiting=release) as making:
            found.append(making.found)

    def release() -> bool:
        go_on.set()
        return False

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(5)
    threads[1].start()
    for thread in threads:
        thread.join()
    assert found == [store.find(KEY)]


def test_waiting_can_be_given_up(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.making(info(), key=KEY, config={}, inputs={}, outside={}, seed=None) as making:
        making.finish({})
        with (
            pytest.raises(Stopped),
            store.making(info(), key=KEY, config={}, inputs={}, outside={}, seed=None, waiting=lambda: True),
        ):
            pass


def test_sweep_says_what_goes_before_it_goes(tmp_path: Path) -> None:
    kept, gone = make(tmp_path), make(tmp_path, key="g" * 64, word="秋 autumn")
    store = Store(tmp_path)
    plan = store.sweep({kept.key}, dry=True)
    assert [artifact.key for artifact in plan.removed] == [gone.key]
    assert plan.bytes >= (gone.path / "part.txt").stat().st_size
    assert gone.path.exists()
    store.sweep({kept.key}, dry=False)
    assert not gone.path.exists()
    assert store.find(kept.key) == kept
    assert len(list((tmp_path / "files").iterdir())) == 1


def test_sweep_counts_a_shared_file_only_when_its_last_name_goes(tmp_path: Path) -> None:
    kept, twin = make(tmp_path), make(tmp_path, key="t" * 64)
    freed = Store(tmp_path).sweep({kept.key}, dry=True).bytes
    assert freed < (twin.path / "part.txt").stat().st_size


def test_a_full_disk_is_said_and_what_was_finished_stays(tmp_path: Path) -> None:
    old = make(tmp_path)
    result = crash(tmp_path, "durable.write:1:enospc", key="n" * 64)
    assert "the disk is full" in result.stderr
    assert "went on" not in result.stdout
    assert Store(tmp_path).find(old.key) == old
    assert make(tmp_path, key="n" * 64).digest == old.digest


def test_a_read_only_store_is_said(tmp_path: Path) -> None:
    old = make(tmp_path)
    if os.geteuid() == 0:
        result = crash(tmp_path, "store.seal:1:eio", key="n" * 64)
        assert "input/output error" in result.stderr
    else:
        tmp_path.chmod(0o555)
        (tmp_path / "locks").chmod(0o555)
        with pytest.raises(StoreError, match="no permission"):
            make(tmp_path, key="n" * 64)
    assert Store(tmp_path).find(old.key) == old


POINTS = ["store.seal", "durable.fsync", "durable.write", "durable.rename", "store.rename", "store.share", "store.link"]


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("resumable", [False, True])
def test_killed_at_any_write_the_same_call_ends_with_the_same_digest(
    tmp_path: Path, point: str, *, resumable: bool
) -> None:
    wanted = make(tmp_path / "calm").digest
    root = tmp_path / "store"
    make(root, key="o" * 64)  # an equal payload before it, so that the sharing of files is reached too
    for count in range(1, 50):
        result = crash(root, f"{point}:{count}:kill", resumable=resumable)
        found = Store(root).find(KEY)
        assert found is None or found.digest == wanted
        if result.returncode == 0:
            assert count > 1, "the fault point was never passed"
            break
        assert result.returncode == -9
        assert make(root, resumable=resumable).digest == wanted
        shutil.rmtree(Store(root).folder_of("toy", KEY))
    assert Store(root).find("o" * 64) is not None


def crash(root: Path, fault: str, *, key: str = KEY, resumable: bool = False) -> subprocess.CompletedProcess[str]:
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import test_store
test_store.make(Path({str(root)!r}), key={key!r}, resumable={resumable})
print("went on")
"""
    environment = {**os.environ, "LEAFOUT_FAULT": fault}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_a_full_disk_is_told_also_by_libraries_with_errors_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the disk is full"), disk_errors(tmp_path):
        raise ValueError("Error while serializing: I/O error: No space left on device (os error 28)")
    with (
        pytest.raises(StoreError, match="the disk is full"),
        disk_errors(tmp_path),
        Path("/dev/full").open("wb") as file,
    ):
        np.arange(1 << 16).tofile(file)
    with pytest.raises(ValueError, match="our bug"), disk_errors(tmp_path):
        raise ValueError("our bug")


def test_a_file_of_the_user_that_cannot_be_read_is_not_the_stores(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no permission for this file") as caught, disk_errors(tmp_path / "store"):
        raise PermissionError(errno.EACCES, "denied", str(tmp_path / "数据.csv"))
    assert caught.value.where.endswith("数据.csv")


def test_a_file_where_the_store_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match="this is a file"):
            Store(root)
