from pathlib import Path

import pyarrow as pa
import pytest

import chain_store
from leafout.chain.lookup import find_artifact
from leafout.chain.paired import compare_exams
from leafout.core.store import Store


def test_two_exams_of_the_same_rows_are_compared_row_by_row() -> None:
    store = chain_store.shared()
    one, other = (find_artifact(store, f"demo:{name}") for name in ("scratch_exam", "finetune_exam"))
    found = compare_exams(one, other)
    assert found is not None
    assert (found.rows, found.changed, found.fixed, found.broken) == (32, 7, 7, 0)
    accuracy = found.differences["accuracy"]
    assert accuracy["value"] == pytest.approx(7 / 32, abs=1e-6)
    assert 0 < accuracy["low"] < accuracy["value"] < accuracy["high"]
    assert found.examples[0]["second"] == found.examples[0]["label"]
    back = compare_exams(other, one)
    assert back is not None
    assert back.broken == 7


def test_an_exam_without_rows_cannot_be_compared() -> None:
    store = chain_store.shared()
    assert compare_exams(find_artifact(store, "demo:exam"), find_artifact(store, "demo:clean")) is None


def test_generators_are_compared_by_the_bits_that_they_save(tmp_path: Path) -> None:
    store = Store(tmp_path)
    exams = []
    for nats in (20.0, 15.0):
        table = pa.table(
            {"id": [str(n) for n in range(30)], "nats": [nats + n % 3 for n in range(30)], "bytes": [10] * 30}
        )
        files = {"predictions.parquet": table}
        exams.append(chain_store.put(store, "evaluate", files, {}, config={"nats": nats}))
    found = compare_exams(*exams)
    assert found is not None
    assert (found.rows, found.fixed, found.broken) == (30, 30, 0)
    assert found.differences["bits_per_byte saved"]["value"] == pytest.approx(0.5 / 0.693147, abs=1e-3)
