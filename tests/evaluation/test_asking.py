from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_models
import tiny_rows
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.evaluation.asking import ask, floor_of
from leafout.evaluation.locked import ExamRows, exam_rows, read_locked
from leafout.inference.load import Classifier, load_classifier
from leafout.inference.release import Release
from leafout.tasks.classify import Answer, Classify
from leafout.tasks.example import Example

TASK = Classify(labels=("差", "好"), max_tokens=32)


class Broken:
    """A classifier whose answers are not numbers."""

    def __init__(self, other: Classifier) -> None:
        self._other = other

    @property
    def release(self) -> Release:
        return self._other.release

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Example]:
        return self._other.encode(texts, pairs)

    def logits(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        return np.full((len(examples), 2), np.nan, np.float32)

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        raise AssertionError


class Stopping(QuietRun):
    def should_stop(self) -> bool:
        return True


@pytest.fixture
def rows(tmp_path: Path) -> ExamRows:
    return exam_rows(read_locked(tiny_rows.write_rows(tmp_path / "rows"))[0], TASK, max_rows=0, seed=0)


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    tiny_models.write_bert(tmp_path / "model")
    return load_classifier(tmp_path / "model", threads=1)


def test_batches_make_no_difference(classifier: Classifier, rows: ExamRows) -> None:
    whole = ask(classifier, rows, batch_rows=1000, run=QuietRun())
    parts = ask(classifier, rows, batch_rows=7, run=QuietRun())
    np.testing.assert_allclose(whole.logits_NL, parts.logits_NL, atol=1e-5)
    assert whole.num_tokens == parts.num_tokens > 40
    assert whole.full_fraction == parts.full_fraction
    assert whole.speed()["rows_per_second"] > 0


def test_rows_that_fill_the_longest_input_are_counted(tmp_path: Path, rows: ExamRows) -> None:
    tiny_models.write_bert(tmp_path / "short", max_tokens=4)
    told = ask(load_classifier(tmp_path / "short", threads=1), rows, batch_rows=16, run=QuietRun())
    assert told.full_fraction > 0.5


def test_an_answer_that_is_not_a_number_is_refused(classifier: Classifier, rows: ExamRows) -> None:
    with pytest.raises(LeafoutError, match="NaN or infinity"):
        ask(Broken(classifier), rows, batch_rows=16, run=QuietRun())


def test_it_stops_between_batches(classifier: Classifier, rows: ExamRows) -> None:
    with pytest.raises(Stopped):
        ask(classifier, rows, batch_rows=16, run=Stopping())


def test_the_floor_is_fitted_on_train_and_chosen_on_val(tmp_path: Path) -> None:
    split = tiny_rows.write_rows(tmp_path / "split")
    floor = floor_of(split, TASK, max_rows=100, run=QuietRun())
    assert floor is not None
    assert floor.num_train == 100
    assert floor.val_macro_f1 is not None


def test_rows_without_a_train_part_have_no_floor(tmp_path: Path) -> None:
    assert floor_of(tiny_rows.write_rows(tmp_path / "split", train=0), TASK, max_rows=100, run=QuietRun()) is None
