import json
from pathlib import Path

import pytest

from leafout.chain.costs import cost_of, guess
from leafout.chain.runner import run_chain
from leafout.core.artifact import Artifact
from leafout.core.durable import write_json
from leafout.core.store import Store
from small_stages import write_chain


@pytest.fixture
def made(tmp_path: Path) -> Artifact:
    artifact = run_chain(write_chain(tmp_path), store=tmp_path / "store", steps=["join"]).artifacts["join"]
    _pretend(artifact, {"budget": {"steps": 100}, "batch_tokens": 512})
    return artifact


def _pretend(artifact: Artifact, config: dict[str, object]) -> None:
    """Let an artifact have taken 10 s, 1 GB, for an input of 1000 bytes."""
    from leafout.core.artifact import read_manifest, write_manifest

    values = read_manifest(artifact.path)
    write_manifest(artifact.path, values | {"config": config})
    write_json(artifact.notes / "cost.json", {"seconds": 10.0, "peak_bytes": 1e9, "cores": 2})
    origin = json.loads((artifact.notes / "origin.json").read_text(encoding="utf-8"))
    write_json(artifact.notes / "origin.json", origin | {"input_bytes": 1000})


@pytest.mark.parametrize(
    ("config", "input_bytes", "seconds"),
    [
        ({"budget": {"steps": 200}, "batch_tokens": 512}, 5000, 20),
        ({"budget": {"steps": 100}, "batch_tokens": 1024}, None, 20),
        ({"budget": {"minutes": 3}}, 1000, 180),
        ({"budget": {"steps": 100}, "batch_tokens": 512}, None, 10),
        ({}, 3000, 30),
        ({}, 1000 * 10_000, 1000),
    ],
)
def test_a_cost_is_scaled_by_budget_or_bytes(
    made: Artifact, config: dict[str, object], input_bytes: float | None, seconds: float
) -> None:
    cost = guess(Store(made.path.parent.parent), "join", "join", config, input_bytes)
    assert cost is not None
    assert cost.seconds == pytest.approx(seconds)
    assert cost.peak_bytes == 1e9


def test_epochs_grow_with_the_rows(made: Artifact) -> None:
    _pretend(made, {"budget": {"epochs": 2}})
    cost = guess(Store(made.path.parent.parent), "join", "join", {"budget": {"epochs": 4}}, 3000)
    assert cost is not None
    assert cost.seconds == pytest.approx(60)


def test_what_cannot_be_compared_is_not_guessed(made: Artifact) -> None:
    store = Store(made.path.parent.parent)
    assert guess(store, "join", "join", {"budget": {"tokens": 5}}, 1000) is None
    assert guess(store, "never", "x", {}, 1000) is None
    assert guess(store, "never", "x", {"budget": {"minutes": 2}}, None).seconds == 120  # type: ignore[union-attr]
    (made.notes / "cost.json").unlink()
    assert cost_of(made) is None


def test_own_runs_tell_more_than_those_of_other_steps(made: Artifact, tmp_path: Path) -> None:
    text = 'w: {stage: "small_stages:read"}\nother: {stage: "small_stages:join", from: w}\n'
    other = run_chain(write_chain(tmp_path, text), store=tmp_path / "store").artifacts["other"]
    _pretend(other, {})
    write_json(other.notes / "cost.json", {"seconds": 99.0, "peak_bytes": 1, "cores": 2})
    store = Store(tmp_path / "store")
    assert guess(store, "join", "other", {}, 1000).seconds == pytest.approx(99)  # type: ignore[union-attr]
    assert guess(store, "join", "join", {}, 1000).seconds == pytest.approx(10)  # type: ignore[union-attr]
