from pathlib import Path

import numpy as np
import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, DocumentWriter
from leafout.tasks.classify import Classify
from leafout.training.labelled import LabelledTexts, balanced_weights, encoded, label_set, read_part
from runs import Listening


def write(folder: Path, *rows: tuple[str, str | None, str | None]) -> Path:
    with DocumentWriter(folder / "train") as writer:
        for number, (text, second, label) in enumerate(rows):
            writer.write(Document(text, id=str(number), label=label, text_b=second))
    return folder


def test_rows_without_a_label_are_told_and_left_out(tmp_path: Path) -> None:
    run = Listening()
    found = read_part(write(tmp_path, ("很好", None, "好"), ("bad", None, None)), "train", run)
    assert (found.texts, found.labels, found.pairs) == (["很好"], ["好"], None)
    assert run.said == ["1 of 2 rows of `train` have no label and are left out"]


def test_pairs_are_known_by_their_second_text(tmp_path: Path) -> None:
    found = read_part(write(tmp_path, ("a", "b", "x"), ("c", None, "y")), "train", Listening())
    assert found.pairs == ["b", ""]


def test_a_part_that_is_absent_or_unlabelled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="there is no `val`"):
        read_part(write(tmp_path, ("a", None, "x")), "val", Listening())
    with pytest.raises(LeafoutError, match="no row of `train` has a label"):
        read_part(write(tmp_path / "other", ("a", None, None)), "train", Listening())


def test_one_label_is_no_task(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="all 2 rows of `train` have the label `好`"):
        label_set(LabelledTexts("train", ["a", "b"], None, ["好", "好"]), tmp_path)


def test_cut_and_unknown_rows_are_counted() -> None:
    run = Listening()
    texts = LabelledTexts("val", ["很好 " * 9, "the room", "书"], None, ["好", "新", "差"])
    rows = encoded(texts, Classify(("差", "好"), max_tokens=8), tiny_models.tokenizer(), run)
    assert rows.lengths(0).tolist() == [8, 3]
    assert rows.labels_N.tolist() == [1, 0]
    assert run.said == [
        "1 of 3 rows of `val` were cut at 8 tokens",
        "1 rows of `val` have a label that the model does not know and are left out",
    ]


def test_no_known_label_at_all_is_refused() -> None:
    with pytest.raises(LeafoutError, match="no row of `val` has a label that the model knows"):
        encoded(
            LabelledTexts("val", ["a"], None, ["新"]),
            Classify(("差", "好"), max_tokens=8),
            tiny_models.tokenizer(),
            Listening(),
        )


def test_balanced_weights_have_mean_one_over_the_rows() -> None:
    labels_N = np.array([0, 0, 0, 1, 2, 2])
    weights_L = balanced_weights(labels_N, 3)
    assert weights_L[labels_N].mean() == pytest.approx(1)
    assert weights_L.tolist() == pytest.approx([2 / 3, 2, 1])
