import json
from pathlib import Path
from typing import Any

import pytest

import tiny_models
from leafout.compression.validated import write_probes
from leafout.compression.writing import write_files
from leafout.core.errors import LeafoutError
from leafout.inference.load import load_classifier
from leafout.inference.release import Format, Precision, read_release


@pytest.fixture(params=[("onnx", "fp32"), ("onnx", "int8"), ("huggingface", "bf16")], ids=str)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    chosen: tuple[Format, Precision] = request.param
    tiny_models.write_bert(tmp_path / "model")
    write_files(read_release(tmp_path / "model"), tmp_path / "release", chosen=chosen[0], precision=chosen[1])
    write_probes(load_classifier(tmp_path / "release", threads=1))
    return tmp_path / "release"


def edit(release: Path, change: Any) -> None:
    path = release / "canary.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values["rows"])
    path.write_text(json.dumps(values), encoding="utf-8")


def test_a_release_that_answers_as_it_did_is_loaded(release: Path) -> None:
    load_classifier(release, threads=1)


def test_a_release_that_answers_otherwise_is_refused(release: Path) -> None:
    edit(release, lambda rows: rows[3].update(logits=[value + 0.3 for value in rows[3]["logits"]]))
    with pytest.raises(LeafoutError, match=r"differ by 0\.[23]"):
        load_classifier(release, threads=1)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[0].update(ids=[10**6], segments=[0]),
        lambda rows: rows[0].update(ids=[-7], segments=[0]),
        lambda rows: rows[0].update(ids=[2**40], segments=[0]),
        lambda rows: rows[0].update(ids=[], segments=[]),
        lambda rows: rows[0].update(ids=[1] * 5000, segments=[0] * 5000),
        lambda rows: rows[0].update(ids=[[1]], segments=[[0]]),
        lambda rows: rows[0].update(segments=[0]),
        lambda rows: rows[0].update(logits=[0.1]),
        lambda rows: rows[0].update(logits=["a", "b"]),
        lambda rows: rows[0].pop("ids"),
        lambda rows: rows.clear(),
        lambda rows: rows.extend(rows * 10),
        lambda rows: rows.append(7),
    ],
)
def test_a_canary_that_was_not_written_so_is_refused(release: Path, change: Any) -> None:
    edit(release, change)
    with pytest.raises(LeafoutError):
        load_classifier(release, threads=1)
