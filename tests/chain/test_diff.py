import json
from pathlib import Path

import pytest

import chain_store
from leafout.chain.diff import changes, diff, lines
from leafout.chain.runner import run_chain
from leafout.core.errors import LeafoutError
from leafout.core.store import Store


def test_changes_say_what_each_side_has() -> None:
    found = changes({"a": 1, "b": "x", "c": True}, {"a": 3, "b": "x", "d": None})
    assert found == {"a": {"first": 1, "second": 3, "difference": 2}, "c": {"first": True}, "d": {"second": None}}


def test_two_exams_are_held_against_each_other() -> None:
    found = diff(chain_store.shared(), "demo:scratch_exam", "demo:finetune_exam")
    json.dumps(found)
    assert found["metrics"]["accuracy"]["difference"] == pytest.approx(7 / 32)
    text = "\n".join(lines(found))
    assert "7 now right, 0 now wrong" in text
    assert "not chance" in text


def test_an_artifact_is_equal_to_itself() -> None:
    assert list(lines(diff(chain_store.shared(), "demo:clean", "clean")))[-1] == "the same artifact"


def test_two_runs_of_a_chain_differ_in_what_was_changed(tmp_path: Path) -> None:
    chain, store = chain_store.write_chain(tmp_path), Store(tmp_path / "store")
    run_chain(chain, store=store)
    run_chain(chain, store=store, sets=["clean.quality.min_chars=30"])
    found = diff(store, f"{chain}@1", f"{chain}")
    assert found["steps"]["reviews"] == {"same_key": True}
    assert found["steps"]["clean"]["config"]["quality.min_chars"] == {"first": 4, "second": 30, "difference": 26}
    assert found["steps"]["clean"]["funnel"]["kept"]["difference"] < 0
    text = "\n".join(lines(found))
    assert "equal: reviews" in text
    assert "quality.min_chars  4 → 30  (+26)" in text


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [("demo", "demo:clean", "a chain cannot be held"), ("demo@9", "demo", "has 1 runs"), ("demo@x", "demo", "no `@x`")],
)
def test_what_cannot_be_compared_is_said(first: str, second: str, message: str) -> None:
    with pytest.raises(LeafoutError, match=message):
        diff(chain_store.shared(), first, second)
