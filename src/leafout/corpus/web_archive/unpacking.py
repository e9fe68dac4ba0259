"""The bytes of a web archive, with a mark wherever some were lost: a damaged gzip member costs itself alone."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.opening import MAX_RATIO, open_bytes
from leafout.corpus.readers.record import ReadOptions

_BLOCK_BYTES = 1 << 18
_GZIP = b"\x1f\x8b\x08"
_RATIO_FROM_BYTES = 64 << 20

Chunk = bytes | str
"""Bytes in order, or a word on what was lost between those before and those after."""


def chunks_of(path: Path, options: ReadOptions) -> Iterator[Chunk]:
    """The unpacked bytes of an archive, a few hundred KiB at a time.

    Gzip is known by its first bytes and read member by member: what cannot be unpacked is passed over up to the next
    member, and said.

    Raises:
        LeafoutError: when the file cannot be opened, or unpacks to more than the limits.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(3) == _GZIP
    except OSError as error:
        raise LeafoutError(f"cannot read the file: {error.strerror}", where=options.name or str(path)) from None
    if packed:
        yield from _members(path, options)
        return
    stream = open_bytes(path, options)
    try:
        with stream as opened:
            while block := opened.read(_BLOCK_BYTES):
                yield block
    except LeafoutError as error:
        if "unpacks to" in error.message:
            raise
        yield error.message


def _members(path: Path, options: ReadOptions) -> Iterator[Chunk]:
    limit = min(options.max_file_bytes, max(_RATIO_FROM_BYTES, MAX_RATIO * path.stat().st_size))
    count, started = 0, False
    with path.open("rb") as raw:
        unpack, data = zlib.decompressobj(31), b""
        while True:
            data = data or raw.read(_BLOCK_BYTES)
            if not data:
                break
            try:
                block = unpack.decompress(data, _BLOCK_BYTES)
                data = unpack.unconsumed_tail
            except zlib.error:
                yield "a damaged gzip member"
                unpack, data = zlib.decompressobj(31), _from_next(raw, data)
                continue
            count += len(block)
            if count > limit:
                raise LeafoutError(f"the archive unpacks to more than {limit} bytes", where=options.name)
            if block:
                yield block
            if unpack.eof:
                data = unpack.unused_data
                unpack = zlib.decompressobj(31)
                if data and not data.startswith(_GZIP[: len(data)]):
                    yield "bytes between gzip members"
                    data = _from_next(raw, data)
                started = False
            else:
                started = True
        if started:
            yield "the end of a gzip member is missing"


def _from_next(raw: IO[bytes], data: bytes) -> bytes:
    """What follows from the next gzip member on; empty at the end."""
    place = data.find(_GZIP, 1)
    while place < 0:
        more = raw.read(_BLOCK_BYTES)
        if not more:
            return b""
        data = data[-2:] + more
        place = data.find(_GZIP)
    return data[place:]
