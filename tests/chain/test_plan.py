from pathlib import Path

import pytest

from leafout.chain.plan import Planned, plan
from leafout.chain.runner import run_chain
from leafout.chain.steps import read_chain
from leafout.chain.stopping import ChainStopped
from leafout.core.errors import LeafoutError, StoreError
from leafout.core.store import Store
from small_stages import Seen, write_chain


def look(tmp_path: Path, *sets: str, steps: tuple[str, ...] = ()) -> dict[str, Planned]:
    planned = plan(read_chain(tmp_path / "chain.yaml", sets), Store(tmp_path / "store"), steps)
    return {each.step.name: each for each in planned}


def test_a_plan_makes_nothing(tmp_path: Path) -> None:
    write_chain(tmp_path)
    states = {name: each.state for name, each in look(tmp_path).items()}
    assert [name for name, state in states.items() if state == "run"] == ["words", "more"]
    assert [name for name, state in states.items() if state == "unknown"] == ["join", "draw", "count", "exam"]
    assert not (tmp_path / "store").exists()


def test_a_plan_says_what_is_found_and_what_depends(tmp_path: Path) -> None:
    run_chain(write_chain(tmp_path), store=tmp_path / "store")
    assert {each.state for each in look(tmp_path).values()} == {"found"}
    planned = look(tmp_path, "join.rules.most=2", "count.steps=9")
    assert [(each.state, each.why) for each in planned.values()] == [
        ("found", ""),
        ("found", ""),
        ("run", "rules.most 50 -> 2"),
        ("unknown", "depends on join"),
        ("unknown", "depends on draw; steps 4 -> 9"),
        ("unknown", "depends on count, join"),
    ]
    assert planned["join"].cost is not None
    assert planned["count"].cost is not None
    assert set(look(tmp_path, steps=("join",))) == {"words", "more", "join"}


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    chain = write_chain(tmp_path)
    with pytest.raises(ChainStopped):
        run_chain(chain, store=tmp_path / "store", watch=Seen(stop_at=2))
    assert look(tmp_path)["count"].why == "new, goes on where it stopped"


def test_a_missing_file_and_a_damaged_artifact_are_told(tmp_path: Path) -> None:
    ran = run_chain(write_chain(tmp_path), store=tmp_path / "store")
    words = ran.artifacts["join"].path / "words.txt"
    words.chmod(0o644)
    words.write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"`words.txt` is damaged"):
        look(tmp_path)
    with pytest.raises((LeafoutError, FileNotFoundError)):
        look(tmp_path, "words.files=[none.txt]")
