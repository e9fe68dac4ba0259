from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.documents import Document, DocumentWriter
from leafout.tokenization.mixture import Mixture, sources_of

NAMES = [f"{number:016x}" for number in range(4000)]


def copies(weights: Mapping[str, float], source: str, names: list[str] = NAMES) -> list[int]:
    found: list[int] = Mixture(weights).copies(pa.array([source] * len(names)), names).tolist()
    return found


@pytest.mark.parametrize(("weight", "wanted"), [(1, {1}), (3, {3}), (0, {0}), (2.5, {2, 3}), (0.25, {0, 1})])
def test_a_document_is_packed_as_often_as_its_source_weighs(weight: float, wanted: set[int]) -> None:
    found = copies({"wiki/*": weight}, "wiki/zh.xml")
    assert set(found) == wanted
    assert sum(found) / len(found) == pytest.approx(weight, abs=0.03)


def test_the_first_pattern_counts_and_others_weigh_one() -> None:
    weights = {"wiki/zh*": 2, "wiki/*": 5}
    assert [copies(weights, name, ["a"])[0] for name in ("wiki/zh.xml", "wiki/en.xml", "微博/a.csv", "")] == [
        2,
        5,
        1,
        1,
    ]
    assert Mixture(weights).copies(pa.array([None, "wiki/en"], pa.string()), [None, "b"]).tolist() == [1, 5]


@given(st.permutations(NAMES[:40]))
def test_which_documents_come_once_more_hangs_on_their_names_alone(names: list[str]) -> None:
    whole = dict(zip(NAMES[:40], copies({"*": 1.5}, "a", NAMES[:40]), strict=True))
    assert copies({"*": 1.5}, "b", list(names)) == [whole[name] for name in names]


def test_patterns_that_name_nothing_are_told() -> None:
    assert Mixture({"wiki/*": 2, "wiki/zh*": 3, "news/*": 1}).unmatched(["wiki/zh.xml"]) == ["wiki/zh*", "news/*"]


def test_the_sources_of_documents_come_once_each(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path) as writer:
        for number, source in enumerate(["wiki/中.xml", "a.csv", "wiki/中.xml", ""]):
            writer.write(Document("text", id=f"{number}", source=source))
    assert sources_of(tmp_path) == ["wiki/中.xml", "a.csv", ""]
