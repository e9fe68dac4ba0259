import bz2
import gzip
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.record import ReadOptions
from leafout.corpus.web_archive.unpacking import Chunk, chunks_of

ONE, TWO, THREE = (gzip.compress(bytes([code]) * 1000) for code in b"abc")


def unpacked(folder: Path, data: bytes, name: str = "a.warc.gz", **options: int) -> list[Chunk]:
    path = folder / name
    path.write_bytes(data)
    chunks = list(chunks_of(path, ReadOptions(name=name, **options)))  # type: ignore[arg-type]
    return [chunk if isinstance(chunk, str) else chunk[:1] + chunk[-1:] for chunk in chunks]


def test_members_are_unpacked_one_by_one(tmp_path: Path) -> None:
    assert unpacked(tmp_path, ONE + TWO) == [b"aa", b"bb"]


def test_gzip_is_known_by_its_bytes(tmp_path: Path) -> None:
    assert unpacked(tmp_path, ONE, "a.warc") == [b"aa"]
    assert unpacked(tmp_path, b"plain", "b.warc") == [b"pn"]


def test_other_packings_go_by_name(tmp_path: Path) -> None:
    assert unpacked(tmp_path, bz2.compress(b"plain"), "a.warc.bz2") == [b"pn"]


def test_a_damaged_member_costs_itself(tmp_path: Path) -> None:
    broken = TWO[:12] + b"\xff" * 12 + TWO[24:]
    found = unpacked(tmp_path, ONE + broken + THREE)
    assert "a damaged gzip member" in found
    assert (found[0], found[-1]) == (b"aa", b"cc")


def test_a_truncated_end_is_said(tmp_path: Path) -> None:
    assert unpacked(tmp_path, ONE + TWO[:-6])[-1] == "the end of a gzip member is missing"
    assert unpacked(tmp_path, ONE + b"xyz" + TWO) == [b"aa", "bytes between gzip members", b"bb"]


def test_a_truncated_file_of_another_packing_is_said(tmp_path: Path) -> None:
    found = unpacked(tmp_path, bz2.compress(b"plain" * 1000)[:-9], "a.warc.bz2")
    assert isinstance(found[-1], str)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="unpacks to more than"):
        unpacked(tmp_path, gzip.compress(b"\0" * (100 << 20)))
    with pytest.raises(LeafoutError, match="more than 1500 bytes"):
        unpacked(tmp_path, ONE + TWO, max_file_bytes=1500)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert unpacked(tmp_path, b"") == []
