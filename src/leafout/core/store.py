"""The store: finished folders, found by a key made of what went into them.

An artifact is made in `partial/<stage>-<key>/` under a lock, its files and folders are fsynced, its manifest written
last, and the folder is renamed once, whole, into `artifacts/`. What can be seen there is therefore complete; what a
crash leaves lies in `partial/` and is thrown away or, for a stage that checkpoints, gone on with.

    root/
      artifacts/<stage>-<key>/   finished, read-only
      partial/<stage>-<key>/     being made
      locks/                     one for each key
      files/<sha256>             equal payload files share disk here (hard links)
      digests.sqlite             remembered digests of unchanged files
"""

import errno
import fcntl
import json
import os
import re
import resource
import shutil
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafout.core.artifact import MANIFEST, NOTES, Artifact, read_artifact, read_manifest, write_manifest
from leafout.core.device import cores, made_with
from leafout.core.digest import DigestMemory, all_files, folder_digest, sha256_file
from leafout.core.durable import sync_folder, sync_tree, write_json
from leafout.core.errors import LeafoutError, Stopped, StoreError
from leafout.core.faults import fault_point
from leafout.core.stage import StageInfo

_SHARED_BYTES = 4096
"""Smaller files are not worth a name in the pool."""

_DISK_ERRORS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the store lies on a read-only file system",
    errno.EACCES: "no permission to write in the store",
    errno.EPERM: "no permission to write in the store",
    errno.EIO: "the disk reports an input/output error",
}
_OS_ERROR = re.compile(r"\(os error (\d{1,4})\)")
_SHORT_WRITE = re.compile(r"\d+ requested and \d+ written")
"""What numpy says of a write that the disk cut short, without the number of the error."""


@dataclass(frozen=True)
class Sweep:
    """What `Store.sweep` removes: artifacts nobody names, leftovers of interrupted work, and their bytes on disk."""

    removed: list[Artifact]
    leftovers: list[Path]
    bytes: int


@dataclass
class Making:
    """One artifact on its way.

    Attributes:
        out: where the stage writes.
        found: set instead when another process finished the same work while we waited for its lock.
    """

    out: Path
    found: Artifact | None
    _done: Callable[[dict[str, float]], Artifact]

    def finish(self, metrics: Mapping[str, float]) -> Artifact:
        """Seal the folder: manifest, fsync, rename.

        Args:
            metrics: what the stage returned.
        """
        return self._done(dict(metrics))


class Store:
    """Artifacts of one machine, on its local disk.

    Args:
        root: the folder; it is made when something is first written.

    Raises:
        StoreError: when the folder, or one above it, is a file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        above = next(path for path in (root, *root.absolute().parents) if path.exists())
        if not above.is_dir():
            raise StoreError("the store is a folder, this is a file", where=str(above), hint="--store .leafout")
        self.memory = DigestMemory(root / "digests.sqlite")

    def folder_of(self, stage: str, key: str) -> Path:
        """Where the artifact of a stage and key lies, or will lie."""
        return self.root / "artifacts" / f"{stage}-{key[:16]}"

    def find(self, key: str) -> Artifact | None:
        """The artifact of a key, its bytes checked against its manifest; None where there is none.

        Raises:
            StoreError: naming the damaged file.
        """
        for path in self.root.glob(f"artifacts/*-{key[:16]}"):
            artifact = read_artifact(path)
            if artifact.key == key:
                self.verify(artifact)
                return artifact
        return None

    def verify(self, artifact: Artifact, *, deep: bool = False) -> None:
        """Check every file of an artifact against its manifest.

        Args:
            artifact: the artifact to check.
            deep: read every byte again, also of files that look unchanged.

        Raises:
            StoreError: naming the first file that is missing, changed or not in the manifest.
        """
        listed: dict[str, dict[str, Any]] = read_manifest(artifact.path)["files"]
        present = {path.as_posix() for path in all_files(artifact.path)} - {MANIFEST}
        for name in sorted(present ^ set(listed)):
            what = "missing" if name in listed else "not in the manifest"
            raise StoreError(f"`{name}` is {what}", where=str(artifact.path), hint=_mend(artifact))
        for name, entry in listed.items():
            path = artifact.path / name
            if path.stat().st_size == entry["bytes"]:
                found = sha256_file(path) if deep else self.memory.sha256(path)
                if found == entry["sha256"]:
                    continue
            raise StoreError(f"`{name}` is damaged: its sha256 changed", where=str(path), hint=_mend(artifact))
        payload = {name: entry["sha256"] for name, entry in listed.items() if not _is_note(name)}
        if folder_digest(payload) != artifact.digest:
            place = str(artifact.path / MANIFEST)
            raise StoreError("the digest is not that of the files listed", where=place, hint=_mend(artifact))

    def artifacts(self) -> Iterator[Artifact]:
        """Every finished artifact, oldest first."""
        folders = sorted(self.root.glob("artifacts/*/"), key=lambda path: (path.stat().st_mtime, path.name))
        for folder in folders:
            yield read_artifact(folder)

    @contextmanager
    def making(
        self,
        info: StageInfo,
        *,
        key: str,
        config: dict[str, Any],
        inputs: Mapping[str, str],
        outside: Mapping[str, str],
        seed: int | None,
        waiting: Callable[[], bool] = lambda: False,
    ) -> Iterator[Making]:
        """Make the artifact of a key, alone.

        Args:
            info: the stage.
            key: its key.
            config: the filled-in config.
            inputs: digest of each input.
            outside: sha256 of each outside file.
            seed: the seed, for a seeded stage.
            waiting: called while another process holds the key; return True to stop waiting.

        Yields:
            a `Making`; when its `found` is set there is nothing left to do.

        Raises:
            StoreError: disk full, no permission, an I/O error; what was finished before stays as it was.
            Stopped: `waiting` asked for it.
        """
        name = f"{info.name}-{key[:16]}"
        out = self.root / "partial" / name
        with disk_errors(self.root), self._locked(name, waiting):
            found = self.find(key)
            if found is None:
                _start(out, resumable=info.resumable)
            started = time.monotonic()
            about = {"key": key, "stage": info.name, "version": info.version, "config": config}
            about |= {"inputs": dict(inputs), "outside": dict(outside), "seed": seed}

            def done(metrics: dict[str, float]) -> Artifact:
                seconds = _count_sitting(out, time.monotonic() - started, final=True)
                return self._seal(out, about | {"metrics": metrics, "seconds": round(seconds, 3)})

            try:
                yield Making(out, found, done)
            except BaseException:
                if out.exists() and info.resumable:
                    _count_sitting(out, time.monotonic() - started, final=False)
                elif out.exists():
                    shutil.rmtree(out, ignore_errors=True)
                raise

    def _seal(self, out: Path, about: dict[str, Any]) -> Artifact:
        fault_point("store.seal")
        sync_tree(out)
        files = {
            path.as_posix(): {"sha256": sha256_file(out / path), "bytes": (out / path).stat().st_size}
            for path in all_files(out)
        }
        digest = folder_digest({n: str(e["sha256"]) for n, e in files.items() if not _is_note(n)})
        write_manifest(out, about | {"digest": digest, "made_with": made_with(), "files": files})
        target = self.folder_of(about["stage"], about["key"])
        target.parent.mkdir(parents=True, exist_ok=True)
        fault_point("store.rename")
        out.rename(target)
        sync_folder(target.parent)
        fault_point("store.share")
        self._share(target, files)
        return read_artifact(target)

    def _share(self, folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
        pool = self.root / "files"
        pool.mkdir(exist_ok=True)
        for name, entry in files.items():
            path, pooled = folder / name, pool / str(entry["sha256"])
            path.chmod(0o444)
            if _is_note(name) or entry["bytes"] < _SHARED_BYTES:
                continue
            try:
                pooled.hardlink_to(path)
            except FileExistsError:
                beside = pool / f".{os.getpid()}-{threading.get_native_id()}.link"
                beside.unlink(missing_ok=True)
                beside.hardlink_to(pooled)
                fault_point("store.link")
                beside.rename(path)
            except OSError:
                return  # a file system without hard links stores equal files twice

    @contextmanager
    def _locked(self, name: str, waiting: Callable[[], bool]) -> Iterator[None]:
        path = self.root / "locks" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if waiting():
                        raise Stopped from None
                    time.sleep(0.1)
            yield

    def sweep(self, keep: Collection[str], *, dry: bool) -> Sweep:
        """Remove every artifact whose key nobody keeps, leftovers that no process works on, and unshared pool files.

        Args:
            keep: keys that stay.
            dry: only say what would go.
        """
        removed = [artifact for artifact in self.artifacts() if artifact.key not in keep]
        leftovers = [path for path in sorted(self.root.glob("partial/*/")) if self._is_idle(path.name)]
        going = {path for folder in [*(a.path for a in removed), *leftovers] for path in _files_in(folder)}
        freed = _freed_bytes(going, self.root / "files")
        if not dry:
            for folder in [*(artifact.path for artifact in removed), *leftovers]:
                shutil.rmtree(folder)
            for pooled in (self.root / "files").glob("*"):
                if pooled.stat().st_nlink == 1:
                    pooled.unlink()
        return Sweep(removed, leftovers, freed)

    def _is_idle(self, name: str) -> bool:
        path = self.root / "locks" / f"{name}.lock"
        if not path.exists():
            return True
        with path.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True


def _start(out: Path, *, resumable: bool) -> None:
    """Hand over an empty folder, or what a resumable stage left there."""
    if out.exists() and not resumable:
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    for path in [out / MANIFEST, *out.rglob(".*.partial")]:
        path.unlink(missing_ok=True)
    (out / NOTES).mkdir(exist_ok=True)


def _count_sitting(out: Path, seconds: float, *, final: bool) -> float:
    """Add this sitting to `notes/cost.json`; the seconds of all sittings."""
    path = out / NOTES / "cost.json"
    try:
        before = float(json.loads(path.read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        before = 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    try:
        write_json(path, {"seconds": before + seconds, "peak_bytes": peak, "cores": cores()})
    except OSError:
        if final:
            raise
    return before + seconds


def _is_note(name: str) -> bool:
    return name.startswith(f"{NOTES}/")


def _files_in(folder: Path) -> list[Path]:
    return [folder / path for path in all_files(folder)]


def _freed_bytes(going: set[Path], pool: Path) -> int:
    """The bytes that really come free: a shared file counts when every name of it goes."""
    names: dict[int, list[os.stat_result]] = {}
    for path in going:
        status = path.stat()
        names.setdefault(status.st_ino, []).append(status)
    pooled = {path.stat().st_ino for path in pool.glob("*")} if pool.exists() else set()
    return sum(
        statuses[0].st_size
        for inode, statuses in names.items()
        if statuses[0].st_nlink <= len(statuses) + (inode in pooled)
    )


def _mend(artifact: Artifact) -> str:
    return f"remove it and run again: rm -rf {artifact.path}"


@contextmanager
def disk_errors(root: Path) -> Iterator[None]:
    """Tell what the disk refuses as something to mend, and not as our bug.

    Raises:
        StoreError: instead of an error of a full, read-only, forbidden or failing disk.
    """
    try:
        yield
    except LeafoutError:
        raise
    except Exception as error:
        number = _errno_of(error)
        said = _DISK_ERRORS.get(number)
        if said is None:
            raise
        place = str(getattr(error, "filename", None) or root)
        if number in {errno.EACCES, errno.EPERM} and not Path(place).absolute().is_relative_to(root.absolute()):
            said = "no permission for this file"
        full = number in {errno.ENOSPC, errno.EDQUOT}
        what = "make space (`leafout gc` says what can go)" if full else "mend that"
        raise StoreError(said, where=place, hint=f"{what} and run again: what was finished is intact") from error


def _errno_of(error: Exception) -> int:
    """The number of what the system refused; 0 where it refused nothing.

    safetensors and tokenizers raise exceptions of their own that end in `(os error 28)`.
    """
    if isinstance(error, OSError) and error.errno:
        return error.errno
    if isinstance(error, OSError) and _SHORT_WRITE.search(str(error)):
        return errno.ENOSPC
    found = _OS_ERROR.search(str(error))
    return int(found[1]) if found else 0
