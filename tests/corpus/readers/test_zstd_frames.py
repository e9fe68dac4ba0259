import io
import os

import pytest
import zstandard

from leafout.corpus.readers.zstd_frames import Unpacking, is_whole

DATA = ("叶 leaf " * 9000).encode() + os.urandom(400_000) + b"\0" * 500_000
FILES = [
    zstandard.compress(b""),
    zstandard.ZstdCompressor(write_checksum=True).compress(DATA),
    zstandard.ZstdCompressor(write_checksum=False, write_content_size=False).compress(DATA),
    zstandard.compress(DATA) + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstandard.compress("第二".encode()),
]


def read(data: bytes) -> bytes:
    stream = Unpacking(io.BytesIO(data))
    return b"".join(iter(lambda: stream.read1(1 << 16), b""))


@pytest.mark.parametrize("packed", FILES)
def test_whole_files_are_whole(packed: bytes) -> None:
    assert is_whole(io.BytesIO(packed))
    assert read(packed) in {b"", DATA, DATA + "第二".encode()}


@pytest.mark.parametrize("packed", FILES[1:])
@pytest.mark.parametrize("cut", [1, 3, 10, 1000, 100_000])
def test_a_cut_file_is_told(packed: bytes, cut: int) -> None:
    assert not is_whole(io.BytesIO(packed[:-cut]))
    with pytest.raises((EOFError, OSError)):
        read(packed[:-cut])


def test_something_behind_the_last_frame_is_told() -> None:
    assert not is_whole(io.BytesIO(FILES[1] + b"more"))
    assert not is_whole(io.BytesIO(b"none at all"))
