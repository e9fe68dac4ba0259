import pytest

from leafout.corpus.html.guard import parse_fault, tamed

DEEP = "tags nested over 1000 deep"


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<div>" * 3000, DEEP),
        ("<DIV>" * 3000 + "</DIV>" * 3000, DEEP),
        ("<div></b>" * 3000, DEEP),
        ("<span>" + "<div></span>" * 3000, DEEP),
        ("<div><table></div>" * 3000, DEEP),
        ("<b>" * 300 + "<div>x</b>" * 5000, DEEP),
        ("<div>" * 1500 + "<script>" + "</div>" * 1500 + "</script>", DEEP),
        ("<b><i>" * 200 + "<p>x" * 5000, "unclosed formatting tags around too many others"),
        ("<B>" * 900 + "<P>x" * 100_000, "unclosed formatting tags around too many others"),
        ("<b>" * 100_000, DEEP),
        ("<p>x" * 260_000, "over 250000 tags"),
        ("<p>text <b>bold</b><br><img src=x></p>" * 5000, ""),
        ("<ul><li>a<li>b</ul><div><p>c</div>" * 5000, ""),
        ("<table><tr><td><div>a</div></table>" * 5000, ""),
        ("<script>" + "'<div>'" * 5000 + "</script>", ""),
        ("<script>" + "'<div>'" * 5000, ""),
        ("<!--" + "<div>" * 5000 + "-->", ""),
        ("<div>" * 900, ""),
    ],
    ids=lambda value: value[:30],
)
def test_pages_that_cost_more_than_their_size_are_found(page: str, fault: str) -> None:
    assert parse_fault(page.encode()) == fault


def test_attributes_beyond_five_hundred_are_cut() -> None:
    long = b"<div " + b" ".join(b"a%d=1" % n for n in range(5000)) + b"><p>text</p>"
    cut = tamed(long)
    assert cut.startswith(b"<div a0=1 a1=1")
    assert cut.endswith(b"><p>text</p>")
    assert cut.count(b"=") <= 501


@pytest.mark.parametrize(
    "page",
    [
        b"<img src='data:image/png;base64," + b"A" * 10_000 + b"'>x",
        b"<p>" + b"many words = more, " * 5000 + b"</p>",
        b"<div class='" + b"ad > " * 5000 + b"'>x</div>",
        b"<p>" + "很长的一段文字。".encode() * 2000,
        b"",
    ],
    ids=lambda page: page[:12],
)
def test_other_long_tags_and_texts_stay(page: bytes) -> None:
    assert tamed(page) == page
