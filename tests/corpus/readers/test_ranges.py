from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.json_rows import read_json_lines
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.ranges import line_ranges
from leafout.corpus.readers.record import ReadOptions

OPTIONS = ReadOptions(name="a")


def in_parts(path: Path, range_bytes: int, options: ReadOptions = OPTIONS) -> list[object]:
    parts = [
        replace(options, start_byte=part.start_byte, end_byte=part.end_byte, first_line=part.first_line)
        for part in line_ranges(path, range_bytes=range_bytes)
    ]
    return [item for part in parts for item in read_lines(path, part)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ranges")


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.sampled_from("ab叶\n\n\r\ufeff"), max_size=60), st.integers(1, 30), st.sampled_from(["utf-8", "gb18030"])
)
def test_lines_and_numbers_are_those_of_a_whole_reading(
    folder: Path, text: str, range_bytes: int, encoding: str
) -> None:
    path = folder / "a.txt"
    path.write_bytes(text.encode(encoding))
    options = replace(OPTIONS, encoding=encoding)
    assert in_parts(path, range_bytes, options) == list(read_lines(path, options))


@pytest.mark.parametrize("range_bytes", [1, 7, 64, 1000])
def test_lines_over_the_limit_and_broken_ones_keep_their_numbers(tmp_path: Path, range_bytes: int) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("好\n".encode() + b"x" * 3000 + b"\n\xff\n" + b"\xef\xbb\xbfok\nlast")
    options = ReadOptions(name="a", encoding="utf-8", max_line_bytes=1024)
    assert in_parts(path, range_bytes, options) == list(read_lines(path, options))


def test_the_mark_at_the_start_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeff一\n二\n三\n".encode())
    assert in_parts(path, 4) == [(1, "一"), (2, "二"), (3, "三")]


def test_documents_of_a_part_have_the_numbers_of_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"text": "第{n}行"}}\n' for n in range(1, 101)), encoding="utf-8")
    part = line_ranges(path, range_bytes=500)[2]
    options = replace(OPTIONS, start_byte=part.start_byte, end_byte=part.end_byte, first_line=part.first_line)
    rows = [row for row in read_json_lines(path, options) if isinstance(row, Document)]
    assert rows
    assert all(row.text == f"第{row.line}行" for row in rows)


@pytest.mark.parametrize(("name", "encoding"), [("a.txt.gz", "utf-8"), ("a.txt", "utf-16")])
def test_packed_and_wide_files_are_one_part_and_refuse_others(tmp_path: Path, name: str, encoding: str) -> None:
    import gzip

    path = tmp_path / name
    data = ("叶\n" * 1000).encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (part,) = line_ranges(path, range_bytes=10)
    assert (part.start_byte, part.end_byte, part.first_line) == (0, None, 1)
    with pytest.raises(LeafoutError, match="no ranges"):
        list(read_lines(path, replace(OPTIONS, start_byte=5)))


def test_a_part_has_at_least_a_byte(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        line_ranges(tmp_path / "a", range_bytes=0)
