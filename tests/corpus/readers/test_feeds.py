import bz2
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafout.corpus.documents import Document
from leafout.corpus.readers.feeds import looks_like_feed, read_feed
from leafout.corpus.readers.record import ReadOptions, Reject, Skip

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>新闻</title><link>https://news.example.org/</link><language>zh-CN</language>
<item><title>标题&nbsp;一</title><link>/a/1.html</link><pubDate>Tue, 05 Mar 2024 16:30:00 +0800</pubDate>
<dc:creator>李雷</dc:creator><category>财经</category><guid isPermaLink="false">g-1</guid>
<description>摘要</description>
<content:encoded><![CDATA[<p>正文第一段。</p><p>R&D 第二段。</p>]]></content:encoded></item>
<item><title>Only a title</title><guid>https://news.example.org/a/2</guid></item>
<item><link>https://news.example.org/a/3</link></item>
</channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>C</title></channel>
<item rdf:about="https://b.org/1"><title>One</title>
<description>A &lt;b&gt;bold&lt;/b&gt; move</description></item></rdf:RDF>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "F", "language": "en", "authors": [{"name": "Ann"}],
"items": [{"id": "1", "url": "https://c.org/1", "content_html": "<p>Hi</p>", "date_published": "2024-03-05T08:30:00Z",
"tags": ["t"]}, {"id": "2"}, 3]}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, data: str | bytes, options: ReadOptions | None = None) -> list[Document | Reject | Skip]:
    path = folder / "feed.xml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_feed(path, options or ReadOptions()))


def test_an_entry_of_rss_is_a_document(folder: Path) -> None:
    one, two, three = read(folder, RSS)
    assert one == Document(
        text="正文第一段。\n\nR&D 第二段。",
        line=1,
        url="https://news.example.org/a/1.html",
        time="2024-03-05T08:30:00Z",
        language="zh-cn",
        extra={
            "title": "标题 一",
            "guid": "g-1",
            "author": "李雷",
            "categories": ["财经"],
            "feed": "新闻",
            "mended": {"entities": 1},
        },
    )
    assert isinstance(two, Document)
    assert (two.text, two.url) == ("Only a title", "https://news.example.org/a/2")
    assert three == Skip(3, "entry without text")


def test_rss_1_has_its_items_beside_the_channel(folder: Path) -> None:
    (one,) = read(folder, RDF)
    assert isinstance(one, Document)
    assert (one.text, one.url) == ("A bold move", "https://b.org/1")


def test_json_feeds_are_read_too(folder: Path) -> None:
    one, two, three = read(folder, JSON)
    assert isinstance(one, Document)
    assert (one.text, one.url, one.time, one.language) == ("Hi", "https://c.org/1", "2024-03-05T08:30:00Z", "en")
    assert one.extra == {"guid": "1", "author": "Ann", "categories": ["t"], "feed": "F"}
    assert two == Skip(2, "entry without text")
    assert three == Reject(3, "not an object")


def test_the_script_is_converted_by_choice(folder: Path) -> None:
    one = read(folder, RSS, ReadOptions(script="traditional"))[0]
    assert isinstance(one, Document)
    assert one.text.startswith("正文第一段")
    assert one.extra["title"] == "標題 一"


def test_packed_feeds_are_read(folder: Path) -> None:
    path = folder / "feed.xml.bz2"
    path.write_bytes(bz2.compress(RSS.encode()))
    assert len(list(read_feed(path, ReadOptions()))) == 3


def test_a_cut_feed_gives_what_came_before_and_one_reject(folder: Path) -> None:
    records = read(folder, RSS[: RSS.index("<item><title>Only") + 10])
    assert [type(record) for record in records] == [Document, Reject]
    assert isinstance(records[-1], Reject)
    assert "not well-formed" in records[-1].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><item><title>&b;</title></item></rss>', "refused"),
        ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><title>&a;</title></item></rss>', "refused"),
        ("<rss>" + "<a>" * 100_000, "refused: elements are nested"),
        ("<catalog><item><title>x</title></item></catalog>", "not a feed"),
        ("plain text", "not well-formed"),
        ("", "not well-formed"),
        ("{", "not JSON"),
        ("{}", "not a feed"),
        ("[" * 100_000, "not well-formed"),
        ('{"a":' + "[" * 100_000, "not JSON"),
    ],
)
def test_what_is_hostile_or_no_feed_is_a_reject(folder: Path, data: str, reason: str) -> None:
    (record,) = read(folder, data)
    assert isinstance(record, Reject)
    assert record.reason.startswith(reason)


def test_a_feed_over_the_limit_is_a_reject(folder: Path) -> None:
    (record,) = read(folder, RSS, ReadOptions(max_document_bytes=100))
    assert record == Reject(1, "feed too long: over 100 bytes")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(RSS.encode()) - 1), byte=st.integers(0, 255))
def test_no_broken_byte_makes_it_fail(folder: Path, at: int, byte: int) -> None:
    data = bytearray(RSS.encode())
    data[at] = byte
    assert read(folder, bytes(data))


@pytest.mark.parametrize(
    "feed", [RSS, RDF, JSON, "<feed xmlns='http://www.w3.org/2005/Atom'/>", RSS.encode("utf-16").decode("latin-1")]
)
def test_feeds_are_told_by_their_heads(feed: str) -> None:
    assert looks_like_feed(feed.encode("latin-1") if feed.startswith("ÿ") else feed.encode())


@pytest.mark.parametrize(
    "other", ["<html><body>rss</body></html>", "<mediawiki/>", '{"text": "<rss>"}', "", "<catalog/>"]
)
def test_other_files_are_no_feeds(other: str) -> None:
    assert not looks_like_feed(other.encode())
