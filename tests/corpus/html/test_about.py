import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from leafout.corpus.html.about import About, about, links_of, wishes


def said(head: str, body: str = "", *, url: str = "", root: str = "") -> About:
    return about(LexborHTMLParser(f"<html {root}><head>{head}</head><body>{body}</body></html>"), url=url)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Trees in town | The Daily Leaf</title>", "", "Trees in town"),
        ("<title>Well-known trees</title>", "", "Well-known trees"),
        ("<title>城北将种植四百棵树_网易新闻</title>", "", "城北将种植四百棵树"),
        ("<title>城北将种植四百棵树_网易新闻</title>", "<h1>城北将种植四百棵树</h1>", "城北将种植四百棵树"),
        ("<meta property=og:title content='Trees - Leaf'><meta property=og:site_name content=Leaf>", "", "Trees"),
        ("<title> Two \n lines </title>", "", "Two lines"),
        ("", "<h1>Only a heading</h1>", "Only a heading"),
        ("", "", ""),
    ],
)
def test_the_title_is_without_the_site(head: str, body: str, title: str) -> None:
    assert said(head, body).title == title


@pytest.mark.parametrize(
    ("head", "body", "url", "date"),
    [
        ("<meta property=article:published_time content=2019-11-18T09:28:00Z>", "", "", "2019-11-18T09:28:00Z"),
        ("<meta itemprop=datePublished content='2019-11-18'>", "", "", "2019-11-18"),
        ("<meta name=date content='Mon, 18 Nov 2019 09:28:00 GMT'>", "", "", "2019-11-18T09:28:00+00:00"),
        ("", "<time datetime='2019-11-18T09:28'>yesterday</time>", "", "2019-11-18T09:28:00"),
        ("", "", "https://a.cn/2019/11/18/x", "2019-11-18"),
        ("<meta name=date content=soon>", "<time datetime=P3D>", "", None),
    ],
)
def test_the_date_is_found_where_pages_say_it(head: str, body: str, url: str, date: str | None) -> None:
    assert said(head, body, url=url).date == date


def test_linked_data_is_read_in_all_its_shapes() -> None:
    article = {"@type": "NewsArticle", "datePublished": "2019-11-18", "author": [{"name": "Ann"}, "王芳"]}
    for data in (article, [article], {"@graph": [{"@type": "WebSite"}, article]}):
        found = said(f'<script type="application/ld+json">{json.dumps(data)}</script>')
        assert (found.date, found.author) == ("2019-11-18", "Ann, 王芳")


@pytest.mark.parametrize(
    "data", ["", "{", "[" * 100_000, '{"datePublished": 7}', '{"author": {"name": [[]]}, "headline": "x"}', "NaN"]
)
def test_broken_linked_data_is_passed_over(data: str) -> None:
    assert said(f'<script type="application/ld+json">{data}</script>').author is None


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("By Ann Leaf", "Ann Leaf"),
        ("王芳", "王芳"),
        ("https://a.cn/ann", None),
        ("ann@a.cn", None),
        ("104363", None),
        ("x" * 101, None),
    ],
)
def test_an_author_is_a_name(name: str, author: str | None) -> None:
    assert said(f'<meta name="author" content="{name}">').author == author


@pytest.mark.parametrize(
    ("claim", "language"), [("zh-CN", "zh"), ("en_US", "en"), ("", None), ("中文", None), ("x", None)]
)
def test_the_language_is_the_main_part_of_the_claim(claim: str, language: str | None) -> None:
    assert said("", root=f'lang="{claim}"').language == language


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/b", "https://a.cn/b"),
        ("//c.cn/d", "https://c.cn/d"),
        ("javascript:alert(1)", "https://a.cn/x"),
        ("http://[bad", "https://a.cn/x"),
        ("", "https://a.cn/x"),
    ],
)
def test_the_address_is_canonical_and_absolute(link: str, url: str) -> None:
    assert said(f'<link rel="canonical" href="{link}">', url="https://a.cn/x").url == url


def test_links_are_absolute_once_each_and_capped() -> None:
    tree = LexborHTMLParser(
        "<a href=/a>1</a><a href=/a#f>2</a><a href=mailto:x>3</a><a href='http://[x'>4</a><a href=b>5</a><a href=c>"
    )
    assert links_of(tree, "https://a.cn/d/", 2) == ("https://a.cn/a", "https://a.cn/d/b")
    assert links_of(tree, "https://a.cn/d/", 0) == ()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("noindex", {"noindex"}),
        ("googlebot: noindex, noai", set()),
        ("googlebot: noindex, *: noai", {"noai"}),
        ("max-snippet: 5, noarchive", {"noarchive"}),
        ("none", {"none", "noindex", "nofollow"}),
        ("indexnoindex", set()),
    ],
)
def test_the_header_for_robots_is_read(header: str, found: set[str]) -> None:
    assert wishes({"x-robots-tag": header}) == found


def test_a_reservation_of_text_mining_is_a_wish() -> None:
    assert wishes({"tdm-reservation": "1"}) == {"tdm-reservation"}
    assert wishes({"tdm-reservation": "0"}) == set()
