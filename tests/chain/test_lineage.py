from pathlib import Path

import pyarrow as pa
import pytest

import chain_store
from leafout.chain.lineage import Index, document_folders, follow, trace
from leafout.chain.lookup import find_artifact
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from leafout.corpus.request_log import RequestLog


def test_a_slot_leads_back_to_files_and_lines() -> None:
    lineage = trace(chain_store.shared(), "sentiment")
    stages = [node.artifact.stage for node in lineage.nodes() if node.artifact]
    assert stages == ["export", "finetune", "split", "pretrain", "clean", "tokenize", "collect"]
    collect = next(node for node in lineage.nodes() if node.artifact and node.artifact.stage == "collect")
    lines = collect.lines["reviews.csv"]
    assert (lines.documents, lines.first, lines.last) == (163, 2, 164)
    assert lineage.slot == "sentiment"
    assert [exam.stage for exam in lineage.exams] == ["evaluate"]
    assert lineage.verdict is not None
    assert lineage.verdict["passed"]


def test_an_input_outside_the_store_is_named_by_its_digest(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = chain_store.put(store, "own", {"a.json": {"of": "模型"}}, {})
    second = chain_store.put(store, "own", {"b.json": {}}, {"model": first})
    missing = follow(Index(Store(tmp_path / "other")), second).inputs[0]
    assert missing.artifact is None
    assert missing.digest == first.digest


def test_a_preferred_artifact_goes_before_one_of_equal_payload(tmp_path: Path) -> None:
    store = Store(tmp_path)
    one = chain_store.put(store, "own", {"a.json": {}}, {}, config={"n": 1})
    two = chain_store.put(store, "own", {"a.json": {}}, {}, config={"n": 2})
    assert one.digest == two.digest
    found = Index(store, frozenset({two.key})).of_digest(one.digest)
    assert found is not None
    assert found.key == two.key


def test_training_documents_are_those_of_the_train_side() -> None:
    folders = document_folders(trace(chain_store.shared(), "sentiment"))
    assert [(used, folder.name) for used, folder in folders] == [("rows", "train")]
    plain = document_folders(trace(chain_store.shared(), "demo:clean"))
    assert [used for used, _ in plain] == ["documents"]


def test_rows_that_were_held_out_are_no_training_documents(tmp_path: Path) -> None:
    store = Store(tmp_path)
    texts = pa.table({"id": ["1"], "text": ["好"]})
    rows, text = (
        chain_store.put(store, "split", {"train/part-00000.parquet": texts, "n.json": n}, {}, config={"n": n})
        for n in (1, 2)
    )
    corpus = chain_store.put(
        store, "split", {"train/part-00000.parquet": texts}, {"documents/0": text, "held_out/0": rows}
    )
    tokens = chain_store.put(store, "tokenize", {"tokenizer.json": {}}, {"documents": corpus})
    folders = [folder for _, folder in document_folders(trace(store, tokens.key))]
    assert corpus.path / "train" in folders
    assert rows.path / "train" not in folders


def logged(tmp_path: Path, release: str) -> Store:
    store = Store(tmp_path)
    log = RequestLog(store.root / "logs" / "sentiment")
    log.write({"id": "cls-1", "release": release, "texts": ["耳机质量不好"], "predicted": ["差"], "confidence": [0.9]})
    log.close()
    return store


def test_a_served_answer_leads_to_its_release(tmp_path: Path) -> None:
    store = Store(tmp_path)
    release = chain_store.put(store, "export", {"release.json": {}}, {})
    lineage = trace(logged(tmp_path, release.key), "cls-1")
    assert lineage.root.artifact is not None
    assert lineage.root.artifact.key == release.key
    assert lineage.answer is not None
    assert lineage.answer["predicted"] == ["差"]
    assert lineage.slot == "sentiment"


def test_an_answer_of_a_release_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="is not in the store"):
        trace(logged(tmp_path, "f" * 64), "cls-1")


def test_an_unknown_answer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="nothing is called `cls-2`"):
        trace(logged(tmp_path, "f" * 64), "cls-2")


def test_shared_ancestors_are_followed_once() -> None:
    store = chain_store.shared()
    root = follow(Index(store), find_artifact(store, "sentiment"))
    model, rows = root.inputs
    assert model.inputs[1].inputs is rows.inputs


def test_lines_are_looked_for_only_when_they_are_wanted() -> None:
    store = chain_store.shared()
    collected = find_artifact(store, "demo:reviews")
    assert follow(Index(store), collected, lines=False).lines == {}
    assert set(follow(Index(store), collected).lines) == {"reviews.csv"}
