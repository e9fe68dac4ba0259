import json
from pathlib import Path

import numpy as np
import pytest

import tiny_rows
from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, DocumentWriter, table_of
from leafout.evaluation.locked import chosen, exam_rows, labelled_part, read_locked
from leafout.stages.split import SplitConfig, split
from leafout.tasks.classify import Classify

TASK = Classify(labels=("好", "差"), max_tokens=32)


def test_the_lock_is_the_one_that_split_writes(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "rows") as writer:
        for number in range(60):
            text = f"第{number}本书 book {number * number}"
            writer.write(Document(text, id=f"id{number}", label=("好", "差")[number % 2], text_b=None))
    config = SplitConfig(method="stratified", near_duplicates=0, test=0.3)
    (tmp_path / "split").mkdir()
    split([tmp_path / "rows"], [], out=tmp_path / "split", config=config)
    table, digest = read_locked(tmp_path / "split")
    assert table.num_rows == 18
    assert digest == json.loads((tmp_path / "split" / "split.json").read_text(encoding="utf-8"))["test_digest"]


def test_one_changed_character_breaks_the_lock(tmp_path: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    table = read_locked(rows)[0].to_pylist()
    with DocumentWriter(rows / "test") as writer:
        for place, row in enumerate(table):
            text = row["text"] + ("。" if place == 7 else "")
            writer.write(Document(text, id=row["id"], label=row["label"], language=row["language"]))
    with pytest.raises(LeafoutError, match=r"their digest is [0-9a-f]{12}, not [0-9a-f]{12}"):
        read_locked(rows)


def test_the_deleaked_test_of_a_given_split_has_a_lock_of_its_own(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "rows") as writer:
        for number in range(60):
            side = "train" if number < 40 else "test"
            text = f"第{number % 45}本书 book {(number % 45) ** 2}"
            writer.write(Document(text, id=f"id{number}", label=("好", "差")[number % 2], source=f"{side}.csv"))
    out = tmp_path / "split"
    split([tmp_path / "rows"], [], out=out, config=SplitConfig(method="fixed", near_duplicates=0))
    (table, digest), (left, other) = read_locked(out), read_locked(out, deleaked=True)
    assert (table.num_rows, left.num_rows) == (20, 5 + 15 - 15)
    assert digest != other == json.loads((out / "split.json").read_text(encoding="utf-8"))["test_deleaked"]["digest"]


def test_a_split_without_a_deleaked_test_says_so(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no de-leaked test"):
        read_locked(tiny_rows.write_rows(tmp_path / "rows"), deleaked=True)


def test_a_split_without_a_digest_is_refused(tmp_path: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    (rows / "split.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LeafoutError, match="not None"):
        read_locked(rows)


def test_rows_are_those_whose_label_is_known() -> None:
    table = table_of(
        [
            Document("书很好", id="a", label="好", source="data/a.csv", line=3),
            Document("?", id="b", label="中"),
            Document("the book was bad", id="c", label="差", language="fr"),
            Document("nothing", id="d"),
        ]
    )
    found = exam_rows(table, TASK, max_rows=0, seed=0)
    assert (found.ids, found.labels_N.tolist()) == (["a", "c"], [0, 1])
    assert (found.sources, found.lines) == (["data/a.csv", ""], [3, None])
    assert found.languages == ["zh", "fr"]
    assert (found.num_read, found.num_unlabelled, found.unknown) == (4, 1, {"中": 1})
    assert found.pairs is None


def test_pairs_have_second_texts() -> None:
    table = table_of([Document("a", id="1", label="好", text_b="书"), Document("b", id="2", label="差")])
    found = exam_rows(table, Classify(("好", "差"), 32, pair=True), max_rows=0, seed=0)
    assert found.pairs == ["书", ""]


def test_rows_without_any_label_say_so() -> None:
    with pytest.raises(LeafoutError, match="none of the 1 test rows") as error:
        exam_rows(table_of([Document("a", id="1")]), TASK, max_rows=0, seed=0)
    assert "none at all" in error.value.hint


def test_the_floor_reads_labelled_rows_of_a_part(tmp_path: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    train = labelled_part(rows, "train", TASK, max_rows=0, seed=0)
    assert len(train) == 120
    assert len(labelled_part(rows, "train", TASK, max_rows=50, seed=0)) == 50
    assert len(labelled_part(rows, "absent", TASK, max_rows=0, seed=0)) == 0
    assert len(labelled_part(rows, "train", Classify(("x", "差"), 32), max_rows=0, seed=0)) == 60


def test_a_draw_hangs_on_its_seed_and_keeps_the_order() -> None:
    places = np.arange(100) * 2
    one = chosen(places, 10, seed=1)
    assert (np.diff(one) > 0).all()
    assert set(one) <= set(places)
    assert one.tolist() == chosen(places, 10, seed=1).tolist() != chosen(places, 10, seed=2).tolist()
    assert chosen(places, 0, seed=1) is places
    assert chosen(places, 100, seed=1) is places
