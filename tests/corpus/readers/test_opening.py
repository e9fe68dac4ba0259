import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.opening import detect_encoding, read_lines
from leafout.corpus.readers.record import ReadOptions, Reject

TEXT = "第一行 leaf\r\n第二行\u2028仍是第二行\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
    "": bytes,
}


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_lines_are_the_same_packed_or_not_in_every_encoding(tmp_path: Path, suffix: str, encoding: str) -> None:
    path = tmp_path / f"a.txt{suffix}"
    path.write_bytes(PACKERS[suffix](TEXT.encode(encoding)))
    lines = list(read_lines(path, ReadOptions(name="a")))
    assert lines == [(1, "第一行 leaf"), (2, "第二行\u2028仍是第二行")]


def test_a_head_cut_inside_a_character_is_still_utf_8() -> None:
    data = "春天来了，树木发芽。" * 20
    assert detect_encoding(data.encode()[:-1]) == "utf-8"
    assert detect_encoding(data.encode("gb18030")[:-1]) == "gb18030"


@pytest.mark.parametrize("text", ["春天来了，树木发芽。\n", "Spring has come.\n", "Ünïcode é\n", "a\n"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(text: str, encoding: str) -> None:
    assert detect_encoding(text.encode(encoding) * 5) == encoding
    assert detect_encoding(text.encode(encoding) + b"\x00") in {encoding, "utf-16-le", "utf-16-be"}


def test_utf_16_is_read_bit_by_bit_and_broken_lines_rejected_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    good = "一\u2028二🍃\r\n".encode("utf-16-le")
    path.write_bytes(b"\xff\xfe" + good + b"\x3c\xd8\n\0" + ("x" * 600 + "\n").encode("utf-16-le") + good + b"\x61")
    monkeypatch.setattr("leafout.corpus.readers.opening._BLOCK_BYTES", 7)
    monkeypatch.setattr("leafout.corpus.readers.opening._DETECT_BYTES", 11)
    lines = list(read_lines(path, ReadOptions(name="a", max_line_bytes=1024)))
    assert [line for line in lines if not isinstance(line, Reject)] == [(1, "一\u2028二🍃"), (4, "一\u2028二🍃")]
    rejects = [line for line in lines if isinstance(line, Reject)]
    assert [(one.line, one.reason.partition(":")[0]) for one in rejects] == [
        (2, "not utf-16"),
        (3, "line too long"),
        (5, "not utf-16"),
    ]


def test_what_was_read_before_the_damage_is_kept(tmp_path: Path) -> None:
    text = "".join(f"行 {number} {number * 7919 % 10007}\n" for number in range(60_000)).encode()
    for suffix, pack in PACKERS.items():
        if not suffix:
            continue
        path = tmp_path / f"a.txt{suffix}"
        packed = pack(text)
        path.write_bytes(packed[: len(packed) * 3 // 4])
        lines = []
        with pytest.raises(LeafoutError, match="cannot read the file"):
            for line in read_lines(path, ReadOptions(name="a")):
                lines.append(line)  # noqa: PERF402  # what came before the error counts
        assert suffix == ".bz2" or len(lines) > 20_000


def test_a_line_over_the_limit_is_rejected_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 5_000_000 + "\nnext", encoding="utf-8")
    first, second = read_lines(path, ReadOptions(name="a", max_line_bytes=1000))
    assert isinstance(first, Reject)
    assert first.reason.startswith("line too long")
    assert second == (2, "next")


def test_a_line_that_is_not_in_the_encoding_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"good\n\xff\xfe\xff\nalso good\n")
    lines = list(read_lines(path, ReadOptions(name="a", encoding="utf-8")))
    assert [isinstance(line, Reject) for line in lines] == [False, True, False]


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_packed_file_that_is_cut_or_no_such_file_is_said(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.txt{suffix}"
    path.write_bytes(PACKERS[suffix](TEXT.encode() * 1000)[:-10])
    with pytest.raises(LeafoutError, match="cannot read the file"):
        list(read_lines(path, ReadOptions(name="a")))


def test_a_bomb_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress((b"a" * 1023 + b"\n") * (100 << 10)))
    with pytest.raises(LeafoutError, match="over 200 times its size"):
        for _ in read_lines(path, ReadOptions(name="a")):
            pass


def test_a_file_over_the_byte_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"leaf\n" * 10_000))
    with pytest.raises(LeafoutError, match="more than 1024 bytes"):
        list(read_lines(path, ReadOptions(name="a", max_file_bytes=1024)))
