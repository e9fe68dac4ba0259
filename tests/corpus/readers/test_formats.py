import gzip
from importlib.util import find_spec
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.formats import RANGED, READERS, detect_format, reader
from leafout.corpus.readers.record import ReadOptions


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.jsonl", "", "jsonl"),
        ("a.CSV", "", "csv"),
        ("a.tsv", "", "tsv"),
        ("a.py", "", "docstrings"),
        ("a.txt", "迈向/v 充满/v 希望/n\n" * 5, "word_tag"),
        ("a.txt", "一。\n二。\n\n三。\n\n四。\n", "blocks"),
        ("a.txt", "一条评论\n" * 9, "lines"),
        ("a.txt", "A short note.", "text"),
        ("a.txt", ("北 B\n京 I\n\n") * 9, "conll"),
        ("a.txt", '{"text": "x"}\n', "jsonl"),
        ("train.json", '{"sentence": "一", "label": "1"}\n{"sentence": "二", "label": "0"}\n', "jsonl"),
        ("a.json", '[{"text": "x"}]', "json"),
        ("a.json", '{"text": "x"}', "json"),
        ("a.json", '{\n "a": {"text": "x"}\n}\n', "json"),
        ("a.jsonl", '{\n "a": {"text": "x"}\n}\n', "json"),
        ("a.json", '{"text": "叶", "label": {"x": {"叶": [[0, 0]]}}}\n{"text": "花", "label": {}}\n', "spans"),
        ("a.jsonl", '{"text": "叶", "entities": [[0, 1, "x"]]}', "spans"),
        ("a.jsonl", '{"text": "叶", "reposts_count": 1}', "social"),
        ("a.csv", '"text","转发数"\n', "social"),
        ("a.csv.gz", "", "csv"),
        ("a.tar.zst", "", "tar"),
        ("a.TGZ", "", "tar"),
        ("a.warc.gz", "", "warc"),
        ("noname", "WARC/1.0\r\n", "warc"),
        ("dump.xml-p1p2", "<mediawiki xmlns='x'>", "mediawiki"),
        ("news.xml", "\ufeff<?xml version='1.0'?><rss version='2.0'><channel>", "feed"),
        ("a.txt", "好评\t这家酒店的房间很干净\n差评\t服务员的态度不太好\n好评\t早餐的品种很丰富\n", "tsv"),
        ("a.txt", "mouse\tis_a\tanimal\ncat\tis_a\tanimal\nleaf\tpart_of\ttree\nroot\tpart_of\ttree\n", "lines"),
    ],
)
def test_the_format_is_told_by_name_and_first_lines(tmp_path: Path, name: str, text: str, kind: str) -> None:
    data = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert detect_format(tmp_path / name, ReadOptions(name=name)) == kind


def test_an_unknown_kind_of_file_gets_the_list(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"\x7fdocument")
    with pytest.raises(LeafoutError, match="unknown kind of file") as caught:
        detect_format(tmp_path / "a.docx", ReadOptions(name="a.docx"))
    assert "jsonl" in caught.value.hint


@pytest.mark.parametrize("data", [b"\x7fELF\0\0", b"\0\1\2\3" * 99, b"\x89PNG\r\n\x1a\n\0"])
def test_what_is_no_text_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(LeafoutError, match="unknown kind of file `binary`"):
        detect_format(tmp_path / "a", ReadOptions(name="a"))


def test_wide_text_is_no_binary(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("春天来了，树木发芽。\n".encode("utf-16-le") * 9)
    assert detect_format(tmp_path / "a.txt", ReadOptions(name="a")) == "lines"


def test_the_format_of_a_range_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "叶", "entities": [[0, 1, "x"]]}\n' + '{"text": "b"}\n' * 99, "utf-8")
    assert detect_format(tmp_path / "a.jsonl", ReadOptions(name="a", start_byte=200, end_byte=300)) == "spans"


def test_every_reader_is_where_the_table_says_and_in_the_guide() -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs/guides/collect.md").read_text(encoding="utf-8")
    for name, place in READERS.items():
        assert f"`{name}`" in guide
        if find_spec(place.partition(":")[0]):
            assert callable(reader(name))
    assert set(READERS) >= RANGED


def test_a_reader_of_your_own_is_named_by_its_place() -> None:
    from leafout.corpus.readers.plain import read_whole

    assert reader("leafout.corpus.readers.plain:read_whole") is read_whole
    with pytest.raises(LeafoutError, match="unknown format `docx`"):
        reader("docx")
    with pytest.raises(LeafoutError, match="there is no reader"):
        reader("leafout.nothing:read")


def test_formats_load_no_heavy_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from leafout.corpus.readers.formats import READERS; "
        "assert not {'lxml', 'selectolax', 'fastwarc', 'opencc', 'trafilatura', 'resiliparse'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
