import hashlib
import os
import time
from pathlib import Path

import pytest

from leafout.core import digest
from leafout.core.digest import DigestMemory, folder_digest, payload_files, sha256_file


def test_the_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    path = tmp_path / "叶.txt"
    path.write_bytes(b"leaf")
    assert sha256_file(path) == hashlib.sha256(b"leaf").hexdigest()


def test_payload_is_what_is_neither_note_nor_manifest(tmp_path: Path) -> None:
    for name in ["b/x", "a", "notes/clock", "manifest.json", "b/notes/kept"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.as_posix() for path in payload_files(tmp_path)] == ["a", "b/notes/kept", "b/x"]


def test_a_folder_digest_depends_on_names_and_content_and_not_on_order() -> None:
    assert folder_digest({"a": "1", "b": "2"}) == folder_digest({"b": "2", "a": "1"})
    assert folder_digest({"a": "1", "b": "2"}) != folder_digest({"a": "2", "b": "1"})


def test_an_old_unchanged_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, memory = tmp_path / "a", DigestMemory(tmp_path / "d.sqlite")
    path.write_text("x")
    monkeypatch.setattr(digest, "_FRESH_NS", -1)
    first = memory.sha256(path)
    monkeypatch.setattr(digest, "sha256_file", lambda _: pytest.fail("hashed again"))
    assert memory.sha256(path) == first


def test_a_fresh_file_is_not_remembered(tmp_path: Path) -> None:
    path, memory = tmp_path / "a", DigestMemory(tmp_path / "d.sqlite")
    path.write_text("x")
    first = memory.sha256(path)
    status = path.stat()
    path.write_text("y")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert memory.sha256(path) != first


def test_a_changed_file_is_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "_FRESH_NS", -1)
    path, memory = tmp_path / "a", DigestMemory(tmp_path / "d.sqlite")
    path.write_text("x")
    first = memory.sha256(path)
    time.sleep(0.01)
    path.write_text("y")
    assert memory.sha256(path) != first


def test_a_memory_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    assert DigestMemory(tmp_path / "missing" / "d.sqlite").sha256(path) == sha256_file(path)
    (tmp_path / "broken.sqlite").write_text("no database" * 100)
    assert DigestMemory(tmp_path / "broken.sqlite").sha256(path) == sha256_file(path)
