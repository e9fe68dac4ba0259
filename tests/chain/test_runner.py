import signal
import threading
from pathlib import Path

import pytest

import leafout
from leafout.chain.runner import run_chain
from leafout.chain.stopping import ChainStopped
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from small_stages import CHAIN, Seen, write_chain


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    chain, seen = write_chain(tmp_path), Seen()
    leafout.run_chain(chain, store=tmp_path / "store", watch=seen)
    assert seen.made == ["words", "more", "join", "draw", "count", "exam"]
    again = Seen()
    run_chain(chain, store=tmp_path / "store", watch=again)
    assert again.made == []


def test_an_edit_runs_what_it_changes_and_no_more(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    run_chain(chain, store=store)
    seen = Seen()
    run_chain(chain, store=store, watch=seen, sets=["join.rules.most=49"])
    assert seen.made == ["join"]
    seen = Seen()
    run_chain(chain, store=store, watch=seen, sets=["seed=8"])
    assert seen.made == ["draw", "count"]
    (tmp_path / "词.txt").write_text("叶 子 leaf out!", encoding="utf-8")
    seen = Seen()
    run_chain(chain, store=store, watch=seen)
    assert seen.made == ["words", "join", "draw", "count", "exam"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_where_the_same_call_goes_on(tmp_path: Path, number: int) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    with pytest.raises(ChainStopped) as caught:
        run_chain(chain, store=store, watch=Seen(stop_at=2, number=number))
    assert (caught.value.step, caught.value.how_far, caught.value.number) == ("count", "at step 2 of 4", number)
    ran = run_chain(chain, store=store)
    assert (ran.artifacts["count"].notes / "began.txt").read_text() == "2"
    calm = run_chain(chain, store=tmp_path / "calm")
    assert {n: a.digest for n, a in ran.artifacts.items()} == {n: a.digest for n, a in calm.artifacts.items()}


def test_a_stop_between_steps_stops_too(tmp_path: Path) -> None:
    with pytest.raises(ChainStopped) as caught:
        run_chain(write_chain(tmp_path), store=tmp_path / "store", watch=Seen(stop_at=4))
    assert caught.value.step == "exam"


def test_two_runs_at_once_end_with_one_store(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    failures: list[BaseException] = []

    def run() -> None:
        try:
            run_chain(chain, store=store)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(list(Store(store).artifacts())) == 6


def test_a_folder_and_a_champion_can_be_inputs(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), tmp_path / "store"
    first = run_chain(chain, store=store).artifacts
    text = f'x: {{stage: "small_stages:evaluate", from: {{release: "slot:leaf", rows: {first["join"].path}}}}}'
    exam = run_chain(write_chain(tmp_path, text), store=store).artifacts["x"]
    assert exam.inputs == {"release": first["count"].digest, "rows": first["join"].digest}
    model = tmp_path / "model"
    model.mkdir()
    (model / "words.txt").write_text("模型", encoding="utf-8")
    chain = write_chain(tmp_path, 'd: {stage: "small_stages:draw", from: ./model}')
    drawn = run_chain(chain, store=store).artifacts["d"]
    assert (drawn.path / "words.txt").read_text(encoding="utf-8") == "模型 0"


def test_a_slot_that_nothing_serves_is_an_error_with_its_place(tmp_path: Path) -> None:
    text = 'x: {stage: "small_stages:draw", from: "slot:none"}'
    with pytest.raises(LeafoutError, match="nothing serves the slot `none`") as caught:
        run_chain(write_chain(tmp_path, text), store=tmp_path / "store")
    assert caught.value.where.endswith("chain.yaml:1 [x]")


def test_an_error_of_a_stage_gets_its_line(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("text,label\n好 好,1\n", encoding="utf-8")
    text = "c: {stage: collect, files: rows.csv}\ns: {stage: split, from: c, val: 0.6, test: 0.6}\n"
    with pytest.raises(LeafoutError, match="leave nothing for train") as caught:
        run_chain(write_chain(tmp_path, text), store=tmp_path / "store")
    assert caught.value.where.endswith("chain.yaml:2 [s.val]")


def test_gates_are_no_part_of_the_key(tmp_path: Path) -> None:
    store = tmp_path / "store"
    keys = [
        run_chain(write_chain(tmp_path, CHAIN.replace(">= 0.8", limit)), store=store).artifacts["exam"].key
        for limit in (">= 0.8", ">= 0.1")
    ]
    assert keys[0] == keys[1]
