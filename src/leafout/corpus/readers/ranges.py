"""Parts of one large file of lines, so that several workers can read it, with the line numbers of a whole reading."""

from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from leafout.corpus.readers.opening import PACKED, detect_encoding

_BLOCK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class LineRange:
    """The lines whose first byte is in a part of a file: fields of `ReadOptions` of the same names.

    Attributes:
        start_byte: of the part.
        end_byte: behind it; None is the end of the file.
        first_line: the number of the first line that begins in it.
    """

    start_byte: int
    end_byte: int | None
    first_line: int


def line_ranges(path: Path, *, range_bytes: int) -> list[LineRange]:
    """Parts of a file of lines; every line begins in exactly one.

    A packed or UTF-16 file, or one no longer than a part, is a single part. Reads the file once, at the speed of
    memory, holding 4 MiB.

    Args:
        path: of the file.
        range_bytes: length of a part, at least 1.
    """
    if range_bytes < 1:
        raise ValueError(f"range_bytes is {range_bytes}, at least 1")
    size = path.stat().st_size
    if path.suffix.lower() in PACKED or size <= range_bytes or _is_wide(path):
        return [LineRange(0, None, 1)]
    found, ends = [LineRange(0, range_bytes, 1)], 0
    buffer = memoryview(bytearray(_BLOCK_BYTES))
    with path.open("rb", buffering=0) as file:
        for start in range(range_bytes, size, range_bytes):
            # the line that crosses the border ends at or after the byte before it; the next one is the first here
            ends += _count(file, buffer, start - 1 - file.tell())
            end = start + range_bytes
            found.append(LineRange(start, end if end < size else None, ends + 2))
    return found


def _is_wide(path: Path) -> bool:
    with path.open("rb") as file:
        return detect_encoding(file.read(1 << 16)).startswith("utf-16")


def _count(file: FileIO, buffer: memoryview, count: int) -> int:
    """How many line ends the next `count` bytes hold."""
    found = 0
    while count > 0:
        taken = file.readinto(buffer[: min(count, len(buffer))])
        if not taken:
            break
        found += bytes(buffer[:taken]).count(b"\n")
        count -= taken
    return found
