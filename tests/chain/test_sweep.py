from pathlib import Path

from leafout.chain.runner import run_chain
from leafout.chain.sweep import kept, sweep
from leafout.core.store import Store
from small_stages import CHAIN, write_chain


def test_what_a_chain_or_a_release_was_made_from_is_kept(tmp_path: Path) -> None:
    chain, store = write_chain(tmp_path), Store(tmp_path / "store")
    first = run_chain(chain, store=store).artifacts
    second = run_chain(chain, store=store, sets=["draw.mark=x", "join.rules.most=2"]).artifacts
    assert not sweep(store, dry=False).removed  # the former release can be rolled back to, with all it came from
    assert {artifact.key for artifact in (*first.values(), *second.values())} == kept(store)


def test_what_nobody_needs_goes_after_it_was_said(tmp_path: Path) -> None:
    text = CHAIN.replace(", promote: leaf", "")
    chain, store = write_chain(tmp_path, text), Store(tmp_path / "store")
    first = run_chain(chain, store=store).artifacts
    run_chain(chain, store=store, sets=["join.rules.most=2", "count.steps=5"])
    gone = {first[name].key for name in ("join", "draw", "count", "exam")}
    assert {artifact.key for artifact in sweep(store, dry=True).removed} == gone
    assert len(list(store.artifacts())) == 10
    sweep(store, dry=False)
    assert not gone & {artifact.key for artifact in store.artifacts()}
    assert len(list(store.artifacts())) == 6
