import json
from pathlib import Path

import pytest

import chain_store
from leafout.chain.lookup import find_artifact
from leafout.chain.report.gather import gather, status, verdict_on
from leafout.core.errors import LeafoutError
from leafout.core.store import Store


def test_the_data_is_plain_and_whole() -> None:
    data = gather(chain_store.shared(), "demo")
    json.dumps(data, ensure_ascii=False, allow_nan=False)
    steps = {step["name"]: step for step in data["steps"]}
    assert steps["finetune"]["inputs"] == {"model": "pretrain", "rows": "rows"}
    assert steps["clean"]["inputs"] == {"documents/0": "reviews"}
    assert steps["exam"]["verdict"] == {"gates": {"macro_f1": ">= 0.80"}, "passed": True, "failures": []}
    assert data["slots"]["sentiment"]["release"] == "export"
    assert data["environment"]["leafout"] == [data["leafout"]]
    assert data["missing"] == []
    assert [one["pretrained"] for one in data["bought"]] == ["finetune_exam"]


def test_a_step_was_made_found_or_not_reached() -> None:
    artifact = find_artifact(chain_store.shared(), "demo:clean")
    last = {"at": "2001-01-01T00:00:00+00:00", "steps": {"clean": artifact.key}}
    assert status(artifact, last, "clean") == "made"
    assert status(artifact, last | {"at": "2999-01-01T00:00:00+00:00"}, "clean") == "found"
    assert status(artifact, last | {"at": "?"}, "clean") == ""
    assert status(artifact, {}, "clean") == "not reached"


def test_a_verdict_belongs_to_the_exam_that_it_names() -> None:
    store = chain_store.shared()
    assert verdict_on(store, find_artifact(store, "demo:exam"))
    assert verdict_on(store, find_artifact(store, "demo:finetune_exam")) is None


def test_a_chain_that_never_ran_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no chain `demo`"):
        gather(Store(tmp_path), "demo")


def test_what_was_swept_away_is_missing(tmp_path: Path) -> None:
    store = chain_store.grow(tmp_path)
    gone = find_artifact(store, "demo:tokenize")
    store.sweep({one.key for one in store.artifacts()} - {gone.key}, dry=False)
    data = gather(store, "demo")
    assert data["missing"] == ["tokenize"]
    assert next(step for step in data["steps"] if step["name"] == "pretrain")["inputs"] == {"tokens": None}
    store.sweep(set(), dry=False)
    with pytest.raises(LeafoutError, match="nothing of the chain"):
        gather(store, "demo")
