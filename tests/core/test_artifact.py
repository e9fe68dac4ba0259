from pathlib import Path
from typing import Any

import pytest

from leafout.core.artifact import read_artifact, read_manifest, write_manifest
from leafout.core.errors import StoreError

VALUES: dict[str, Any] = {
    "key": "k" * 64,
    "digest": "d" * 64,
    "stage": "clean",
    "version": 1,
    "config": {"languages": ["zh", "en"]},
    "inputs": {"documents/0": "e" * 64},
    "metrics": {"documents": 3.0},
    "seconds": 1.5,
    "made_with": {"chip": "x86_64"},
}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_manifest(tmp_path, VALUES | {"outside": {"数据.csv": "f" * 64}, "seed": 7})
    artifact = read_artifact(tmp_path)
    assert (artifact.path, artifact.key, artifact.config) == (tmp_path, "k" * 64, {"languages": ["zh", "en"]})
    assert (artifact.outside, artifact.seed, artifact.notes) == ({"数据.csv": "f" * 64}, 7, tmp_path / "notes")


def test_a_folder_without_manifest_is_no_artifact(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not an artifact"):
        read_artifact(tmp_path)


@pytest.mark.parametrize(
    "harm", [lambda text: text[:40], lambda text: text.replace("clean", "split"), lambda text: "[]"]
)
def test_a_manifest_that_was_touched_is_damaged(tmp_path: Path, harm: Any) -> None:
    write_manifest(tmp_path, VALUES)
    path = tmp_path / "manifest.json"
    path.write_text(harm(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(StoreError, match="the manifest is damaged"):
        read_manifest(tmp_path)


def test_a_manifest_without_a_part_is_damaged(tmp_path: Path) -> None:
    write_manifest(tmp_path, {name: value for name, value in VALUES.items() if name != "digest"})
    with pytest.raises(StoreError, match="no `digest`"):
        read_artifact(tmp_path)
