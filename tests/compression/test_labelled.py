from pathlib import Path

import numpy as np
import pytest

import tiny_models
import tiny_rows
from leafout.compression.labelled import Labelled, read_labelled, some_texts, validation
from leafout.compression.probes import PROBES
from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, DocumentWriter
from leafout.inference.release import read_release
from leafout.tasks.classify import Classify

TASK = Classify(("差", "好"), 32)


def test_rows_of_a_part_are_read_with_label_and_language(tmp_path: Path) -> None:
    found = read_labelled(tiny_rows.write_rows(tmp_path / "rows"), "val", TASK)
    assert len(found) == 60
    assert found.pairs is None
    assert found.labels.tolist() == [0, 1] * 30
    assert set(found.languages) == {"zh", "en"}


def test_rows_whose_label_is_not_known_are_left_out(tmp_path: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    assert set(read_labelled(rows, "val", Classify(("好", "other"), 32)).labels.tolist()) == {0}
    with pytest.raises(LeafoutError, match="none of the 60 rows of `val`") as error:
        read_labelled(rows, "val", Classify(("x", "y"), 32))
    assert "x, y" in error.value.hint


def test_a_part_that_is_absent_or_empty_is_refused(tmp_path: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows", val=0)
    with pytest.raises(LeafoutError, match="none of the 0 rows"):
        read_labelled(rows, "val", TASK)
    with pytest.raises(LeafoutError, match="there is no `dev`"):
        read_labelled(rows, "dev", TASK)


def test_pairs_keep_their_second_text_and_an_absent_one_is_empty(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "rows" / "val") as writer:
        writer.write(Document("书", id="a", label="好", text_b="好书"))
        writer.write(Document("书", id="b", label="差"))
    assert read_labelled(tmp_path / "rows", "val", Classify(("差", "好"), 32, pair=True)).pairs == ["好书", ""]


def test_a_sample_keeps_order_and_hangs_on_its_seed() -> None:
    texts = [str(number) for number in range(50)]
    rows = Labelled(texts, texts, np.arange(50), [""] * 50)
    one = rows.sample(10, seed=1)
    assert one.texts == sorted(one.texts, key=int)
    assert len(set(one.texts)) == 10
    assert one.labels.tolist() == [int(text) for text in one.texts]
    assert one.pairs == one.texts
    assert one.texts == rows.sample(10, seed=1).texts != rows.sample(10, seed=2).texts
    assert rows.sample(0, seed=1) is rows
    assert rows.sample(50, seed=1) is rows


def test_without_rows_the_probes_stand_in(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "single")
    found = validation(None, read_release(tmp_path / "single"))
    assert found.texts == list(PROBES)
    assert not len(found.known())
    tiny_models.write_bert(tmp_path / "pair", pair=True)
    pairs = validation(None, read_release(tmp_path / "pair")).pairs
    assert pairs is not None
    assert sorted(pairs) == sorted(PROBES)
    assert all(one != other for one, other in zip(pairs, PROBES, strict=True))


def test_texts_for_a_generator_need_no_labels(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "rows" / "val") as writer:
        for number in range(9):
            writer.write(Document(f"第{number}篇", id=str(number)))
    assert some_texts(tmp_path / "rows", 4, seed=0) == some_texts(tmp_path / "rows", 4, seed=0)
    assert len(some_texts(tmp_path / "rows", 4, seed=0)) == 4
    assert len(some_texts(tmp_path / "rows", 0, seed=0)) == 9
    assert some_texts(None, 4, seed=0) == list(PROBES)
    with DocumentWriter(tmp_path / "empty" / "val"):
        pass
    assert some_texts(tmp_path / "empty", 4, seed=0) == list(PROBES)
