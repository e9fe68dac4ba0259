import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.html.extract import extract_page
from leafout.corpus.html.page import NoPage, Page, PageOptions
from toy_pages import CHINESE, CHROME, ENGLISH, page

PARAGRAPHS = {"en": ENGLISH, "zh": CHINESE}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paragraphs_come_out_and_nothing_around_them(language: str) -> None:
    read = extract_page(page(PARAGRAPHS[language], lang=language))
    assert isinstance(read, Page)
    assert read.text == "\n\n".join(PARAGRAPHS[language])
    assert not any(text in read.text for text in CHROME)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_page_says_of_itself_is_kept(language: str) -> None:
    head = '<link rel="canonical" href="/trees"><meta name="author" content="Ann Leaf">'
    data = page(PARAGRAPHS[language], lang=f"{language}-XX", head=head).encode()
    read = extract_page(data, url="https://leaf.example/a?b=1", options=PageOptions(max_links=2))
    assert isinstance(read, Page)
    assert (read.title, read.author, read.language) == ("Four hundred trees", "Ann Leaf", language)
    assert (read.url, read.date) == ("https://leaf.example/trees", "2024-03-02")
    assert read.links == ("https://leaf.example/", "https://leaf.example/t0")
    assert read.num_links == 6


def test_a_language_that_the_script_belies_is_not_believed() -> None:
    read = extract_page(page(CHINESE, lang="en"))
    assert isinstance(read, Page)
    assert read.language is None


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "gbk", "big5", "iso-8859-1"])
def test_a_declared_charset_that_lies_does_no_harm(encoding: str, declared: str) -> None:
    data = page(CHINESE).replace("utf-8", declared).encode(encoding)
    read = extract_page(data, headers={"content-type": f"text/html; charset={declared}"})
    assert isinstance(read, Page)
    assert read.text == "\n\n".join(CHINESE)


@pytest.mark.parametrize(
    ("head", "headers", "wish"),
    [
        ('<meta name="robots" content="NOINDEX, follow">', {}, "noindex"),
        ('<meta name="robots" content="none">', {}, "noindex"),
        ("", {"x-robots-tag": "noarchive, noindex"}, "noindex"),
        ('<meta name="robots" content="noai">', {}, "noai"),
        ('<meta name="tdm-reservation" content="1">', {}, "tdm-reservation"),
    ],
)
def test_the_wishes_of_a_page_are_honoured_where_asked_for(head: str, headers: dict[str, str], wish: str) -> None:
    data = page(ENGLISH, head=head)
    asked = PageOptions(honour=("noindex", "noai", "tdm-reservation"))
    assert extract_page(data, headers=headers, options=asked) == NoPage(wish)
    read = extract_page(data, headers=headers, options=PageOptions(honour=()))
    assert isinstance(read, Page)
    assert wish in read.robots
    assert isinstance(extract_page(data, headers=headers), NoPage) == (wish == "noindex")


def test_wishes_for_another_robot_are_not_ours() -> None:
    assert isinstance(extract_page(page(ENGLISH), headers={"x-robots-tag": "otherbot: noindex, nofollow"}), Page)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.html", page(ENGLISH))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(page(ENGLISH).encode()), "no page but gzip"),
        (zipped(), "no page but zip"),
        (b"%PDF-1.7 ...", "no page but PDF"),
        (b"x" * 9000, "over 8000 bytes"),
        (b"\0\1\2\3\4\5" * 300, "no text but bytes"),
    ],
)
def test_what_is_no_page_is_a_fault_with_a_reason(data: bytes, reason: str) -> None:
    assert extract_page(data, options=PageOptions(max_bytes=8000)) == NoPage(reason, fault=True)


@pytest.mark.parametrize(
    "data", [b"", b"<html></html>", b"<script>x</script>", b"<nav><p>Only links, here. All of them.</p></nav>"]
)
def test_a_page_without_text_is_of_no_use_but_no_fault(data: bytes) -> None:
    assert extract_page(data) == NoPage("no text")


def test_a_page_of_one_sentence_is_kept() -> None:
    read = extract_page("<p>你好。</p><div class=footer>再见。</div>")
    assert isinstance(read, Page)
    assert read.text == "你好。"
    assert extract_page("<p>你好。</p>", options=PageOptions(min_chars=5)) == NoPage("under 5 characters")


def test_all_visible_text_can_be_kept() -> None:
    read = extract_page(page(ENGLISH), options=PageOptions(whole=True))
    assert isinstance(read, Page)
    assert CHROME[2] in read.text
    assert CHROME[7] not in read.text


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000,
        "<b>" * 300 + "<div>x</b>" * 100_000,
        "".join(f"<b class={n}>" for n in range(900)) + "<p>x" * 50_000,
        "<div " + "".join(f"a{n} " for n in range(200_000)) + ">",
        "<select>" + "<option>x" * 50_000,
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>",
        "<p>" + "x\0" * 500_000,
        "<table>x" * 100_000,
        "<" * 1_000_000,
        "<!--" * 100_000,
    ],
    ids=lambda bomb: bomb[:12],
)
def test_a_page_that_is_made_to_hang_does_not(bomb: str) -> None:
    read = extract_page(bomb + f"<p>{ENGLISH[0]}</p>")
    assert isinstance(read, NoPage) or "\0" not in read.text


TAGS = st.sampled_from(
    ["<p>", "</p>", "<div class=comments>", "</div>", "<a href=x>", "</a>", "<table>", "<td>", "<li>", "<br>", "<h2>",
     "<!--", "<b>", "</b>", "text, and more. ", "中文，句子。", "\0", "&#xD800;", "&amp", "<svg>", "<template>",
     "<pre>", "<span hidden>", "\ufffe"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(TAGS, max_size=60).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_give_a_page_or_a_reason(data: bytes) -> None:
    read = extract_page(data)
    if isinstance(read, Page):
        read.text.encode()
        assert read.text.strip()
        assert "\0" not in read.text
    else:
        assert read.reason
    assert extract_page(data) == read
