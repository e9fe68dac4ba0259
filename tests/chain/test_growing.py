import json
from pathlib import Path

import pytest

from leafout.chain.growing import Grower, folder_bytes
from leafout.chain.keys import work_of
from leafout.chain.runner import run_chain
from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import StageInfo, stage
from leafout.core.store import Store
from small_stages import CHAIN, ReadConfig, write_chain


@stage(version=1)
def meddles(*, out: Path, config: ReadConfig, run: Run = QUIET) -> dict[str, float]:
    """Read a file that changes meanwhile."""
    (run.root / "词.txt").write_text("changed 变了", encoding="utf-8")
    return {}


def test_a_stage_grows_others_once(tmp_path: Path) -> None:
    text = CHAIN + 'grows: {stage: "small_stages:grows", from: join, steps: 2}\n'
    chain, store = write_chain(tmp_path, text), Store(tmp_path / "store")
    assert run_chain(chain, store=store, steps=["grows"]).artifacts["grows"].metrics == {"count": 2.0}
    stages = sorted(artifact.stage for artifact in store.artifacts())
    assert stages == ["count", "grows", "join", "join", "read", "read"]
    run_chain(chain, store=store, steps=["grows"])
    assert len(list(store.artifacts())) == 6


def test_the_notes_say_where_inputs_lay(tmp_path: Path) -> None:
    artifact = run_chain(write_chain(tmp_path), store=tmp_path / "store", steps=["words"]).artifacts["words"]
    origin = json.loads((artifact.notes / "origin.json").read_text(encoding="utf-8"))
    assert origin["step"] == "words"
    assert origin["outside"] == {"词.txt": str(tmp_path / "词.txt")}
    assert origin["input_bytes"] == (tmp_path / "词.txt").stat().st_size == 16
    assert folder_bytes(artifact.path) > 16


def test_a_file_that_changes_while_it_is_read_makes_no_artifact(tmp_path: Path) -> None:
    write_chain(tmp_path)
    store = Store(tmp_path / "store")
    info = StageInfo("meddles", meddles, 1, resumable=False, seeded=False, inputs={}, config=ReadConfig)
    work = work_of(store, info, ReadConfig(), {}, seed=0, root=tmp_path)
    with pytest.raises(LeafoutError, match="changed while it was read"):
        Grower(store, tmp_path).artifact("meddles", work)
    assert not list(store.artifacts())


class FolderConfig(Config):
    """Every text file beside the chain."""

    def outside(self, root: Path) -> dict[str, Path]:
        """The files that are there now."""
        return {path.name: path for path in sorted(root.glob("*.txt"))}


@stage(version=1)
def joined_by(*, out: Path, config: FolderConfig, run: Run = QUIET) -> dict[str, float]:
    """Read a folder to which a file comes meanwhile."""
    (run.root / "新.txt").write_text("late 迟到", encoding="utf-8")
    return {}


def test_a_file_that_comes_while_others_are_read_makes_no_artifact(tmp_path: Path) -> None:
    write_chain(tmp_path)
    store = Store(tmp_path / "store")
    info = StageInfo("joined_by", joined_by, 1, resumable=False, seeded=False, inputs={}, config=FolderConfig)
    work = work_of(store, info, FolderConfig(), {}, seed=0, root=tmp_path)
    with pytest.raises(LeafoutError, match=r"`新\.txt` came or went"):
        Grower(store, tmp_path).artifact("joined_by", work)
    assert not list(store.artifacts())
