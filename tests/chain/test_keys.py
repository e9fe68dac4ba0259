import json
from pathlib import Path

import pytest

from leafout.chain.keys import Given, Work, given_folder, identity, work_of
from leafout.chain.runner import run_chain
from leafout.core.errors import LeafoutError, StoreError
from leafout.core.stage import stage_info
from leafout.core.store import Store
from small_stages import write_chain


def work(tmp_path: Path, *, seed: int = 1, digest: str = "a", stage: str = "draw", **config: object) -> Work:
    info = stage_info(f"small_stages:{stage}")
    given = {name: (Given(tmp_path, digest),) for name, kind in info.inputs.items() if kind != "optional"}
    return work_of(Store(tmp_path), info, info.config.read(config), given, seed=seed, root=tmp_path)


def test_a_key_is_made_of_stage_config_seed_and_content(tmp_path: Path) -> None:
    key = work(tmp_path).key
    assert key == work(tmp_path, mark="").key == work(tmp_path / ".").key
    others = [work(tmp_path, mark="。"), work(tmp_path, seed=2), work(tmp_path, digest="b")]
    assert len({key, work(tmp_path, stage="join").key, *(other.key for other in others)}) == 5


def test_the_seed_counts_only_where_it_is_used(tmp_path: Path) -> None:
    assert work(tmp_path, stage="join", seed=1).key == work(tmp_path, stage="join", seed=2).key


def test_outside_files_count_by_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "词.txt").write_text("叶", encoding="utf-8")
    before = work(tmp_path, stage="read")
    (tmp_path / "词.txt").write_text("叶", encoding="utf-8")
    assert work(tmp_path, stage="read").key == before.key
    (tmp_path / "词.txt").write_text("芽", encoding="utf-8")
    assert work(tmp_path, stage="read").key != before.key


def test_inputs_are_named_as_in_the_manifest(tmp_path: Path) -> None:
    assert work(tmp_path, stage="join").digests == {"parts/0": "a"}
    assert work(tmp_path).digests == {"source": "a"}
    assert work(tmp_path, stage="join").arguments == {"parts": [tmp_path], "extra": None}


def test_own_stages_do_not_share_keys_with_verbs_of_their_name() -> None:
    assert identity(stage_info("collect")) == "collect"
    assert identity(stage_info("small_stages:evaluate")) == "small_stages:evaluate"


def test_a_folder_is_given_by_content_and_an_artifact_by_its_digest(tmp_path: Path) -> None:
    artifact = run_chain(write_chain(tmp_path), store=tmp_path / "store", steps=["join"]).artifacts["join"]
    store = Store(tmp_path / "store")
    assert given_folder(store, artifact.path) == Given(artifact.path, artifact.digest, "join")
    model = tmp_path / "model"
    model.mkdir()
    with pytest.raises(LeafoutError, match="the folder is empty"):
        given_folder(store, model)
    (model / "config.json").write_text(json.dumps({"a": 1}))
    assert given_folder(store, model).made_by == ""
    with pytest.raises(LeafoutError, match="no such folder"):
        given_folder(store, tmp_path / "none")
    (artifact.path / "words.txt").chmod(0o644)
    (artifact.path / "words.txt").write_text("?", encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        given_folder(store, artifact.path)
