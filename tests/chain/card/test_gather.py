import json
import shutil
from pathlib import Path

import pytest

import chain_store
from leafout.chain.card.gather import card_of_artifact, gather
from leafout.chain.lookup import find_artifact
from leafout.core.durable import json_bytes
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from leafout.corpus.documents import Document, DocumentWriter


def test_a_split_shows_the_whole_way_from_the_files() -> None:
    found = gather(chain_store.shared(), "demo:rows")
    assert [step["name"] for step in found["steps"]] == ["reviews", "clean", "rows"]
    assert found["steps"][1]["inputs"] == {"documents/0": "reviews"}
    assert list(found["sides"]) == ["train", "val", "test"]
    kept = [step["funnel"]["kept"] for step in found["steps"]]
    assert [step["funnel"]["read"] for step in found["steps"]][1:] == kept[:-1]
    assert found["card"]["documents"] == kept[-1] == sum(side["documents"] for side in found["sides"].values())
    assert set(found["steps"][1]["dropped"]) == {"duplicate", "too_short"}
    assert [len(rows) for rows in found["steps"][0]["rejects"].values()] == [1]
    assert {row["name"] for row in found["card"]["labels"]["top"]} == {"好", "差"}


def test_equal_artifacts_give_equal_json() -> None:
    store = chain_store.shared()
    assert json_bytes(gather(store, "demo:clean")) == json_bytes(gather(store, "demo:clean"))


def test_a_model_has_the_card_of_the_documents_it_learnt_from() -> None:
    assert gather(chain_store.shared(), "demo:tokenize")["name"] == "rows"
    assert gather(chain_store.shared(), "demo:export")["name"] == "rows"


def test_a_side_of_a_split_is_a_folder_of_its_own() -> None:
    store = chain_store.shared()
    folder = find_artifact(store, "demo:rows").path / "val"
    found = gather(store, str(folder))
    assert found["name"] == "rows/val"
    assert found["of"]["side"] == "val"
    assert found["card"] == gather(store, "demo:rows")["sides"]["val"]
    assert found["sides"] == {}


def test_documents_of_another_program_have_a_card_without_a_way(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "mine") as writer:
        writer.write(Document("一篇文章 a text", id="1"))
    found = gather(Store(tmp_path / "store"), str(tmp_path / "mine"))
    assert (found["name"], found["card"]["documents"], found["steps"]) == ("mine", 1, [])


def test_an_artifact_without_a_card_or_with_a_damaged_one_is_counted_now(tmp_path: Path) -> None:
    store = chain_store.shared()
    for step in ("demo:rows", "demo:clean"):
        artifact = find_artifact(store, step)
        copy = tmp_path / artifact.path.name
        shutil.copytree(artifact.path, copy)
        card, sides = card_of_artifact(find_artifact(store, str(copy)))
        (copy / "notes/card.json").write_text("{" if step == "demo:rows" else json.dumps({"a": 1}), encoding="utf-8")
        assert card_of_artifact(find_artifact(store, str(copy))) == (card, sides)
        (copy / "notes/card.json").unlink()
        assert card_of_artifact(find_artifact(store, str(copy))) == (card, sides)


def test_what_holds_no_documents_and_came_from_none_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = chain_store.put(store, "serve", {"a.json": {}}, {})
    with pytest.raises(LeafoutError, match="holds no documents, and no input of it does") as caught:
        gather(store, str(made.path))
    assert "collect, clean or split" in caught.value.hint


def test_without_a_chain_steps_are_called_by_their_keys(tmp_path: Path) -> None:
    shared, store = chain_store.shared(), Store(tmp_path)
    shutil.copytree(shared.root / "artifacts", store.root / "artifacts")
    artifact = find_artifact(shared, "demo:rows")
    found = gather(store, f"split-{artifact.key[:12]}")
    assert found["name"] == f"split-{artifact.key[:8]}"
    assert [step["stage"] for step in found["steps"]] == ["collect", "clean", "split"]


def test_an_input_that_is_gone_is_named_as_none(tmp_path: Path) -> None:
    shared, store = chain_store.shared(), Store(tmp_path)
    artifact = find_artifact(shared, "demo:clean")
    shutil.copytree(artifact.path, store.root / "artifacts" / artifact.path.name)
    found = gather(store, str(store.root / "artifacts" / artifact.path.name))
    assert [step["inputs"] for step in found["steps"]] == [{"documents/0": None}]
