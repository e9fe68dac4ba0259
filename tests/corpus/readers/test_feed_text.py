import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.readers.feed_text import feed_text


@pytest.mark.parametrize(
    ("data", "text", "mended"),
    [
        (b"<a>&nbsp;&eacute;&amp;&#65;&lt;</a>", "<a>\xa0é&amp;&#65;&lt;</a>", {"entities": 2}),
        (b"<a>R&D & more &bogus;</a>", "<a>R&amp;D &amp; more &amp;bogus;</a>", {"entities": 3}),
        (b"<a><![CDATA[R&D &nbsp;]]>&nbsp;</a>", "<a><![CDATA[R&D &nbsp;]]>\xa0</a>", {"entities": 1}),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?><a/>", "<a/>", {}),
        (b"junk before <a/>", "<a/>", {}),
        (b"<a>\x00\x08x&#8;</a>", "<a>x</a>", {"illegal_characters": 2, "entities": 1}),
        ("<?xml version='1.0' encoding='gb2312'?><a>汉字</a>".encode("gb18030"), "<a>汉字</a>", {}),
        ("<?xml version='1.0' encoding='utf-8'?><a>汉字新闻</a>".encode("gb18030"), "<a>汉字新闻</a>", {"encoding": 1}),
        ("<?xml version='1.0' encoding='x-nonsense'?><a>é</a>".encode(), "<a>é</a>", {"encoding": 1}),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a>“é”</a>".encode("cp1252"), "<a>“é”</a>", {}),
        ("<?xml version='1.0' encoding='utf-16'?><a>汉</a>".encode("utf-16"), "<a>汉</a>", {}),
        ("<?xml version='1.0' encoding='utf-16'?><a>汉</a>".encode(), "<a>汉</a>", {"encoding": 1}),
    ],
)
def test_a_feed_is_made_fit_for_a_strict_parser(data: bytes, text: str, mended: dict[str, int]) -> None:
    assert feed_text(data) == (text, mended)


def test_a_given_encoding_wins() -> None:
    assert feed_text("<?xml encoding='utf-8'?><a>汉</a>".encode("gb18030"), "gb18030")[0] == "<a>汉</a>"


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_nothing_makes_it_fail(data: bytes) -> None:
    assert not set(feed_text(data)[0]) & set("\x00\x08\x0b\ufffe")


@pytest.mark.parametrize("part", [b"<![CDATA[", b"&", b"&#", b"&a", b"]]>", b"<?xml "])
def test_twenty_thousand_openings_cost_what_their_length_costs(part: bytes) -> None:
    start = time.process_time()
    feed_text(part * 20_000)
    assert time.process_time() - start < 10
