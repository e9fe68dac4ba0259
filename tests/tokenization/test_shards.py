from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.tokenization.shards import ShardWriter, read_shards

DOCUMENTS = [[[1, 2], [3]], [[4, 5, 6]], [[7], [8], [9, 10]]]


def write(folder: Path, batches: list[list[list[list[int]]]], num_ids: int = 100) -> Path:
    with ShardWriter(folder, num_ids=num_ids) as writer:
        for documents in batches:
            sentences = [sentence for document in documents for sentence in document]
            ids = np.array([token for sentence in sentences for token in sentence], np.int32)
            writer.write(ids, np.array([len(s) for s in sentences], np.int64), np.array([len(d) for d in documents]))
    return folder


def read(folder: Path) -> list[list[list[int]]]:
    shards = read_shards(folder)
    return [
        [shards.ids[shards.sentences[s] : shards.sentences[s + 1]].tolist() for s in range(first, last)]
        for first, last in zip(shards.documents[:-1], shards.documents[1:], strict=True)
    ]


@settings(max_examples=15, deadline=None)
@given(documents=st.lists(st.lists(st.lists(st.integers(0, 99), min_size=1), min_size=1)), cut=st.integers(0, 9))
def test_documents_read_back_however_they_were_batched(
    tmp_path_factory: pytest.TempPathFactory, documents: list[list[list[int]]], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    assert read(write(folder, [documents[:cut], [], documents[cut:]])) == documents


@pytest.mark.parametrize(("num_ids", "dtype"), [(100, np.uint16), (65536, np.uint16), (65537, np.int32)])
def test_ids_take_two_bytes_while_they_fit(tmp_path: Path, num_ids: int, dtype: type) -> None:
    shards = read_shards(write(tmp_path, [[[[num_ids - 1]]]], num_ids))
    assert shards.ids.dtype == dtype
    assert shards.ids.tolist() == [num_ids - 1]


def test_shards_are_mapped_and_plain_numpy_files(tmp_path: Path) -> None:
    shards = read_shards(write(tmp_path, [DOCUMENTS]))
    assert isinstance(shards.ids, np.memmap)
    assert np.load(tmp_path / "ids.npy", allow_pickle=False).tolist() == list(range(1, 11))
    assert shards.num_documents == 3


def test_no_documents_are_shards_too(tmp_path: Path) -> None:
    shards = read_shards(write(tmp_path, []))
    assert (len(shards.ids), shards.num_documents) == (0, 0)


@pytest.mark.parametrize("name", ["ids.npy", "sentences.npy", "documents.npy"])
@pytest.mark.parametrize("cut", [0, 5, 60, -3])
def test_a_cut_file_is_refused_with_its_place(tmp_path: Path, name: str, cut: int) -> None:
    path = write(tmp_path, [DOCUMENTS]) / name
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(LeafoutError, match="is no NumPy file") as caught:
        read_shards(tmp_path)
    assert caught.value.where == str(path)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sentences.npy", np.array([0, 2, 2, 10])),
        ("sentences.npy", np.array([0, 3])),
        ("sentences.npy", np.zeros(0, np.int64)),
        ("documents.npy", np.array([1, 2, 6])),
        ("documents.npy", np.array([0, 4, 2, 6])),
        ("documents.npy", np.array([0, 6], np.int32)),
        ("ids.npy", np.zeros((2, 5), np.uint16)),
        ("ids.npy", np.zeros(10, np.float32)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path: Path, name: str, values: np.ndarray) -> None:
    write(tmp_path, [DOCUMENTS])
    np.save(tmp_path / name, values)
    with pytest.raises(LeafoutError) as caught:
        read_shards(tmp_path)
    assert caught.value.where == str(tmp_path / name)


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    write(tmp_path, [DOCUMENTS])
    np.save(tmp_path / "ids.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(LeafoutError, match="is no NumPy file"):
        read_shards(tmp_path)


def test_no_shards_say_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match=r"there is no `ids\.npy`") as caught:
        read_shards(tmp_path)
    assert "tokenize" in caught.value.hint
