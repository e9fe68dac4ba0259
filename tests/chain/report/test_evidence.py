import json
from pathlib import Path

import pytest

import chain_store
from leafout.chain.lookup import find_artifact
from leafout.chain.report.evidence import evidence, json_lines
from leafout.core.store import Store


def told(step: str) -> dict[str, object]:
    return evidence(find_artifact(chain_store.shared(), f"demo:{step}"))


def test_a_data_stage_tells_its_ledger_with_samples_of_each_reason() -> None:
    clean = told("clean")
    assert set(clean["dropped"]) == {"duplicate", "too_short"}  # type: ignore[call-overload]
    assert clean["dropped"]["too_short"][0]["text"] == "嗯"  # type: ignore[index]
    reviews = told("reviews")
    assert [len(kept) for kept in reviews["rejects"].values()] == [1]  # type: ignore[attr-defined]
    assert len(reviews["documents"]) == 3  # type: ignore[arg-type]
    assert told("rows")["split"]["test_digest"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("step", "names"),
    [("pretrain", {"curves", "samples"}), ("export", {"parity", "speed", "release"}), ("exam", {"exam", "errors"})],
)
def test_each_stage_tells_what_it_wrote(step: str, names: set[str]) -> None:
    assert names <= set(told(step))


def test_a_damaged_file_is_named_and_hides_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    files = {"exam.json": {"a": 1}, "parity.json": {}, "notes/metrics.jsonl": [{"step": 1}]}
    artifact = chain_store.put(store, "evaluate", files, {})
    for name in ("exam.json", "notes/metrics.jsonl"):
        (artifact.path / name).chmod(0o644)
        (artifact.path / name).write_text("[1\n", encoding="utf-8")
    found = evidence(artifact)
    assert found["unreadable"] == ["exam.json", "notes/metrics.jsonl"]
    assert "exam" not in found


def test_texts_that_an_exam_wrote_are_a_list(tmp_path: Path) -> None:
    texts = [{"prompt": "今天", "text": "很好"}]
    artifact = chain_store.put(Store(tmp_path), "evaluate", {"exam.json": {"a": 1}}, {})
    assert "written" not in evidence(artifact)
    (artifact.notes / "samples.json").write_text(json.dumps(texts), encoding="utf-8")
    assert evidence(artifact)["written"] == texts
    (artifact.notes / "samples.json").write_text('{"not": "a list"}', encoding="utf-8")
    assert evidence(artifact)["unreadable"] == ["notes/samples.json"]


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"st', encoding="utf-8")
    assert [line["step"] for line in json_lines(path, 10)] == [1, 2]
    assert len(list(json_lines(path, 1))) == 1
    path.write_text('{"st\n{"step": 2}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="control character"):
        list(json_lines(path, 10))
