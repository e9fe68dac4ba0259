"""Zstandard files, with a word where they are cut: the library takes a missing end for an end.

The layout of frames and blocks is that of RFC 8878, section 3.1.
"""

from typing import IO

import zstandard

_MAGIC = 0xFD2FB528
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_CHECKSUM_BYTES = 4
_RLE = 1


class Unpacking:
    """The unpacked bytes of a stream; its errors look like those of the standard library.

    Args:
        raw: the packed bytes, which can seek.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)

    def read1(self, size: int = -1, /) -> bytes:
        """What is at hand; nothing at the end.

        Raises:
            OSError: when the data are damaged.
            EOFError: when they end too early.
        """
        try:
            data = bytes(self._reader.read1(size))
        except zstandard.ZstdError as error:
            raise OSError(str(error)) from None
        if not data and not is_whole(self._raw):
            raise EOFError("the file ends before its last frame does")
        return data


def is_whole(raw: IO[bytes]) -> bool:
    """Whether a file ends with the end of a frame; looks at the heads of blocks alone."""
    size = raw.seek(0, 2)
    place = 0
    while place < size:
        end = _end_of_frame(raw, place)
        if end is None or end > size:
            return False
        place = end
    return True


def _end_of_frame(raw: IO[bytes], place: int) -> int | None:
    raw.seek(place)
    head = raw.read(18)
    magic = int.from_bytes(head[:4], "little")
    if magic in _SKIPPABLE:
        return place + 8 + int.from_bytes(head[4:8], "little") if len(head) >= 8 else None
    if magic != _MAGIC:
        return None
    try:
        place += zstandard.frame_header_size(head)
        checksum = zstandard.get_frame_parameters(head).has_checksum
    except zstandard.ZstdError:
        return None
    while True:
        raw.seek(place)
        block = raw.read(3)
        if len(block) < 3:
            return None
        bits = int.from_bytes(block, "little")
        place += 3 + (1 if bits >> 1 & 3 == _RLE else bits >> 3)
        if bits & 1:
            return place + (_CHECKSUM_BYTES if checksum else 0)
