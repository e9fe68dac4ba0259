import gzip
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.html.page import PageOptions
from leafout.corpus.readers.record import ReadOptions, Reject, Skip
from leafout.corpus.readers.warc import looks_like_warc, read_warc
from toy_pages import CHINESE, ENGLISH, page

URL = "http://leaf.example/2024/03/02/trees"


def http(body: bytes, *headers: str, status: int = 200, kind: str = "text/html") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status} OK", f"Content-Type: {kind}", *headers, "", "")).encode() + body


def record(block: bytes, *, kind: str = "response", content_type: str = "application/http; msgtype=response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2024-03-03T01:02:03Z\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(folder: Path, *records: bytes, options: PageOptions | None = None) -> list[Document | Reject | Skip]:
    path = folder / "a.warc.gz"
    path.write_bytes(b"".join(gzip.compress(one) for one in records))
    return list(read_warc(path, ReadOptions(name="a.warc.gz"), options))


@pytest.mark.parametrize(("texts", "charset"), [(ENGLISH, "utf-8"), (CHINESE, "utf-8"), (CHINESE, "gbk")])
def test_a_response_with_a_page_is_a_document(tmp_path: Path, texts: tuple[str, ...], charset: str) -> None:
    (found,) = read(tmp_path, record(http(page(texts).encode(charset), f"Content-Type: text/html; charset={charset}")))
    assert isinstance(found, Document)
    assert (found.text, found.line, found.url) == ("\n\n".join(texts), 1, URL)
    assert found.time == "2024-03-03T01:02:03Z"
    assert found.extra["date"] == "2024-03-02"
    assert found.extra["title"] == "Four hundred trees"


def test_plain_texts_are_documents_too(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        record(http("纯文本。".encode("gb18030"), kind="text/plain")),
        record(b"extracted text", kind="conversion", content_type="text/plain"),
        record(page(ENGLISH).encode(), kind="resource", content_type="text/html"),
    )
    assert [one.text[:8] for one in found if isinstance(one, Document)] == ["纯文本。", "extracte", ENGLISH[0][:8]]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (record(b"GET / HTTP/1.1\r\n\r\n", kind="request"), "request record"),
        (record(b"", kind="revisit"), "revisit record"),
        (record(b"", kind=""), "nameless record"),
        (record(b"1.2.3.4"), "no HTTP response"),
        (record(http(b"", status=404)), "status 404"),
        (record(http(b"GIF89a", kind="image/gif")), "type image/gif"),
        (record(http(b"x", kind="")), "type unknown"),
        (record(http(page(ENGLISH).encode(), "X-Robots-Tag: noindex")), "noindex"),
        (record(http(b"text", "X-Robots-Tag: noindex", kind="text/plain")), "noindex"),
        (record(http(b" ", kind="text/plain")), "no text"),
        (record(http(b"<html></html>")), "no text"),
    ],
)
def test_everything_else_is_skipped_by_kind(tmp_path: Path, one: bytes, reason: str) -> None:
    assert read(tmp_path, one) == [Skip(1, reason)]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (record(http(gzip.compress(b"\0" * (1 << 20)), "Content-Encoding: gzip")), "over 9000 bytes"),
        (record(http(b"x" * 9001)), "over 9000 bytes"),
        (record(http(b"x" * 900_000)), "over 9000 bytes"),
        (record(http(b"", "Content-Encoding: br")), "encoded as `br`"),
        (record(http(gzip.compress(b"x"))), "no page but gzip"),
        (record(http(b"a\0 longer text", kind="text/plain")), "NUL character"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_address(tmp_path: Path, one: bytes, reason: str) -> None:
    assert read(tmp_path, one, options=PageOptions(max_bytes=9000)) == [Reject(1, reason, URL)]


def test_of_a_truncated_archive_what_came_before_is_kept(tmp_path: Path) -> None:
    whole = gzip.compress(record(http(page(CHINESE).encode())))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(whole + whole + whole[:-40])
    one, two, three = read_warc(path, ReadOptions())
    assert isinstance(one, Document)
    assert isinstance(two, Document)
    assert isinstance(three, Reject)
    assert (three.line, three.reason) == (3, "lost: the end of a gzip member is missing")


def test_an_archive_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="cannot read the file"):
        list(read_warc(tmp_path / "no.warc", ReadOptions(name="no.warc")))


def test_an_archive_is_known_by_its_first_bytes() -> None:
    assert looks_like_warc(b"WARC/1.0\r\n")
    assert looks_like_warc(b"filedesc://x.arc")
    assert not looks_like_warc(b"WARCRAFT")
    assert not looks_like_warc(b"")
