import itertools

import pyarrow as pa
import pytest

from leafout.corpus.kernels.buffers import utf8

TEXTS = ["春眠不觉晓", "", "spring sleep", "🌿", "处处闻啼鸟"]


def _texts(array: pa.Array | pa.ChunkedArray) -> list[str]:
    bytes_U, offsets_N1 = utf8(array)
    borders = offsets_N1.tolist()
    return [bytes_U[a:b].tobytes().decode() for a, b in itertools.pairwise(borders)]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_texts_come_back_from_their_bytes(kind: pa.DataType) -> None:
    array = pa.array(TEXTS, kind)
    assert _texts(array) == TEXTS
    assert _texts(array.slice(1, 3)) == TEXTS[1:4]
    assert _texts(pa.chunked_array([array, array.slice(2)])) == TEXTS + TEXTS[2:]
    assert _texts(array.slice(0, 0)) == []
    assert _texts(pa.chunked_array([], kind)) == []


def test_a_null_is_an_empty_text() -> None:
    assert _texts(pa.array(["a", None, "b"])) == ["a", "", "b"]


def test_the_bytes_are_not_copied() -> None:
    array = pa.array(TEXTS)
    assert utf8(array)[0].ctypes.data == array.buffers()[2].address


def test_numbers_are_refused() -> None:
    with pytest.raises(TypeError, match="strings are wanted, not int64"):
        utf8(pa.array([1]))
