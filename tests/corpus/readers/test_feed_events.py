import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.readers.feed_events import parse_feed

RSS = """<rss version="2.0"><channel><title>频道</title><link>https://a.org/</link><image><title>no</title></image>
<item><title>One</title><link>/1</link><author>a@b.org (Ann)</author><category>x</category><category>y</category>
<description>short</description><content:encoded><![CDATA[<p>long</p>]]></content:encoded></item>
<item><title>二</title></item></channel></rss>"""
ATOM = """<a:feed xmlns:a="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://a.org/blog/">
<a:title>T</a:title>
<a:entry xml:base="2024/"><a:title type="text">1 &lt; 2</a:title>
<a:link rel="enclosure" href="m.mp3"/><a:link href="one"/>
<a:content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>R&amp;D <b>is</b> on</p></div></a:content>
<a:updated>2024-01-01</a:updated><a:author><a:name>Bo</a:name></a:author></a:entry></a:feed>"""


def test_an_entry_of_rss_has_its_own_fields_and_not_those_of_images() -> None:
    feed = parse_feed(RSS)
    one, two = feed.entries
    assert feed.channel.values["title"] == "频道"
    assert feed.channel.links == [("alternate", "https://a.org/")]
    assert one.values["content:encoded"] == "<p>long</p>"
    assert one.values["description"] == "short"
    assert one.values["author"] == "a@b.org (Ann)"
    assert one.categories == ["x", "y"]
    assert (two.number, two.values) == (2, {"title": "二"})
    assert (feed.root, feed.fault) == ("rss", "")


def test_prefixes_are_read_by_what_they_stand_for_and_only_where_they_hold() -> None:
    feed = parse_feed(ATOM)
    (entry,) = feed.entries
    assert entry.values["content"] == "<div><p>R&amp;D <b>is</b> on</p></div>"
    assert entry.values["updated"] == "2024-01-01"
    assert entry.values["author"] == "Bo"
    assert entry.language == "en"
    assert "title" in entry.plain


def test_relative_links_start_from_the_nearest_base() -> None:
    (entry,) = parse_feed(ATOM).entries
    assert entry.links == [("enclosure", "https://a.org/blog/2024/m.mp3"), ("alternate", "https://a.org/blog/2024/one")]


def test_what_stands_before_a_fault_is_kept() -> None:
    feed = parse_feed(RSS.partition("<item><title>二")[0] + "<item><title>cut")
    assert len(feed.entries) == 2
    assert feed.fault.startswith("not well-formed XML")
    assert not feed.refused


def test_entities_are_refused() -> None:
    feed = parse_feed('<!DOCTYPE rss [<!ENTITY a "b">]>' + RSS)
    assert feed.refused
    assert feed.entries == []


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<item>", "</item>", "<title>", "</title>", "<author>", "</author>", "<link/>", "x", "<a:b>", "</a:b>"]
        )
    )
)
def test_nothing_makes_it_fail(parts: list[str]) -> None:
    feed = parse_feed("<rss>" + "".join(parts) + "</rss>")
    assert [entry.number for entry in feed.entries] == list(range(1, len(feed.entries) + 1))


@pytest.mark.parametrize("link", ["http://[bad", "//", "http://a.org:port/"])
def test_a_broken_link_is_no_failure(link: str) -> None:
    assert parse_feed(f'<feed xml:base="{link}"><entry><link href="{link}"/></entry></feed>').fault == ""
