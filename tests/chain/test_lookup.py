from pathlib import Path

import pytest

import chain_store
from leafout.chain.lookup import find_artifact, in_order, is_chain, read_chain
from leafout.core.errors import LeafoutError, StoreError
from leafout.core.store import Store


def test_every_name_of_an_artifact_leads_to_it() -> None:
    store = chain_store.shared()
    clean = find_artifact(store, "demo:clean")
    chain_file = str(store.root.parent / "demo.yaml")
    names = [clean.key, clean.key[:10], clean.digest[:12], f"clean-{clean.key[:8]}", str(clean.path), "clean"]
    for name in [*names, f"{chain_file}:clean"]:
        assert find_artifact(store, name).key == clean.key, name


def test_a_slot_means_the_release_that_serves_it() -> None:
    store = chain_store.shared()
    assert find_artifact(store, "sentiment").stage == "export"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("demo:claen", "no step `claen`", "steps: "),
        ("dmo:clean", "no chain `dmo`", "did you mean `demo`"),
        ("sentimnt", "nothing is called", "did you mean `sentiment`"),
        ("deadbeef00", "nothing is called", ""),
        ("../../etc/passwd", "nothing is called", ""),
        ("no/such.yaml:x", "no chain", ""),
    ],
)
def test_what_means_nothing_is_said_with_the_nearest_name(name: str, message: str, hint: str) -> None:
    with pytest.raises(LeafoutError, match=message) as caught:
        find_artifact(chain_store.shared(), name)
    assert hint in caught.value.hint


def test_digits_that_begin_several_artifacts_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for last in "12":
        chain_store.put(store, "own", {"a.json": {"n": last}}, {}, key=f"abcd{last}".ljust(64, "0"))
    with pytest.raises(LeafoutError, match="`abcd` begins 2 artifacts") as caught:
        find_artifact(store, "abcd")
    assert "own-abcd10000000" in caught.value.hint
    assert find_artifact(store, "abcd2").key.startswith("abcd2")


def test_an_empty_store_says_that_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError) as caught:
        find_artifact(Store(tmp_path / "none"), "anything")
    assert "the store is empty" in caught.value.hint


def test_a_folder_without_a_manifest_is_no_artifact(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no manifest"):
        find_artifact(Store(tmp_path), str(tmp_path))


def test_a_damaged_record_is_an_error_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "chains").mkdir()
    (tmp_path / "chains" / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        read_chain(Store(tmp_path), "bad")
    with pytest.raises(LeafoutError, match="nothing is called"):
        find_artifact(Store(tmp_path), "clean")


def test_steps_stand_after_those_they_need() -> None:
    record = read_chain(chain_store.shared(), "demo")
    order = in_order(record)
    assert sorted(order) == sorted(record.steps)
    for step in order:
        for names in record.steps[step].sources.values():
            assert all(order.index(name) < order.index(step) for name in names)


def test_a_chain_is_told_from_an_artifact() -> None:
    store = chain_store.shared()
    assert is_chain(store, "demo")
    assert is_chain(store, "chains/other.yaml")
    assert not is_chain(store, "demo:clean")
