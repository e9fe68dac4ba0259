import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import zstandard

from leafout.corpus.documents import Document
from leafout.corpus.readers import archive_members
from leafout.corpus.readers.archives import read_tar, read_zip
from leafout.corpus.readers.formats import detect_format, reader
from leafout.corpus.readers.record import ReadOptions, Reject, Skip

FILES = {
    "data/行.jsonl": '{"text": "叶子", "label": "好"}\n{"text": 5}\n'.encode(),
    "rows.csv": b"text,label\nleaf,1\n",
    "note.txt.xz": lzma.compress("一片叶子。".encode()),
}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is a variable
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def read(tmp_path: Path, name: str, data: bytes, **options: Any) -> list[Document | Reject | Skip]:
    path, scratch = tmp_path / name, tmp_path / "scratch"
    path.write_bytes(data)
    scratch.mkdir(exist_ok=True)
    chosen = ReadOptions(name=f"in/{name}", scratch=scratch, **options)
    found = list(reader(detect_format(path, chosen))(path, chosen))
    assert list(scratch.iterdir()) == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([name, "scratch"])
    return found


def texts(records: list[Document | Reject | Skip]) -> list[str]:
    return [record.text for record in records if isinstance(record, Document)]


def reasons(records: list[Document | Reject | Skip]) -> list[str]:
    return [record.reason for record in records if not isinstance(record, Document)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(FILES)),
        ("stored.zip", zipped(FILES, zipfile.ZIP_STORED)),
        ("bz2.zip", zipped(FILES, zipfile.ZIP_BZIP2)),
        ("lzma.zip", zipped(FILES, zipfile.ZIP_LZMA)),
        ("a.tar", tarred(FILES)),
        ("a.tar.gz", tarred(FILES, "w:gz")),
        ("a.tgz", tarred(FILES, "w:gz")),
        ("a.tar.bz2", tarred(FILES, "w:bz2")),
        ("a.TAR.XZ", tarred(FILES, "w:xz")),
        ("a.tar.zst", zstandard.compress(tarred(FILES))),
        ("noname", zipped(FILES)),
        ("noname", tarred(FILES)),
    ],
)
def test_every_member_is_read_by_its_own_format_and_says_where_it_lies(tmp_path: Path, name: str, data: bytes) -> None:
    records = read(tmp_path, name, data)
    assert texts(records) == ["叶子", "leaf", "一片叶子。"]
    assert [(record.source, record.line) for record in records if isinstance(record, Document | Reject)] == [
        (f"in/{name}!data/行.jsonl", 1),
        (f"in/{name}!data/行.jsonl", 2),
        (f"in/{name}!rows.csv", 2),
        (f"in/{name}!note.txt.xz", 1),
    ]


def nested(depth: int) -> bytes:
    data = zipped({"a.txt": b"deep"})
    for level in range(depth - 1):
        data = tarred({"in.zip": data}) if level % 2 == 0 else zipped({"in.tar": data})
    return data


def test_archives_in_archives_are_read_up_to_three_deep(tmp_path: Path) -> None:
    (document,) = read(tmp_path, "a.zip", nested(3))
    assert isinstance(document, Document)
    assert (document.text, document.source) == ("deep", "in/a.zip!in.tar!in.zip!a.txt")
    (reject,) = read(tmp_path, "a.zip", zipped({"in.zip": nested(3)}))
    assert isinstance(reject, Reject)
    assert reject.reason == "nested too deep: over 3 archives"


def test_members_that_would_leave_the_folder_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    files = {
        "../up.txt": b"x",
        "/abs.txt": b"x",
        "a/../../b.txt": b"x",
        "..\\w.txt": b"x",
        "C:\\c.txt": b"x",
        "ok.txt": b"ok",
    }
    for name, data in (("a.zip", zipped(files)), ("a.tar", tarred(files))):
        place = tmp_path / name.replace(".", "_")
        place.mkdir()
        records = read(place, name, data)
        assert texts(records) == ["ok"]
        assert len(reasons(records)) == 5
        assert all(reason.startswith("refused member") for reason in reasons(records))
        assert not (tmp_path / "up.txt").exists()


@pytest.mark.parametrize(
    ("kind", "said"),
    [(tarfile.SYMTYPE, "symbolic link"), (tarfile.LNKTYPE, "hard link"), (tarfile.CHRTYPE, "device"),
     (tarfile.BLKTYPE, "device"), (tarfile.FIFOTYPE, "device")],
)  # fmt: skip
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes, said: str) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    (reject,) = read(tmp_path, "a.tar", buffer.getvalue())
    assert isinstance(reject, Reject)
    assert reject.reason == f"refused member: {said}"


def test_links_in_zip_files_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, mode in (("link.txt", stat.S_IFLNK), ("pipe.txt", stat.S_IFIFO)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (mode | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    assert reasons(read(tmp_path, "a.zip", buffer.getvalue())) == [
        "refused member: symbolic link",
        "refused member: device",
    ]


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": b"secret"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    assert reasons(read(tmp_path, "a.zip", bytes(data))) == ["refused member: encrypted"]


def test_bombs_are_refused_and_the_members_beside_them_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_members, "_HARMLESS_BYTES", 1000)
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        records = read(tmp_path, "a.zip", zipped({"bomb.txt": b"\n" * 3_000_000, "ok.txt": b"ok"}, method))
        assert texts(records) == ["ok"]
        assert "a bomb" in reasons(records)[0]


def test_a_packed_tar_over_the_limits_keeps_what_came_before(tmp_path: Path) -> None:
    files = {"first.txt": b"first", "big.txt": b"x" * 200_000, "last.txt": b"last"}
    for name, data in (("a.tar.gz", tarred(files, "w:gz")), ("a.zip", zipped(files))):
        place = tmp_path / name.replace(".", "_")
        place.mkdir()
        records = read(place, name, data, max_file_bytes=100_000)
        assert texts(records)[0] == "first"
        assert any("limit is 100000" in one or "more than 100000" in one for one in reasons(records))


def test_a_truncated_archive_keeps_what_came_before_and_says_so_once(tmp_path: Path) -> None:
    import os

    files = {"a.txt": b"first", "b.txt": os.urandom(3000).hex().encode(), "c.txt": b"last"}
    for name, data in (
        ("a.tar", tarred(files)),
        ("a.tar.gz", tarred(files, "w:gz")),
        ("a.tar.xz", tarred(files, "w:xz")),
    ):
        place = tmp_path / name.replace(".", "_")
        place.mkdir()
        records = read(place, name, data[: len(data) * 2 // 5])
        assert len(reasons(records)) >= 1
        assert len(reasons(records)) <= 2
        if name == "a.tar":
            assert texts(records)[0] == "first"


def test_a_damaged_member_of_a_zip_is_rejected_alone(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": b"first " * 50, "b.txt": b"second"}, zipfile.ZIP_STORED))
    data[data.find(b"first")] ^= 0xFF
    records = read(tmp_path, "a.zip", bytes(data))
    assert texts(records) == ["second"]
    assert reasons(records)[0].startswith("damaged member: Bad CRC-32")


def test_doubled_names_are_read_as_two_and_told(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "two")
    records = read(tmp_path, "a.zip", buffer.getvalue())
    assert [(r.text, r.source) for r in records if isinstance(r, Document)] == [
        ("one", "in/a.zip!a.txt"),
        ("two", "in/a.zip!a.txt#2"),
    ]
    assert reasons(records) == ["name stands twice: read as `in/a.zip!a.txt#2`"]


def test_hidden_files_are_passed_over_with_a_count(tmp_path: Path) -> None:
    records = read(tmp_path, "a.zip", zipped({".DS_Store": b"x", "__MACOSX/._a.txt": b"x", "a.txt": b"a"}))
    assert [type(record) for record in records] == [Skip, Skip, Document]


def test_members_over_the_number_are_not_read(tmp_path: Path) -> None:
    records = read(tmp_path, "a.tar", tarred({f"{n}.txt": b"a" for n in range(9)}), max_members=4)
    assert len(texts(records)) == 4
    assert reasons(records) == ["too many members: the limit is 4"]


def test_members_of_unknown_kind_are_rejected_one_by_one(tmp_path: Path) -> None:
    files = {"a.png": b"\x89PNG\0\0", "LICENSE": b"free", "blob": b"\x01\0\0\x02" * 9, "n.csv": b"x,y\n1,2\n3,4\n5,6\n"}
    records = read(tmp_path, "a.zip", zipped(files))
    assert texts(records) == ["free"]
    assert [reason.partition(":")[0] for reason in reasons(records)] == ["unreadable member"] * 3


def test_an_archive_that_is_none_is_one_reject(tmp_path: Path) -> None:
    for read_archive in (read_zip, read_tar):
        (tmp_path / "a").write_bytes(b"nothing of the kind" * 100)
        (reject,) = read_archive(tmp_path / "a", ReadOptions(name="a"))
        assert isinstance(reject, Reject)
        assert reject.reason.startswith("damaged archive")


def test_a_scratch_folder_that_cannot_be_written_is_no_fault_of_the_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(FILES))
    with pytest.raises(OSError, match="No such file"):
        list(read_zip(tmp_path / "a.zip", ReadOptions(name="a", scratch=tmp_path / "missing")))
