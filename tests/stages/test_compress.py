from pathlib import Path

import pytest

import tiny_models
import tiny_rows
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.inference.load import load_classifier
from leafout.stages.compress import CompressConfig, compress


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model", labels=("好", "差"))
    return tmp_path / "model"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return tiny_rows.write_rows(tmp_path / "rows")


def config(**values: object) -> CompressConfig:
    given = {"layers": 1, "budget": {"steps": 6}, "batch_tokens": 256, "evaluations": 2, "precision": "fp32"}
    return CompressConfig.read(given | {"checkpoint_seconds": 0} | values)


class Stopping(QuietRun):
    def should_stop(self) -> bool:
        return True


def digests(folder: Path) -> dict[str, str]:
    return {path.as_posix(): sha256_file(folder / path) for path in payload_files(folder)}


def test_a_stopped_call_goes_on_to_the_same_payload(tmp_path: Path, model: Path, rows: Path) -> None:
    settings = config(hidden=0.5)
    found = compress(model, rows, out=tmp_path / "calm", config=settings, run=QuietRun(seed=3))
    with pytest.raises(Stopped):
        compress(model, rows, out=tmp_path / "out", config=settings, run=Stopping(seed=3))
    assert compress(model, rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3)) == found
    assert digests(tmp_path / "out") == digests(tmp_path / "calm")
    assert {"full_accuracy", "cut_macro_f1", "val_accuracy", "full_parameters"} <= found.keys()
    assert found["layers"] == 1
    assert found["parameters"] < found["full_parameters"]
    assert load_classifier(tmp_path / "out", threads=1).classify(["这本书很好"])[0].label in {"好", "差"}
    assert not [path for path in (tmp_path / "out").iterdir() if path.is_dir() and path.name != "notes"]


def test_a_student_answers_more_and_more_like_its_teacher(tmp_path: Path, model: Path, rows: Path) -> None:
    settings = config(budget={"steps": 60}, teacher=1.0, peak_rate=0.01, checkpoint_seconds=60, best_on="loss")
    compress(model, rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3))
    lines = (tmp_path / "out" / "notes" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 60
    full, small = (load_classifier(folder, threads=1) for folder in (model, tmp_path / "out"))
    texts = list(tiny_models.TEXTS)
    pairs = zip(full.classify(texts), small.classify(texts), strict=True)
    assert sum(a.label == b.label for a, b in pairs) >= 5


def test_more_layers_than_there_are_is_an_error(tmp_path: Path, model: Path, rows: Path) -> None:
    with pytest.raises(LeafoutError, match="`layers` is 3, the model has 2"):
        compress(model, rows, out=tmp_path / "out", config=config(layers=3))


def test_a_model_without_a_task_is_refused(tmp_path: Path, model: Path, rows: Path) -> None:
    (model / "task.json").unlink()
    with pytest.raises(LeafoutError, match="no task"):
        compress(model, rows, out=tmp_path / "out", config=config())
