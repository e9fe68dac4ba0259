import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.archive_members import fault_of_name, is_hidden, printable, tar_members, zip_members
from leafout.corpus.readers.record import ReadOptions

OPTIONS = ReadOptions(name="a")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../a.txt", "climbs out"),
        ("a/../../b", "climbs out"),
        ("..\\a.txt", "climbs out"),
        ("/etc/passwd", "absolute"),
        ("C:\\a.txt", "absolute"),
        ("\\\\server\\a", "absolute"),
        ("", "no name"),
        ("./", "no name"),
        ("a/b..c.txt", ""),
        ("数据/叶.txt", ""),
    ],
)
def test_names_that_leave_the_archive_are_refused(name: str, fault: str) -> None:
    found = fault_of_name(printable(name))
    assert fault in found
    assert bool(fault) == bool(found)


def test_what_file_managers_leave_is_hidden() -> None:
    assert is_hidden(".git/config")
    assert is_hidden("a/.DS_Store")
    assert is_hidden("__MACOSX/._a.txt")
    assert is_hidden("a/Thumbs.db")
    assert not is_hidden("./a/b.txt")


def test_control_characters_of_names_are_replaced() -> None:
    assert printable("a\nb\x1b[31m\u2028.txt") == "a_b_[31m_.txt"
    assert len(printable("x" * 5000)) == 1000


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_of_old_tools_come_out_right(tmp_path: Path, encoding: str) -> None:
    raw = "数据/树叶.txt".encode(encoding)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("x" * len(raw)), "叶")
    data = (tmp_path / "a.zip").read_bytes().replace(b"x" * len(raw), raw)
    (tmp_path / "a.zip").write_bytes(data)
    (member,) = zip_members(tmp_path / "a.zip", OPTIONS)
    assert member.name == "数据/树叶.txt"
    with tarfile.open(tmp_path / "a.tar", "w", encoding=encoding, format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("数据/树叶.txt"))
    (member,) = tar_members(tmp_path / "a.tar", OPTIONS)
    assert member.name == "数据/树叶.txt"


def test_a_directory_that_says_too_many_members_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.txt", "a")
    with pytest.raises(LeafoutError, match="holds 20 members, the limit is 10"):
        list(zip_members(path, ReadOptions(name="a", max_members=10)))
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x05\x06")
    data[place + 12 : place + 16] = struct.pack("<I", 1 << 31)  # a lie about the directory's length
    path.write_bytes(data)
    with pytest.raises((LeafoutError, zipfile.BadZipFile)):
        list(zip_members(path, OPTIONS))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all" * 100, b"PK\x05\x06"])
def test_what_is_no_zip_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(LeafoutError, match="not a ZIP file"):
        list(zip_members(tmp_path / "a.zip", OPTIONS))


def test_a_tar_header_that_wants_much_memory_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    with pytest.raises(LeafoutError, match="a header of the archive is 8589934592 bytes long"):
        list(tar_members(tmp_path / "a.tar", OPTIONS))


def test_members_are_read_in_order_while_they_are_at_hand(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for size in (0, 1, 511, 512, 513, 5000):
            info = tarfile.TarInfo(f"{size}.txt")
            info.size = size
            tar.addfile(info, io.BytesIO(b"x" * size))
    members = tar_members(tmp_path / "a.tar", OPTIONS)
    assert [(member.name, len(member.read())) for member in members if member.name != "512.txt"] == [
        (f"{size}.txt", size) for size in (0, 1, 511, 513, 5000)
    ]
