from pathlib import Path

import pytest

from leafout.chain.exams import read_decision
from leafout.chain.runner import run_chain
from leafout.core.artifact import Artifact
from leafout.core.errors import GateError, LeafoutError, StoreError
from leafout.serving.releases import current, promote, rollback, verdict_of
from small_stages import CHAIN, write_chain


def test_a_release_that_passes_takes_its_slot(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ran = run_chain(write_chain(tmp_path), store=store)
    champion = current(store, "leaf")
    assert champion is not None
    assert champion.digest == ran.artifacts["count"].digest
    assert champion.exam == ran.artifacts["exam"].key
    run_chain(tmp_path / "chain.yaml", store=store)
    assert current(store, "leaf") == champion


def test_a_release_that_fails_stays_out_and_its_exam_is_kept(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with pytest.raises(GateError, match=r"`accuracy` is 0.5, at least 0.8 is asked for") as caught:
        run_chain(write_chain(tmp_path), store=store, sets=["exam.accuracy=0.5"])
    assert caught.value.exit_code == 3
    assert caught.value.where.endswith("chain.yaml:7 [exam]")
    assert "the exam is kept" in caught.value.hint
    assert current(store, "leaf") is None
    release = run_chain(tmp_path / "chain.yaml", store=store, steps=["count"]).artifacts["count"]
    verdict = verdict_of(store, release.digest)
    assert verdict is not None
    assert not verdict.passed
    assert len(list(store.glob("artifacts/evaluate-*"))) == 1


def test_a_gate_on_a_score_that_is_not_there_has_a_line(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="does not have") as caught:
        run_chain(write_chain(tmp_path, CHAIN.replace("{accuracy:", "{acuracy:")), store=tmp_path / "store")
    assert caught.value.where.endswith("chain.yaml:7 [exam.gates.acuracy]")


def test_what_was_rolled_back_is_not_promoted_by_the_next_run(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    first = run_chain(chain, store=store).artifacts["count"]
    second = run_chain(chain, store=store, sets=["count.steps=5"]).artifacts["count"]
    assert current(store, "leaf").digest == second.digest  # type: ignore[union-attr]
    rollback(store, "leaf")
    run_chain(chain, store=store, sets=["count.steps=5"])
    assert current(store, "leaf").digest == first.digest  # type: ignore[union-attr]
    promote(store, "leaf", second.path)
    assert current(store, "leaf").digest == second.digest  # type: ignore[union-attr]


@pytest.mark.parametrize(("better", "serves"), [("true", 5), ("false", 4)])
def test_an_update_step_does_what_it_decided(tmp_path: Path, better: str, serves: int) -> None:
    line = f'up: {{stage: "small_stages:update", from: {{release: count, rows: join}}, slot: leaf, better: {better}}}\n'
    text = CHAIN.replace(", promote: leaf", "") + line
    store = tmp_path / "store"
    first = run_chain(write_chain(tmp_path), store=store).artifacts["count"]
    chain = write_chain(tmp_path, text)
    second = run_chain(chain, store=store, sets=["count.steps=5"]).artifacts["count"]
    assert current(store, "leaf").digest == {4: first, 5: second}[serves].digest  # type: ignore[union-attr]


def test_a_decision_that_cannot_be_read_promotes_nothing(tmp_path: Path) -> None:
    (tmp_path / "decision.json").write_text('{"decision": "perhaps"}', encoding="utf-8")
    artifact = Artifact(tmp_path, "k", "d", "update", 1, {}, {}, {}, 0.0, {})
    with pytest.raises(StoreError, match="decision cannot be read"):
        read_decision(artifact)
