from pathlib import Path

import chain_store
from leafout.chain.lookup import read_chain
from leafout.chain.overview import chain_facts, chain_lines, store_facts, store_lines
from leafout.core.store import Store


def test_a_chain_is_a_table_of_steps_in_order() -> None:
    store = chain_store.shared()
    found = chain_facts(store, read_chain(store, "demo"))
    rows = list(chain_lines(found))
    steps = [row.split()[0] for row in rows[3:]]
    assert steps.index("reviews") < steps.index("clean") < steps.index("rows") < steps.index("exam")
    assert "made" in rows[3]


def test_a_store_lists_chains_slots_and_artifacts() -> None:
    text = "\n".join(store_lines(store_facts(chain_store.shared())))
    assert "11 artifacts" in text
    assert "chains  demo" in text
    assert "slot    sentiment  export-" in text
    assert "passed its exam" in text


def test_an_empty_store_is_shown_as_empty(tmp_path: Path) -> None:
    assert list(store_lines(store_facts(Store(tmp_path / "none"))))[1] == "chains  none has run yet"
