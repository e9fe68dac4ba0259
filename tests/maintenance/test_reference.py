import json
from pathlib import Path

import numpy as np
import pytest

from leafout.core.errors import LeafoutError
from leafout.maintenance.reference import (
    ABOUT,
    ARRAYS,
    Seen,
    distinct,
    joined,
    make_reference,
    read_reference,
    write_reference,
)

LABELS = ["差", "good"]
TEXTS = ["这本书很好", "the room was bad", "这本书很好", "电话 13800138000"]
LOGITS = np.array([[0, 2], [1, 0], [3, 0], [0, 0.5]], np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_reference(tmp_path, make_reference(TEXTS, None, LOGITS), LABELS)
    return tmp_path


def test_a_reference_comes_back_without_repeats(folder: Path) -> None:
    found = read_reference(folder, LABELS)
    assert found is not None
    assert found.labels_N.tolist() == [1, 0, 1]
    np.testing.assert_allclose(found.confidence_N, 1 / (1 + np.exp(-np.array([2, 1, 0.5]))), rtol=1e-6)
    assert found.features_ND is not None
    assert found.at(np.array([2])).confidence_N.tolist() == found.confidence_N[2:].tolist()


def test_no_word_of_a_text_is_written(folder: Path) -> None:
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    for word in ("这本书", "room", "13800138000"):
        assert word.encode() not in written


def test_equal_work_gives_equal_bytes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    write_reference(tmp_path / "again", make_reference(TEXTS, None, LOGITS), LABELS)
    for name in (ARRAYS, ABOUT):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_pairs_and_personal_data_stand_as_in_the_log() -> None:
    assert joined(["a", "写信给 a@b.com"], ["b", "c"]) == ["a\tb", "写信给 <EMAIL_1>\tc"]
    assert distinct(["a", "b", "a"]).tolist() == [0, 1]


def test_a_release_without_reference_has_none(tmp_path: Path) -> None:
    assert read_reference(tmp_path, LABELS) is None


def test_other_labels_are_refused(folder: Path) -> None:
    with pytest.raises(LeafoutError, match="for other labels"):
        read_reference(folder, ["good", "差"])


def test_another_way_of_hashing_is_refused(folder: Path) -> None:
    values = json.loads((folder / ABOUT).read_text(encoding="utf-8")) | {"buckets": 7}
    (folder / ABOUT).write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(LeafoutError, match="another way"):
        read_reference(folder, LABELS)


@pytest.mark.parametrize("damage", ["cut", "label", "confidence", "shape", "missing"])
def test_a_damaged_reference_is_refused(folder: Path, damage: str) -> None:
    good = make_reference(TEXTS, None, LOGITS)
    assert good.features_ND is not None
    if damage == "cut":
        (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:-50])
    elif damage == "label":
        write_reference(folder, Seen(good.features_ND, good.labels_N + 5, good.confidence_N), LABELS)
    elif damage == "confidence":
        write_reference(folder, Seen(good.features_ND, good.labels_N, good.confidence_N * np.nan), LABELS)
    elif damage == "shape":
        write_reference(folder, Seen(good.features_ND[:, 1:], good.labels_N, good.confidence_N), LABELS)
    else:
        from safetensors.numpy import save_file

        save_file({"features": good.features_ND}, folder / ARRAYS)
    with pytest.raises(LeafoutError, match="is damaged"):
        read_reference(folder, LABELS)
