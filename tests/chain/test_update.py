from pathlib import Path

import pytest

from leafout.chain.steps import Chain, parse_chain, read_chain
from leafout.chain.update import update_chain
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from leafout.serving.releases import current
from small_stages import CHAIN, write_chain

LINE = 'up: {stage: "small_stages:update", from: {release: count, rows: join}, slot: leaf}\n'


def read(tmp_path: Path, *sets: str) -> Chain:
    return read_chain(write_chain(tmp_path, CHAIN + LINE), sets)


def test_the_first_release_serves_at_once_and_the_same_one_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (first,) = update_chain(read(tmp_path), store)
    assert (first.slot, first.promoted, first.reason) == ("leaf", True, "the first release of `leaf`")
    (again,) = update_chain(read(tmp_path), store)
    assert (again.promoted, again.comparison) == (False, None)
    assert "serves already" in again.reason


@pytest.mark.parametrize("better", [True, False])
def test_the_better_release_serves(tmp_path: Path, better: bool) -> None:
    store = Store(tmp_path / "store")
    update_chain(read(tmp_path), store)
    before = current(store.root, "leaf")
    (outcome,) = update_chain(read(tmp_path, "count.steps=6", f"up.better={str(better).lower()}"), store)
    assert (outcome.promoted, outcome.reason) == (better, "accuracy 0.9 against 0.8")
    assert outcome.comparison is not None
    assert set(outcome.comparison.inputs) == {"release", "rows", "champion"}
    assert (current(store.root, "leaf") != before) == better


def test_a_failed_gate_keeps_what_serves(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    update_chain(read(tmp_path), store)
    (outcome,) = update_chain(read(tmp_path, "count.steps=6", "exam.accuracy=0.1"), store)
    assert (outcome.promoted, outcome.passed) == (False, False)
    assert "`accuracy` is 0.1" in outcome.reason


def test_a_chain_without_a_slot_has_nothing_to_update(tmp_path: Path) -> None:
    chain = parse_chain('a: {stage: "small_stages:read"}', file=tmp_path / "c.yaml")
    with pytest.raises(LeafoutError, match="no exam of this chain promotes"):
        update_chain(chain, Store(tmp_path))
