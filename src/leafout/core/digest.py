"""sha256 of files and folders, remembered while a file stays the same."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from leafout.core.artifact import MANIFEST, NOTES

_FRESH_NS = 2_000_000_000
"""A file changed less than two seconds ago may change again within one tick of its clock: not remembered."""

_TABLE = "CREATE TABLE IF NOT EXISTS digests (name TEXT PRIMARY KEY, stamp TEXT, sha256 TEXT)"


def sha256_file(path: Path) -> str:
    """The sha256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def payload_files(folder: Path) -> list[Path]:
    """The payload of an artifact: every file but the manifest and what lies in `notes/`, relative, sorted."""
    return [path for path in all_files(folder) if path.parts[0] != NOTES and path.parts != (MANIFEST,)]


def all_files(folder: Path) -> list[Path]:
    """Every file below a folder, relative to it, sorted by its POSIX name."""
    found = [(Path(here) / name).relative_to(folder) for here, _, names in os.walk(folder) for name in names]
    return sorted(found, key=Path.as_posix)


def folder_digest(files: Mapping[str, str]) -> str:
    """One digest for many files.

    Args:
        files: sha256 of each file by its relative POSIX name.
    """
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{files[name]}\n".encode())
    return whole.hexdigest()


class DigestMemory:
    """Remembers the digest of a file by path, size, times and inode, in a small database beside the store.

    A database that cannot be written (a read-only store, a full disk) only costs time: files are hashed again.
    """

    def __init__(self, database: Path) -> None:
        self._database = database

    def sha256(self, path: Path) -> str:
        """The sha256 of a file, hashed only when it is new or has changed."""
        status = path.stat()
        name = str(path.resolve())
        stamp = f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"
        known = self._recall(name, stamp)
        if known is not None:
            return known
        digest = sha256_file(path)
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _FRESH_NS and _same(path, stamp):
            self._remember(name, stamp, digest)
        return digest

    def folder(self, folder: Path) -> str:
        """The digest of an outside folder (all its files): a local model, for example."""
        return folder_digest({path.as_posix(): self.sha256(folder / path) for path in all_files(folder)})

    def _recall(self, name: str, stamp: str) -> str | None:
        found = self._execute("SELECT sha256 FROM digests WHERE name = ? AND stamp = ?", name, stamp)
        return None if found is None else str(found[0])

    def _remember(self, name: str, stamp: str, digest: str) -> None:
        self._execute("REPLACE INTO digests VALUES (?, ?, ?)", name, stamp, digest)

    def _execute(self, statement: str, *values: str) -> tuple[str, ...] | None:
        try:
            with closing(sqlite3.connect(self._database, timeout=10)) as connection, connection:
                connection.execute(_TABLE)
                row: tuple[str, ...] | None = connection.execute(statement, values).fetchone()
                return row
        except sqlite3.Error:
            return None


def _same(path: Path, stamp: str) -> bool:
    status = path.stat()
    return stamp == f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"
