from pathlib import Path

import pytest

from leafout.chain.record import MAX_RUNS, read_record, record_file, record_name, records
from leafout.chain.runner import run_chain
from leafout.core.errors import StoreError
from small_stages import CHAIN, write_chain


def test_a_run_writes_down_what_each_step_got(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    ran = run_chain(chain, store=store)
    record = read_record(store, "chain")
    assert record is not None
    assert record.file == str(chain)
    assert {name: entry.key for name, entry in record.steps.items()} == {n: a.key for n, a in ran.artifacts.items()}
    assert record.steps["join"].sources == {"parts": ["words", "more"]}
    assert record.runs[-1]["steps"] == {name: artifact.key for name, artifact in ran.artifacts.items()}


def test_steps_that_a_run_does_not_reach_keep_what_they_had(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    run_chain(chain, store=store)
    run_chain(chain, store=store, sets=["words.files=[更多.txt]"], steps=["words"])
    record = read_record(store, "chain")
    assert record is not None
    assert set(record.steps) == {"words", "more", "join", "draw", "count", "exam"}
    assert record.steps["words"].config == {"files": ["更多.txt"]}
    write_chain(tmp_path, "\n".join(CHAIN.splitlines()[:3]))
    run_chain(chain, store=store)
    assert set(read_record(store, "chain").steps) == {"words", "more"}  # type: ignore[union-attr]


def test_old_runs_are_forgotten_in_the_end(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    for _ in range(MAX_RUNS + 3):
        run_chain(chain, store=store, steps=["words"])
    assert len(read_record(store, "chain").runs) == MAX_RUNS + 1  # type: ignore[union-attr]


def test_two_chain_files_of_one_name_have_two_records(tmp_path: Path) -> None:
    store = tmp_path / "store"
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        run_chain(write_chain(folder), store=store, steps=["words"])
    names = [record_name(store, folder / "chain.yaml") for folder in folders]
    assert names[0] == "chain"
    assert names[1].startswith("chain-")
    assert {record.name for record in records(store)} == set(names)
    (folders[0] / "chain.yaml").unlink()
    assert record_name(store, folders[1] / "chain.yaml") == "chain"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"file": 1}', '{"file": "a", "steps": {"x": {}}, "runs": []}'])
def test_a_damaged_record_is_an_error_that_says_what_to_do(tmp_path: Path, text: str) -> None:
    path = record_file(tmp_path, "chain")
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="record is damaged") as caught:
        read_record(tmp_path, "chain")
    assert "run the chain again" in caught.value.hint
