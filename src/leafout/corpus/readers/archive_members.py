"""The members of archives, one at a time, with everything refused that an archive must not do.

A member is never written under its own name: nothing here makes a path of it.
"""

import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.opening import MAX_RATIO, open_bytes
from leafout.corpus.readers.record import ReadOptions

COPY_BYTES = 1 << 20
_SMALL_STEP_BYTES = 4096
"""zipfile unpacks all that this much of bzip2 or LZMA holds at once: 80 MB at worst."""

_MAX_HEADER_BYTES = 4 << 20
_HARMLESS_BYTES = 64 << 20
_MAX_ENTRY_BYTES = 512
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")
_HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")

BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
          ValueError, OverflowError)  # fmt: skip
"""What the libraries raise for archives that are damaged or lie."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: made printable.
        stream: its bytes; None where it is refused or passed over.
        refused: why it is not read.
        hidden: whether it is passed over as nobody's data.
        most_bytes: what it may unpack to before it is a bomb; None where the archive as a whole is watched.
        step_bytes: how much to ask for at a time.
    """

    name: str
    stream: IO[bytes] | None = None
    refused: str = ""
    hidden: bool = False
    most_bytes: int | None = None
    step_bytes: int = COPY_BYTES

    def read(self) -> bytes:
        """The next piece; nothing at the end."""
        return b"" if self.stream is None else self.stream.read(self.step_bytes)


def fault_of_name(name: str) -> str:
    """Why a member's name is refused, or nothing."""
    if name.startswith("/") or _DRIVE.match(name):
        return "absolute name"
    if ".." in name.split("/"):
        return "name climbs out of the archive"
    if not name.strip("/ ."):
        return "no name"
    return ""


def is_hidden(name: str) -> bool:
    """Whether a member is what file managers leave behind."""
    parts = name.split("/")
    return any(part.startswith(".") or part in _HIDDEN for part in parts if part not in {"", "."})


def printable(name: str) -> str:
    """A name for messages and `source`: slashes as Unix has them, no control characters."""
    return _CONTROL.sub("_", name.replace("\\", "/"))[:1000].removeprefix("./")


def zip_members(path: Path, options: ReadOptions) -> Iterator[Member]:
    """The members of a ZIP file, in the order of its directory.

    Raises:
        LeafoutError: when it is none, or its directory is too long.
    """
    _check_directory(path, options)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield from _zip_member(archive, info, options)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, options: ReadOptions) -> Iterator[Member]:
    name = printable(_zip_name(info))
    kind = stat.S_IFMT(info.external_attr >> 16)
    refused = fault_of_name(name) or _fault_of_kind(kind) or ("encrypted" if info.flag_bits & 1 else "")
    if not refused and info.file_size > options.max_file_bytes:
        refused = f"too large: {info.file_size} bytes, the limit is {options.max_file_bytes}"
    if refused or is_hidden(name):
        yield Member(name, refused=refused, hidden=not refused)
        return
    try:
        stream = archive.open(info)
    except BROKEN as error:
        yield Member(name, refused=f"cannot be opened: {error}"[:200])
        return
    with stream:
        step = COPY_BYTES if info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} else _SMALL_STEP_BYTES
        most = max(_HARMLESS_BYTES, MAX_RATIO * info.compress_size)
        yield Member(name, stream, most_bytes=most, step_bytes=step)


def _fault_of_kind(kind: int) -> str:
    if kind == stat.S_IFLNK:
        return "symbolic link"
    return "" if kind in {0, stat.S_IFREG} else "device"


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: old tools wrote bytes of UTF-8 or GB18030 without saying so."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    data = info.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _check_directory(path: Path, options: ReadOptions) -> None:
    """Refuse a directory that would fill memory before it is read (APPNOTE.TXT 4.3.16: its length is at the end)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 66_000))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise LeafoutError("not a ZIP file, or its end is missing", where=options.name)
    count = int.from_bytes(tail[place + 10 : place + 12], "little")
    length = int.from_bytes(tail[place + 12 : place + 16], "little")
    wide = tail.rfind(b"PK\x06\x06")
    if wide >= 0 and len(tail) >= wide + 48:
        count = max(count if count != 0xFFFF else 0, int.from_bytes(tail[wide + 32 : wide + 40], "little"))
        length = max(length if length != 0xFFFFFFFF else 0, int.from_bytes(tail[wide + 40 : wide + 48], "little"))
    if count > options.max_members:
        raise LeafoutError(
            f"the archive holds {count} members, the limit is {options.max_members}",
            where=options.name,
            hint="unpack it yourself and name the folder",
        )
    if min(length, size) > max(1 << 20, options.max_members * _MAX_ENTRY_BYTES):
        raise LeafoutError(f"the archive's directory is {length} bytes long", where=options.name)


def tar_members(path: Path, options: ReadOptions) -> Iterator[Member]:
    """The members of a tar file, packed or not, in one pass.

    Raises:
        LeafoutError: when it is damaged or unpacks to more than the limits.
    """
    with open_bytes(path, options) as stream:
        forward = _Forward(stream, options)
        with tarfile.open(fileobj=forward, mode="r:", errors="surrogateescape") as archive:  # type: ignore[call-overload]  # it reads, tells and seeks: no more is used
            while (info := archive.next()) is not None:
                archive.members = []  # it remembers every one
                if not info.isdir():
                    yield _tar_member(archive, info, options)
        if forward.last.count(0) != tarfile.BLOCKSIZE:
            raise tarfile.ReadError("it ends without the mark of the end")  # tarfile takes bad headers for the end


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, options: ReadOptions) -> Member:
    name = printable(_tar_name(info.name))
    refused = fault_of_name(name)
    if not refused and not info.isreg():
        refused = "symbolic link" if info.issym() else "hard link" if info.islnk() else "device"
    if not refused and info.issparse():
        refused = "sparse file"
    if not refused and info.size > options.max_file_bytes:
        refused = f"too large: {info.size} bytes, the limit is {options.max_file_bytes}"
    if refused or is_hidden(name):
        return Member(name, refused=refused, hidden=not refused)
    return Member(name, archive.extractfile(info))


def _tar_name(name: str) -> str:
    data = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


class _Forward:
    """A stream that goes forward alone, for tarfile; refuses headers that want to be long."""

    def __init__(self, stream: IO[bytes], options: ReadOptions) -> None:
        self._stream, self._options, self._place = stream, options, 0
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        if not 0 <= size <= _MAX_HEADER_BYTES:
            raise LeafoutError(f"a header of the archive is {size} bytes long", where=self._options.name)
        data = self._stream.read(size)
        self._place += len(data)
        self.last = data
        return data

    def tell(self) -> int:
        """As of a file."""
        return self._place

    def seek(self, place: int, whence: int = 0) -> int:
        """Read on to a place."""
        if whence or place < self._place:
            raise tarfile.ReadError("the archive goes backward")
        while self._place < place:
            if not self.read(min(COPY_BYTES, place - self._place)):
                break
        return self._place
