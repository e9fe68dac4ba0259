from pathlib import Path

import numpy as np
import pytest
import torch

import tiny_models
import tiny_rows
from leafout.compression.distilling import cut_model, full_model
from leafout.core.run import QuietRun
from leafout.models.stream import Stream


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model", labels=("好", "差"), layers=3)
    return tmp_path / "model"


def test_the_full_models_scores_are_those_of_val(tmp_path: Path, model: Path) -> None:
    full = full_model(model, tiny_rows.write_rows(tmp_path / "rows"), device="cpu", run=QuietRun())
    found = full.scores(full.model)
    with torch.no_grad():
        batch = full.val.batch(np.arange(len(full.val.labels_N)), epoch=0, key=())
        right_N = full.model(Stream.of(batch, "cpu")).argmax(1).numpy() == full.val.labels_N
    assert found["accuracy"] == pytest.approx(right_N.mean())
    assert set(found) == {"accuracy", "macro_f1"}


@pytest.mark.parametrize(("wanted", "keep", "layers"), [(0, "spread", 1), (2, "first", 2), (2, (0, 2), 2)])
def test_a_student_has_the_layers_that_stay(
    tmp_path: Path, model: Path, wanted: int, keep: object, layers: int
) -> None:
    student = cut_model(model, tmp_path / "out", wanted=wanted, keep=keep, dropout=0.3)  # type: ignore[arg-type]
    assert (student.dims.layers, student.dims.dropout) == (layers, 0.3)
    assert not list((tmp_path / "out").rglob("*.safetensors"))
