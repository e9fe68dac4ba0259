import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError, StoreError
from leafout.serving import releases
from leafout.serving.releases import (
    check_slot,
    check_verdict,
    current,
    history,
    identity,
    kept_keys,
    promote,
    record_verdict,
    registry_file,
    rollback,
    slots,
    verdict_of,
)
from serving.fakes import examine, write_fake


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def made(store: Path) -> list[Path]:
    found = [write_fake(store / "artifacts" / f"r{number}", shift=float(number)) for number in range(3)]
    for release in found:
        examine(store, release)
    return found


def test_promotions_and_rollbacks_are_a_history(store: Path, made: list[Path]) -> None:
    for number, release in enumerate(made):
        promote(store, "评论", release, reason=f"第 {number}")
    back = rollback(store, "评论")
    known = history(store, "评论")
    assert known.current == back
    assert back.folder(store) == made[1]
    assert [each.reason for each in known.former] == ["第 0"]
    assert [each.reason for each in known.withdrawn] == ["第 2"]
    assert current(store, "评论") == back
    assert slots(store) == ["评论"]
    again = promote(store, "评论", made[2])
    assert [each.digest for each in history(store, "评论").former] == [back.digest, known.former[0].digest]
    assert again.passed
    assert again.gates == {"macro_f1": ">= 0.80"}


def test_promoting_what_serves_changes_no_former(store: Path, made: list[Path]) -> None:
    promote(store, "s", made[0])
    promote(store, "s", made[0], reason="again")
    assert history(store, "s").former == ()
    assert history(store, "s").current.reason == "again"  # type: ignore[union-attr]


def test_without_a_passed_exam_nothing_is_promoted(store: Path, made: list[Path]) -> None:
    other = write_fake(store / "artifacts" / "other", shift=9.0)
    with pytest.raises(LeafoutError, match="taken no exam"):
        promote(store, "s", other)
    examine(store, other, passed=False)
    with pytest.raises(LeafoutError, match="failed its exam: `macro_f1`"):
        promote(store, "s", other)
    assert current(store, "s") is None
    assert not promote(store, "s", other, unexamined=True).passed


def test_there_must_be_something_to_go_back_to(store: Path, made: list[Path]) -> None:
    promote(store, "s", made[0])
    with pytest.raises(LeafoutError, match="no former release") as caught:
        rollback(store, "s")
    assert "`s`" in caught.value.hint


@pytest.mark.parametrize("slot", ["", "../x", "a/b", ".hidden", "a" * 65, "a\nb", "a b", "-x"])
def test_a_name_that_could_leave_the_folder_is_no_slot(store: Path, slot: str) -> None:
    with pytest.raises(LeafoutError, match="cannot name a slot"):
        check_slot(slot)
    with pytest.raises(LeafoutError):
        registry_file(store, slot)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"current": 5}', '{"current": {"key": 1}, "former": []}', "[" * 100_000]
)
def test_a_damaged_registry_is_told_and_left_alone(store: Path, made: list[Path], content: str) -> None:
    promote(store, "s", made[0])
    path = registry_file(store, "s")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        history(store, "s")
    with pytest.raises(StoreError, match="damaged"):
        promote(store, "s", made[1])
    assert path.read_text(encoding="utf-8") == content


def test_a_damaged_verdict_is_no_pass(store: Path, made: list[Path]) -> None:
    digest = identity(made[0])[1]
    path = store / "releases" / "verdicts" / f"{digest}.json"
    for content in ('{"passed": "yes", "gates": {}, "failures": [], "exam_key": "e"}', "{}", "["):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(StoreError, match="damaged"):
            verdict_of(store, digest)


def test_a_later_exam_replaces_the_verdict(store: Path, made: list[Path]) -> None:
    digest = identity(made[0])[1]
    record_verdict(store, digest, exam_key="f" * 64, gates={}, passed=False, failures=["worse"])
    verdict = verdict_of(store, digest)
    assert verdict is not None
    assert (verdict.exam, verdict.passed, verdict.failures) == ("f" * 64, False, ("worse",))
    with pytest.raises(LeafoutError, match="worse"):
        check_verdict(verdict, made[0])


def test_what_serves_or_could_again_is_kept_from_a_sweep(store: Path, made: list[Path]) -> None:
    for release in made:
        promote(store, "s", release)
    rollback(store, "s")
    assert kept_keys(store) == {identity(release)[0] for release in made} | {"e" * 64}


def test_a_store_that_cannot_be_written_is_told(store: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    promote(store, "s", made[0])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(releases, "write_json", full)
    with pytest.raises(StoreError, match="No space left"):
        promote(store, "s", made[1])
    assert current(store, "s").digest == identity(made[0])[1]  # type: ignore[union-attr]


POINTS = ["releases.write", "durable.write", "durable.fsync", "durable.rename", "releases.written"]
CHANGE = """\
import sys
from pathlib import Path
from leafout.serving.releases import promote, rollback
{change}(Path(sys.argv[1]), "s"{more})
"""


@pytest.mark.slow
@pytest.mark.parametrize("change", ["promote", "rollback"])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_the_old_release_or_the_new_one(store: Path, made: list[Path], change: str, point: str) -> None:
    promote(store, "s", made[0])
    promote(store, "s", made[1])
    before = json.loads(registry_file(store, "s").read_text(encoding="utf-8"))
    script = CHANGE.format(change=change, more=", Path(sys.argv[2])" if change == "promote" else "")
    command = [sys.executable, "-c", script, str(store), str(made[2])]
    killed = subprocess.run(command, env=os.environ | {"LEAFOUT_FAULT": f"{point}:1:kill"}, check=False)
    assert killed.returncode == -signal.SIGKILL
    after = json.loads(registry_file(store, "s").read_text(encoding="utf-8"))
    assert (after == before) == (point != "releases.written")
    if after == before:
        subprocess.run(command, check=True)
    assert current(store, "s").folder(store) in {made[2], made[0]}  # type: ignore[union-attr]
