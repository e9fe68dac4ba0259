from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object


def test_an_object_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"名": "好", "n": [1, 2.5, null]}', encoding="utf-8")
    assert read_object(path) == {"名": "好", "n": [1, 2.5, None]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[1]",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a": 1} x',
    ],
)
def test_what_is_no_plain_object_is_refused_with_its_place(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(LeafoutError) as caught:
        read_object(path)
    assert caught.value.where == str(path)


def test_an_absent_and_an_overlong_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="there is no"):
        read_object(tmp_path / "a.json")
    (tmp_path / "a.json").write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(LeafoutError, match="8 bytes, the limit is 7"):
        read_object(tmp_path / "a.json", max_bytes=7)
