from pathlib import Path

import pytest

from leafout.corpus.documents import Document
from leafout.corpus.readers.plain import read_blocks, read_each_line, read_whole
from leafout.corpus.readers.record import ReadOptions, Reject

TEXT = "第一句。\nSecond.\n\n\n第三句。\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_a_whole_file_is_one_document(path: Path) -> None:
    assert list(read_whole(path, ReadOptions())) == [Document("第一句。\nSecond.\n\n\n第三句。", line=1)]


def test_each_line_is_a_document(path: Path) -> None:
    assert [(d.text, d.line) for d in read_each_line(path, ReadOptions()) if isinstance(d, Document)] == [
        ("第一句。", 1),
        ("Second.", 2),
        ("第三句。", 5),
    ]


def test_blank_lines_part_documents(path: Path) -> None:
    assert [(d.text, d.line) for d in read_blocks(path, ReadOptions()) if isinstance(d, Document)] == [
        ("第一句。\nSecond.", 1),
        ("第三句。", 5),
    ]


def test_a_nul_character_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a" * 50 + b"\0b\n")
    (record,) = read_each_line(file, ReadOptions())
    assert isinstance(record, Reject)


def test_a_document_over_the_limit_is_rejected_and_the_next_one_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("很长的一行。\n" * 500 + "\nshort\n", encoding="utf-8")
    long, short = read_blocks(file, ReadOptions(max_document_bytes=1000))
    assert isinstance(long, Reject)
    assert (long.line, long.reason) == (1, "document too long: 9500 bytes, the limit is 1000")
    assert isinstance(short, Document)
    assert (short.text, short.line) == ("short", 502)
    (whole,) = read_whole(file, ReadOptions(max_document_bytes=1000))
    assert isinstance(whole, Reject)
