import json
from pathlib import Path
from typing import Any

import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.plain_model import release_of_model


def edit(path: Path, **changes: Any) -> None:
    values = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({k: v for k, v in values.items() if v is not None}), encoding="utf-8")


def test_a_foreign_classifier_takes_its_labels_from_the_config(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path, max_tokens=40)
    (tmp_path / "task.json").unlink()
    edit(tmp_path / "config.json", id2label={"0": "积极", "1": "消极"})
    release = release_of_model(tmp_path)
    assert release.labels == ("积极", "消极")
    assert release.max_tokens == 40
    assert not release.pair


def test_a_causal_model_generates(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path, max_tokens=48)
    release = release_of_model(tmp_path)
    assert (release.task, release.labels, release.max_tokens) == ("generate", (), 48)


def test_roberta_never_uses_its_first_two_positions(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    (tmp_path / "task.json").unlink()
    edit(tmp_path / "config.json", model_type="roberta", max_position_embeddings=514)
    assert release_of_model(tmp_path).max_tokens == 512


def test_an_encoder_without_a_task_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    edit(tmp_path / "config.json", architectures=["BertForPreTraining"])
    with pytest.raises(LeafoutError, match="neither classifies nor generates"):
        release_of_model(tmp_path)


def test_pickled_weights_alone_are_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(LeafoutError, match=r"model\.safetensors"):
        release_of_model(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "tag"},
        {"labels": ["差", "好"]},
        {"labels": ["差", "差"]},
        {"labels": "差好"},
        {"labels": [1, 2]},
        {"max_tokens": 33},
        {"max_tokens": 0},
        {"max_tokens": "many"},
        {"pair": 1},
    ],
)
def test_a_task_that_does_not_fit_the_model_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    tiny_models.write_bert(tmp_path, max_tokens=32, labels=("差", "好", "中"))
    edit(tmp_path / "task.json", **changes)
    with pytest.raises(LeafoutError):
        release_of_model(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"architectures": None},
        {"architectures": ["../x"]},
        {"architectures": ["A", "B"]},
        {"max_position_embeddings": 2**50},
        {"max_position_embeddings": -1},
        {"id2label": {"0": "a", "2": "b"}},
        {"id2label": ["a", "b"]},
        {"id2label": {"0": "a", "1": 2}},
    ],
)
def test_a_config_that_makes_no_sense_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    tiny_models.write_bert(tmp_path)
    (tmp_path / "task.json").unlink()
    edit(tmp_path / "config.json", **changes)
    with pytest.raises(LeafoutError):
        release_of_model(tmp_path)
