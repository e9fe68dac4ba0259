from pathlib import Path

import numpy as np
import pytest

import tiny_models
import tiny_rows
from leafout.compression.distilling import cut_model, full_model, taught_rows
from leafout.core.run import QuietRun
from leafout.tasks.losses.distil import answers


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model", labels=("好", "差"), layers=3)
    return tmp_path / "model"


def test_answers_are_computed_once_for_one_piece_of_work(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    full = full_model(model, rows, device="cpu", run=QuietRun())
    first = taught_rows(full, tmp_path / "out", work="a" * 64)
    calls: list[int] = []

    def counted(*given: object) -> object:
        calls.append(1)
        return answers(*given)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("leafout.compression.distilling.answers", counted)
    again = taught_rows(full, tmp_path / "out", work="a" * 64)
    assert not calls
    np.testing.assert_array_equal(first.logits_NL, again.logits_NL)
    taught_rows(full, tmp_path / "out", work="b" * 64)
    assert calls == [1]


@pytest.mark.parametrize(("wanted", "keep", "layers"), [(0, "spread", 1), (2, "first", 2), (2, (0, 2), 2)])
def test_a_student_has_the_layers_that_stay(
    tmp_path: Path, model: Path, wanted: int, keep: object, layers: int
) -> None:
    student = cut_model(model, tmp_path / "out", wanted=wanted, keep=keep, dropout=0.3)  # type: ignore[arg-type]
    assert (student.dims.layers, student.dims.dropout) == (layers, 0.3)
    assert not list((tmp_path / "out").rglob("*.safetensors"))
