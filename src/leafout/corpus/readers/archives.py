"""Archives (.zip, .tar and packed tar, one in another up to three deep): each member is read by its own format.

A member lies in a scratch folder while it is read, under a name of ours, and nowhere else; its documents have
`source = "archive.zip!inner/name.txt"`. Memory holds one row and the names of the members.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.archive_members import BROKEN, Member, tar_members, zip_members
from leafout.corpus.readers.formats import detect_format, reader
from leafout.corpus.readers.record import INNER, ReadOptions, Reject, SelectedRecords, Skip

MAX_DEPTH = 3
_NAME = re.compile(r"[^\w.-]+")


@dataclass
class _Opened:
    """What one outermost archive has given so far."""

    scratch: Path
    members: int = 0
    unpacked_bytes: int = 0
    names: Counter[str] = field(default_factory=Counter)


def read_zip(path: Path, options: ReadOptions) -> SelectedRecords:
    """The documents of all members of a ZIP file; a refused or unreadable member is one reject."""
    return _read(path, options, zip_members)


def read_tar(path: Path, options: ReadOptions) -> SelectedRecords:
    """The documents of all members of a tar file; of a truncated one, those before the end, and one reject."""
    return _read(path, options, tar_members)


_Members = Callable[[Path, ReadOptions], Iterator[Member]]


def _read(path: Path, options: ReadOptions, members: _Members) -> SelectedRecords:
    with tempfile.TemporaryDirectory(prefix="leafout-members-", dir=options.scratch) as scratch:
        yield from _archive(path, options, members, _Opened(Path(scratch)), depth=1)


def _archive(path: Path, options: ReadOptions, members: _Members, opened: _Opened, *, depth: int) -> SelectedRecords:
    found = members(path, options)
    count = 0
    while True:
        try:
            member = next(found, None)
        except (LeafoutError, *BROKEN) as error:
            said = f"damaged archive: {_said(error)}, after {count} members"
            yield Reject(None, said, source=options.name)
            return
        if member is None:
            return
        count += 1
        opened.members += 1
        if opened.members > options.max_members:
            yield Reject(None, f"too many members: the limit is {options.max_members}", source=options.name)
            return
        yield from _member(member, options, opened, depth)


def _member(member: Member, options: ReadOptions, opened: _Opened, depth: int) -> SelectedRecords:
    source = f"{options.name}{INNER}{member.name}"
    opened.names[source] += 1
    if opened.names[source] > 1:
        source = f"{source}#{opened.names[source]}"
        yield Skip(None, f"name stands twice: read as `{source}`", source=source)
    if member.refused:
        yield Reject(None, f"refused member: {member.refused}", member.name, source=source)
    elif member.hidden:
        yield Skip(None, "hidden file", source=source)
    else:
        place = opened.scratch / f"{depth}-{_file_name(member.name)}"
        try:
            fault = _copy(member, place, options, opened)
            if fault:
                yield Reject(None, fault, member.name, source=source)
            else:
                yield from _documents(place, replace(options, name=source), opened, depth)
        finally:
            place.unlink(missing_ok=True)


def _file_name(name: str) -> str:
    """A harmless name with the suffixes that tell the format."""
    return _NAME.sub("_", PurePosixPath(name).name)[-80:]


def _copy(member: Member, place: Path, options: ReadOptions, opened: _Opened) -> str:
    """Write a member to a file; why that cannot be, or nothing."""
    count = 0
    with place.open("wb") as file:
        while True:
            try:
                data = member.read()
            except (LeafoutError, *BROKEN) as error:
                return f"damaged member: {_said(error)}, after {count} bytes"
            if not data:
                return ""
            count += len(data)
            opened.unpacked_bytes += len(data)
            if member.most_bytes is not None and count > member.most_bytes:
                return f"refused member: unpacks to over {member.most_bytes} bytes, a bomb"
            if opened.unpacked_bytes > options.max_file_bytes:
                return f"refused member: the archive unpacks to more than {options.max_file_bytes} bytes"
            file.write(data)


def _documents(place: Path, options: ReadOptions, opened: _Opened, depth: int) -> SelectedRecords:
    """The documents of a member, each with its source."""
    try:
        kind = detect_format(place, options)
        inner = {"zip": zip_members, "tar": tar_members}.get(kind)
        if inner is not None:
            if depth >= MAX_DEPTH:
                yield Reject(None, f"nested too deep: over {MAX_DEPTH} archives", source=options.name)
                return
            yield from _archive(place, options, inner, opened, depth=depth + 1)
            return
        for record in reader(kind)(place, options):
            yield replace(record, source=record.source or options.name)
    except LeafoutError as error:
        yield Reject(None, f"unreadable member: {_said(error)}", source=options.name)


def _said(error: Exception) -> str:
    said = error.message if isinstance(error, LeafoutError) else str(error) or type(error).__name__
    return " ".join(said.split())[:200]
