from pathlib import Path

import pytest

from leafout.chain.runner import run_chain
from leafout.cli.results import check_free, copy_result
from leafout.core.artifact import read_artifact
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from small_stages import write_chain


def test_a_copy_can_be_used_as_the_artifact_can(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), Store(tmp_path / "store")
    ran = run_chain(chain, store=store).artifacts
    out = copy_result(ran["join"], tmp_path / "deep" / "out")
    assert read_artifact(out).digest == ran["join"].digest
    store.verify(read_artifact(out), deep=True)
    assert copy_result(ran["join"], out) == out
    changed = run_chain(chain, store=store, sets=["join.rules.most=2"], steps=["join"]).artifacts["join"]
    check_free(out)
    copy_result(changed, out)
    assert read_artifact(out).key == changed.key
    with pytest.raises(LeafoutError, match="the folder holds what `join` made"):
        copy_result(ran["draw"], out)
    assert sorted(path.name for path in out.parent.iterdir()) == ["out"]


def test_other_peoples_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("我的", encoding="utf-8")
    with pytest.raises(LeafoutError, match="not empty"):
        check_free(tmp_path)
    with pytest.raises(LeafoutError, match="this is a file"):
        check_free(tmp_path / "mine.txt")
    check_free(None)
    check_free(tmp_path / "new")
