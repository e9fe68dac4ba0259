"""Which files, or which range of a large one, each part of a reading takes: a function of the files alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leafout.corpus.readers.formats import RANGED, detect_format
from leafout.corpus.readers.opening import PACKED
from leafout.corpus.readers.ranges import line_ranges
from leafout.corpus.readers.record import ReadOptions

SHARE_BYTES = 64 << 20
"""Small files are read together up to so many bytes, a larger one of lines is cut into ranges of so many."""

_SHARE_FILES = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or a range of one: its name in payloads, its place, and which bytes (see `ReadOptions`)."""

    name: str
    path: Path
    start_byte: int = 0
    end_byte: int | None = None
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Share:
    """What one part of the reading takes: files in order."""

    number: int
    pieces: tuple[Piece, ...]


def shares(
    sources: Mapping[str, Path], options: ReadOptions, *, kind: str, whole: bool, most_bytes: int = 0
) -> list[Share]:
    """Deal files to parts, in their order.

    Args:
        sources: files by name.
        options: how they are read.
        kind: their format, or `auto`.
        whole: never cut a file (a count of rows for each file needs it whole).
        most_bytes: about how much a part reads; 0 is `SHARE_BYTES`.
    """
    most_bytes = most_bytes or SHARE_BYTES
    found: list[Share] = []
    waiting: list[Piece] = []
    size = 0

    def close() -> None:
        nonlocal waiting, size
        if waiting:
            found.append(Share(len(found), tuple(waiting)))
        waiting, size = [], 0

    for name, path in sources.items():
        file_bytes = path.stat().st_size
        if file_bytes > most_bytes and not whole and _can_be_cut(path, options, kind):
            close()
            for cut in line_ranges(path, range_bytes=most_bytes):
                waiting.append(Piece(name, path, cut.start_byte, cut.end_byte, cut.first_line))
                close()
            continue
        if size + file_bytes > most_bytes or len(waiting) >= _SHARE_FILES:
            close()
        waiting.append(Piece(name, path))
        size += file_bytes
    close()
    return found


def share_bytes(share: Share) -> int:
    """How many bytes of files a share reads."""
    return sum(
        (piece.path.stat().st_size if piece.end_byte is None else piece.end_byte) - piece.start_byte
        for piece in share.pieces
    )


def _can_be_cut(path: Path, options: ReadOptions, kind: str) -> bool:
    if path.suffix.lower() in PACKED or options.encoding.lower().replace("_", "-").startswith("utf-16"):
        return False
    return (detect_format(path, options) if kind == "auto" else kind) in RANGED
