import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.release import Release, read_release, write_release

GOOD: dict[str, Any] = {
    "task": "classify",
    "format": "onnx",
    "precision": "int8",
    "labels": ["好", "bad"],
    "max_tokens": 32,
    "pair": False,
    "thresholds": {"好": 0.5},
    "languages": ["en", "zh"],
    "model": "ab" * 32,
    "architecture": "BertForSequenceClassification",
}


def write(folder: Path, values: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for name in ("model.onnx", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    text = values if isinstance(values, str) else json.dumps(values)
    (folder / "release.json").write_text(text, encoding="utf-8")
    return folder


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    release = read_release(write(tmp_path, GOOD))
    (tmp_path / "release.json").unlink()
    write_release(release)
    assert read_release(tmp_path) == release
    assert release.labels == ("好", "bad")
    assert release.thresholds == {"好": 0.5}


def test_an_unsure_answer_is_an_abstention_only_where_a_threshold_stands(tmp_path: Path) -> None:
    release = read_release(write(tmp_path, GOOD))
    assert release.abstains("好", 0.49)
    assert not release.abstains("好", 0.5)
    assert not release.abstains("bad", 0.01)


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "tag"},
        {"format": "pickle"},
        {"format": "../onnx"},
        {"precision": "bf16"},
        {"precision": 8},
        {"labels": "好,bad"},
        {"labels": ["好"]},
        {"labels": ["好", "好"]},
        {"labels": ["好", ""]},
        {"labels": ["好", "bad\nlabel"]},
        {"labels": ["好", 3]},
        {"labels": ["好", "x" * 501]},
        {"max_tokens": 0},
        {"max_tokens": 2**40},
        {"max_tokens": "32"},
        {"max_tokens": True},
        {"pair": "no"},
        {"thresholds": {"unknown": 0.5}},
        {"thresholds": {"好": 1.5}},
        {"thresholds": {"好": None}},
        {"languages": None},
        {"architecture": "../../etc/passwd"},
        {"weights": "/etc/passwd"},
        {"task": "generate"},
    ],
)
def test_a_description_that_does_not_hold_together_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError, match=r"release\.json"):
        read_release(write(tmp_path, GOOD | changes))


@pytest.mark.parametrize("key", sorted(GOOD))
def test_every_field_is_required(tmp_path: Path, key: str) -> None:
    values = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(LeafoutError, match=key):
        read_release(write(tmp_path, values))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"task": NaN}', '{"task": "classify", "task": "classify"}', "[" * 100_000, "\ufeff{}"],
)
def test_a_file_that_is_no_plain_object_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LeafoutError):
        read_release(write(tmp_path, text))


def test_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "release.json").write_bytes(b'{"task": "\xff"}')
    with pytest.raises(LeafoutError, match="JSON"):
        read_release(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_or_empty_file_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, GOOD)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(LeafoutError, match=f"`{name}` is empty"):
        read_release(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(LeafoutError, match=f"no file `{name}`"):
        read_release(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no folder `absent`"):
        read_release(tmp_path / "absent")


def test_nothing_that_does_not_hold_together_is_written(tmp_path: Path) -> None:
    release = read_release(write(tmp_path, GOOD))
    (tmp_path / "release.json").unlink()
    with pytest.raises(LeafoutError):
        write_release(replace(release, thresholds={"nobody": 0.5}))
    assert not (tmp_path / "release.json").exists()


def test_a_model_folder_is_seen_as_a_release(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path, labels=("差", "好", "中"), pair=True, max_tokens=24)
    release = read_release(tmp_path)
    assert isinstance(release, Release)
    assert (release.task, release.format, release.precision) == ("classify", "huggingface", "fp32")
    assert (release.labels, release.max_tokens, release.pair) == (("差", "好", "中"), 24, True)
