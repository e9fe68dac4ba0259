import errno
from pathlib import Path

import pytest

from leafout.core import faults
from leafout.core.durable import json_bytes, reserve, write_json, write_whole


def test_equal_values_are_equal_bytes() -> None:
    assert json_bytes({"b": 1, "a": "叶"}) == json_bytes({"a": "叶", "b": 1}) == '{\n "a": "叶",\n "b": 1\n}\n'.encode()


def test_nan_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"a": float("nan")})


def test_space_is_reserved_and_what_stands_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "rows.bin"
    path.write_bytes("叶".encode())
    reserve(path, 1 << 20)
    assert path.read_bytes() == "叶".encode() + bytes((1 << 20) - 3)
    assert path.stat().st_blocks * 512 >= 1 << 20
    reserve(tmp_path / "new.bin", 0)
    assert (tmp_path / "new.bin").stat().st_size == 0


def test_a_disk_that_cannot_hold_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Errno") as caught:
        reserve(tmp_path / "rows.bin", 1 << 60)
    assert caught.value.errno in {errno.ENOSPC, errno.EFBIG}


@pytest.mark.parametrize("point", ["durable.write", "durable.fsync", "durable.rename"])
@pytest.mark.parametrize("kind", ["eio", "enospc", "short"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, kind: str
) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    monkeypatch.setattr(faults, "_POINT", point)
    monkeypatch.setattr(faults, "_COUNT", "1")
    monkeypatch.setattr(faults, "_KIND", kind)
    monkeypatch.setattr(faults, "_passed", {"count": 0})
    if kind == "short" and point != "durable.write":
        write_json(path, {"new": 1})
        return
    with pytest.raises(OSError, match="Errno") as caught:
        write_whole(path, b"new")
    assert caught.value.errno == (errno.ENOSPC if kind == "enospc" else errno.EIO)
    assert path.read_bytes() == json_bytes({"old": 1})
    assert list(tmp_path.iterdir()) == [path]
