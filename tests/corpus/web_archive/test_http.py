import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.web_archive.http import Response, parse_response

BODY = "<p>正文 text</p>".encode()


def response(body: bytes, *headers: str, end: str = "\r\n") -> Response:
    head = end.join(("HTTP/1.1 200 OK", *headers, "", ""))
    found = parse_response(head.encode() + body, max_bytes=1000)
    assert found is not None
    return found


def test_status_headers_and_body_are_read() -> None:
    found = response(BODY, "Content-Type: text/html", "X-Robots-Tag: noindex", "x-robots-tag:  noai")
    assert (found.status, found.body) == (200, BODY)
    assert found.headers == {"content-type": "text/html", "x-robots-tag": "noindex, noai"}
    assert response(BODY, "a: b", end="\n").body == BODY


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("gzip", BODY),
        ("identity", BODY),
        ("zstd", BODY),
    ],
)
def test_content_encodings_are_undone_where_they_are_there(encoding: str, body: bytes) -> None:
    assert response(body, f"Content-Encoding: {encoding}").body == BODY


@pytest.mark.parametrize(
    ("body", "joined"),
    [
        (b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"3\nabc\n0\n\n", b"abc"),
        (b"5\r\nabc", b"abc"),
        (b"FFFFFFFFFFFF\r\nabc", b"abc"),
        (b"<p>not chunked</p>\n", b"<p>not chunked</p>\n"),
        (b"-5\r\nabc", b"-5\r\nabc"),
        (b"3\r\nabc\r\nzz\r\n", b"abc"),
    ],
)
def test_chunks_are_joined_where_they_are_there(body: bytes, joined: bytes) -> None:
    assert response(body, "Transfer-Encoding: chunked").body == joined


def test_a_body_that_unpacks_to_more_than_the_limit_is_a_fault() -> None:
    assert response(gzip.compress(b"\0" * (1 << 24)), "Content-Encoding: gzip").fault == "over 1000 bytes"


def test_an_encoding_that_cannot_be_undone_is_named() -> None:
    assert response(b"...", "Content-Encoding: br").fault == "encoded as `br`"


@pytest.mark.parametrize("block", [b"", b"<html>", b"20240101 1.2.3.4"])
def test_what_is_no_response_is_none(block: bytes) -> None:
    assert parse_response(block, max_bytes=10) is None


@given(st.binary(max_size=100))
def test_any_bytes_are_a_response_or_none(rest: bytes) -> None:
    found = parse_response(b"HTTP/" + rest, max_bytes=50)
    assert found is not None
    assert len(found.body) <= 100
