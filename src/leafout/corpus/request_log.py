"""The request log: JSON lines in segments, one writer a folder, closed segments for whoever reads.

    <folder>/
      lock                        held by the writer
      open/<opened at>.jsonl      being written
      closed/<opened at>.jsonl    whole, never changed again

What reaches the disk when: each entry is handed to the operating system whole, in one write, so that it survives a kill
of the process; the file is fsynced when its segment closes, so that a power cut costs at most the open segment. A line
that was torn by either is cut off, and counted, when the folder is opened again.

Texts are masked (`text.pii`) before they are written. JSON escapes line ends and control characters, so no text can
forge a line. Files and folders are readable by their owner alone.
"""

import fcntl
import json
import logging
import math
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from leafout.core.durable import sync_folder
from leafout.core.errors import LeafoutError
from leafout.core.faults import fault_point
from leafout.text.pii import mask

logger = logging.getLogger(__name__)

OPEN, CLOSED = "open", "closed"
_SUFFIX = ".jsonl"
_DAY_SECONDS = 86_400
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that JSON lets be, and that end lines or turn text around in terminals and editors."""

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line of a closed segment that is no entry: a disk or a person changed it.

    Attributes:
        line: its 1-based number.
        reason: why.
    """

    line: int
    reason: str


class RequestLog:
    """Appends entries to the open segment of a folder.

    The disk is first touched here; when it cannot be written, `write` tries again and raises.

    Args:
        folder: of one slot; made when it is not there.
        segment_bytes: a segment is closed when it is larger.
        segment_seconds: a segment is closed when it is older, also while nothing is written.
        retention_days: closed segments are removed so many days after their last entry; 0 keeps them.
        retention_bytes: the oldest closed segments are removed while all together are larger; 0 keeps them.

    Attributes:
        torn_lines: half lines that were cut off on opening.

    Raises:
        LeafoutError: when another process writes to the folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = 16 << 20,
        segment_seconds: float = 3600.0,
        retention_days: float = 30.0,
        retention_bytes: int = 4 << 30,
    ) -> None:
        self.torn_lines = 0
        self._folder = folder
        self._segment_bytes, self._segment_seconds = segment_bytes, segment_seconds
        self._retention_seconds, self._retention_bytes = retention_days * _DAY_SECONDS, retention_bytes
        self._lock_file: IO[bytes] | None = None
        self._segment: IO[bytes] | None = None
        self._size = 0
        self._timer: threading.Timer | None = None
        self._changing = threading.RLock()
        try:
            self._start()
        except BlockingIOError:
            message, hint = "another process writes this request log", "stop that service, or serve under another slot"
            raise LeafoutError(message, where=str(folder), hint=hint) from None
        except OSError as error:
            logger.warning("the request log cannot be opened: %s", error)

    def write(self, entry: Entry) -> None:
        """Append an entry; its `texts` are masked.

        Raises:
            OSError: when the disk cannot be written; the segment holds whole lines all the same.
        """
        line = line_of(entry)
        with self._changing:
            self._start()
            if self._segment is not None and self._size + len(line) > self._segment_bytes:
                self._finish()
            segment = self._segment or self._open()
            self._append(segment, line)

    def close(self) -> None:
        """Close the segment, so that it can be read, and let go of the folder.

        Raises:
            OSError: when the disk cannot be written; the segment is closed when the folder is opened again.
        """
        with self._changing:
            try:
                self._finish()
            finally:
                if self._lock_file is not None:
                    self._lock_file.close()
                    self._lock_file = None

    def _start(self) -> None:
        """Take the folder, close what a killed writer left open, and remove what is too old."""
        if self._lock_file is not None:
            return
        self._make_folders()
        lock = _opened(self._folder / "lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in sorted((self._folder / OPEN).glob(f"*{_SUFFIX}")):
                self._mend(path)
            self._forget()
        except OSError:
            lock.close()
            raise
        self._lock_file = lock

    def _mend(self, path: Path) -> None:
        """Cut a torn half line off a segment that was left open, and close it."""
        with path.open("r+b") as file:
            whole = _whole_bytes(file)
            if whole < file.seek(0, os.SEEK_END):
                self.torn_lines += 1
                logger.warning("a torn line was cut off %s", path.name)
                file.truncate(whole)
            os.fsync(file.fileno())
        if whole:
            self._move(path)
        else:
            path.unlink()

    def _make_folders(self) -> None:
        for path in (self._folder, self._folder / OPEN, self._folder / CLOSED):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _open(self) -> IO[bytes]:
        self._make_folders()
        path = self._folder / OPEN / _free_name(self._folder)
        self._segment, self._size = _opened(path), 0
        self._timer = threading.Timer(self._segment_seconds, self._expire, [path.name])
        self._timer.daemon = True
        self._timer.start()
        return self._segment

    def _append(self, segment: IO[bytes], line: bytes) -> None:
        """Write a line; when that fails, cut off what got there of it."""
        try:
            if fault_point("request_log.write"):
                os.write(segment.fileno(), line[: len(line) // 2])
                raise OSError("fault point request_log.write")
            written = os.write(segment.fileno(), line)
            if written < len(line):
                raise OSError(f"only {written} of {len(line)} bytes were written to {segment.name}")
        except OSError:
            os.ftruncate(segment.fileno(), self._size)
            raise
        self._size += len(line)

    def _expire(self, name: str) -> None:
        with self._changing:
            if self._segment is not None and Path(self._segment.name).name == name:
                try:
                    self._finish()
                except OSError as error:
                    logger.error("a segment of the request log cannot be closed: %s", error)

    def _finish(self) -> None:
        """Force the segment to the disk and move it, whole, to the closed ones."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._segment is None:
            return
        segment, self._segment = self._segment, None
        path = Path(segment.name)
        with segment:
            os.fsync(segment.fileno())
        if self._size:
            self._move(path)
        else:
            path.unlink()
        self._forget()

    def _move(self, path: Path) -> None:
        fault_point("request_log.rename")
        path.rename(self._folder / CLOSED / path.name)
        sync_folder(self._folder / CLOSED)
        sync_folder(self._folder / OPEN)

    def _forget(self) -> None:
        """Remove closed segments beyond the retention, the oldest first."""
        known = [(path, path.stat()) for path in closed_segments(self._folder)]
        total = sum(status.st_size for _, status in known)
        for path, status in known:
            too_old = 0 < self._retention_seconds < time.time() - status.st_mtime
            if too_old or 0 < self._retention_bytes < total:
                path.unlink()
                total -= status.st_size


def line_of(entry: Entry) -> bytes:
    """An entry as one line of JSON, its `texts` masked; NaN and infinities become null."""
    texts = entry.get("texts")
    values = entry if texts is None else entry | {"texts": [mask(text)[0] for text in texts]}
    try:
        line = json.dumps(values, ensure_ascii=False, allow_nan=False)
    except ValueError:
        line = json.dumps(_finite(values), ensure_ascii=False)
    return _encoded(line) + b"\n"


def _encoded(line: str) -> bytes:
    """JSON as bytes, unseen characters and lone surrogates escaped."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line).encode("utf-8", "backslashreplace")


def closed_segments(folder: Path) -> list[Path]:
    """The closed segments of a log, oldest first; none where there is no log."""
    return sorted((folder / CLOSED).glob(f"*{_SUFFIX}"))


def read_closed(folder: Path) -> Iterator[Entry]:
    """The entries of all closed segments in order; damaged lines are left out (see `read_segment`)."""
    for path in closed_segments(folder):
        for found in read_segment(path):
            if not isinstance(found, Damaged):
                yield found


def read_segment(path: Path) -> Iterator[Entry | Damaged]:
    """What the lines of one segment hold.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                yield Damaged(number, "torn")
                continue
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Damaged(number, f"no JSON: {error!s:.80}")
                continue
            yield entry if isinstance(entry, dict) else Damaged(number, "no object")


def find_request(folder: Path, request: str) -> Entry | None:
    """The newest entry with an id, also one in the open segment; None where there is none."""
    within = _encoded(json.dumps(request, ensure_ascii=False))
    still_open = sorted((folder / OPEN).glob(f"*{_SUFFIX}"))
    for path in reversed(
        [*closed_segments(folder), *still_open]
    ):  # one that closes meanwhile is found in its new place
        for line in reversed(_lines_with(path, within)):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict) and entry.get("id") == request:
                return entry
    return None


def _lines_with(path: Path, within: bytes) -> list[bytes]:
    try:
        with path.open("rb") as file:
            return [line for line in file if within in line and line.endswith(b"\n")]
    except FileNotFoundError:
        return []  # removed or closed since it was listed


def _opened(path: Path) -> IO[bytes]:
    """A file to append to, readable by its owner alone."""
    return open(path, "ab", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))


def _free_name(folder: Path) -> str:
    """A name for a segment: when it was opened, in UTC, so that names sort by time."""
    millis = time.time_ns() // 1_000_000
    while True:
        seconds, rest = divmod(millis, 1000)
        name = f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%S}.{rest:03d}Z{_SUFFIX}"
        if not (folder / OPEN / name).exists() and not (folder / CLOSED / name).exists():
            return name
        millis += 1


def _whole_bytes(file: IO[bytes]) -> int:
    """How many bytes of a file are whole lines; reads from its end."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - (1 << 16))
        file.seek(start)
        place = file.read(end - start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        end = start
    return 0


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
