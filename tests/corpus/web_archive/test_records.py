import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.web_archive.records import WebRecord, records_of

URL = "http://leaf.example/树"


def warc(body: bytes = b"abc", *, length: object = None, kind: str = "response", end: bytes = b"\r\n\r\n") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <{URL}>\r\nWARC-Date: 2024-03-02T01:02:03Z\r\n"
        "Content-Type: application/http;\r\n msgtype=response\r\n"
        f"Content-Length: {len(body) if length is None else length}"
    )
    return head.encode() + b"\r\n\r\n" + body + end


def arc(body: bytes) -> bytes:
    return b"http://leaf.example/ 1.2.3.4 20240302010203 text/html %d\n%b\n" % (len(body), body)


def read(data: bytes, size: int = 7, limit: int = 1000) -> list[WebRecord | str]:
    chunks = (data[place : place + size] for place in range(0, len(data), size))
    return list(records_of(chunks, max_block_bytes=limit))


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_record_is_its_header_and_its_block(size: int) -> None:
    (one, two) = read(warc() + warc(b""), size)
    assert isinstance(one, WebRecord)
    assert isinstance(two, WebRecord)
    assert (one.kind, one.url, one.time, one.block) == ("response", URL, "2024-03-02T01:02:03Z", b"abc")
    assert one.content_type == "application/http; msgtype=response"
    assert (two.block, two.size) == (b"", 0)


def test_arc_records_are_read_with_their_dates() -> None:
    head = b"filedesc://a.arc 0.0.0.0 20240302010203 text/plain 3\n1 0\n\n"
    kinds = [(one.kind, one.time, one.block) for one in read(head + arc(b"abc")) if isinstance(one, WebRecord)]
    assert kinds == [("filedesc", "2024-03-02T01:02:03Z", b"1 0"), ("response", "2024-03-02T01:02:03Z", b"abc")]


def test_a_long_block_is_kept_in_part() -> None:
    (one, two) = read(warc(b"x" * 500) + warc(), limit=10)
    assert isinstance(one, WebRecord)
    assert isinstance(two, WebRecord)
    assert (one.block, one.size) == (b"x" * 10, 500)


@pytest.mark.parametrize("size", [3, 10_000])
@pytest.mark.parametrize(
    "broken",
    [
        warc(length=1),
        warc(length=60),
        warc(length=2**63),
        warc(length=-5),
        warc(length="abc"),
        warc(length="٣"),
        b"garbage\r\nmore garbage\r\n",
        b"WARC/1.0\r\n" + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        b"\0" * 10_000,
    ],
    ids=lambda broken: repr(broken[-20:]),
)
def test_what_is_broken_costs_itself_and_at_most_the_next(broken: bytes, size: int) -> None:
    found = read(warc() + broken + warc(b"next") + warc(b"last") + warc(b"end"), size)
    blocks = [one.block for one in found if isinstance(one, WebRecord)]
    assert blocks[0] == b"abc"
    assert blocks[-2:] == [b"last", b"end"]
    assert any(isinstance(one, str) for one in found)


def test_a_missing_line_end_between_records_is_no_matter() -> None:
    assert [one.block for one in read(warc(end=b"") * 3) if isinstance(one, WebRecord)] == [b"abc"] * 3


def test_a_record_that_is_cut_by_the_end_is_said() -> None:
    (one, said) = read(warc() + warc(b"x" * 50, length=100, end=b""))
    assert isinstance(one, WebRecord)
    assert said == "lost: the end of the archive: 50 more bytes were promised"


def test_a_gap_in_the_bytes_is_said_and_the_next_record_read() -> None:
    found = list(records_of(iter([warc(), warc()[:60], "a hole", warc(b"next")]), max_block_bytes=10))
    assert [one if isinstance(one, str) else one.block for one in found] == [b"abc", "lost: a hole", b"next"]


def test_an_arc_record_is_found_again() -> None:
    found = read(b"garbage\n" + arc(b"abc"))
    assert isinstance(found[0], str)
    assert isinstance(found[1], WebRecord)


@given(
    st.lists(
        st.sampled_from([warc(), arc(b"x"), b"WARC/1.0\r\n", b"\r\n", b"Content-Length: 9\r\n", b"\0", b"x\n"]),
        max_size=12,
    )
)
def test_any_order_of_pieces_ends(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    found = read(data, 11)
    assert len(found) <= len(data) + 1
    assert found == read(data, 1000)
