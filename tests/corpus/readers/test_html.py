import gzip
from pathlib import Path

import pytest

from leafout.corpus.documents import Document
from leafout.corpus.html.page import NoPage, Page, PageOptions
from leafout.corpus.readers.html import looks_like_html, page_record, read_html
from leafout.corpus.readers.record import ReadOptions, Reject, Skip
from toy_pages import CHINESE, ENGLISH, page


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("name", ["a.html", "a.htm.gz"])
def test_a_page_is_a_document(tmp_path: Path, texts: tuple[str, ...], name: str) -> None:
    path = tmp_path / name
    data = page(texts).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (record,) = read_html(path, ReadOptions())
    assert isinstance(record, Document)
    assert (record.text, record.line, record.time) == ("\n\n".join(texts), 1, "2024-03-02")
    assert record.extra == {"title": "Four hundred trees", "num_links": 6}


def test_a_said_encoding_goes_before_the_declared_one(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes("<meta charset=utf-8><p>é, “quoted” for sure.</p>".encode("cp1252"))
    (record,) = read_html(path, ReadOptions(encoding="cp1252"))
    assert isinstance(record, Document)
    assert record.text == "é, “quoted” for sure."


def test_noindex_is_skipped_and_no_page_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(page(ENGLISH, head="<meta name=robots content=noindex>"))
    assert list(read_html(path, ReadOptions())) == [Skip(1, "noindex")]
    path.write_bytes(gzip.compress(b"x"))
    assert list(read_html(path, ReadOptions())) == [Reject(1, "no page but gzip")]
    path.write_bytes(b"x" * 5000)
    assert list(read_html(path, ReadOptions(), PageOptions(max_bytes=4999))) == [Reject(1, "over 4999 bytes")]


def test_a_record_keeps_the_address_it_was_found_at() -> None:
    found = page_record(
        Page("text", url="https://a.cn/b", date="2024-01-01"), 7, url="https://a.cn/c", time="2024-03-02"
    )
    assert found == Document(
        "text",
        line=7,
        url="https://a.cn/c",
        time="2024-03-02",
        extra={"canonical": "https://a.cn/b", "date": "2024-01-01"},
    )
    assert page_record(NoPage("no text"), 7) == Skip(7, "no text")


@pytest.mark.parametrize(
    ("head", "is_html"),
    [
        (b"<!DOCTYPE html><html>", True),
        (b"\xef\xbb\xbf\n <HTML lang=zh>", True),
        (b"<!-- saved --><?xml version='1.0'?><html>", True),
        (b"<?xml version='1.0'?><rss>", False),
        (b"<mediawiki>", False),
        ("正文 text".encode(), False),
        (b"<!--", False),
        (b"", False),
    ],
)
def test_a_page_is_known_by_its_first_bytes(head: bytes, is_html: bool) -> None:
    assert looks_like_html(head) is is_html
