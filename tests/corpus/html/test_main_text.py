import pytest
from selectolax.lexbor import LexborHTMLParser

from leafout.corpus.html.blocks import blocks_of
from leafout.corpus.html.joining import joined
from leafout.corpus.html.main_text import choose
from leafout.corpus.html.passages import passages_of
from toy_pages import CHINESE, ENGLISH

TEXTS = pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["en", "zh"])


def chosen(html: str, described: str = "") -> str:
    return joined(choose(passages_of(blocks_of(LexborHTMLParser(f"<body>{html}</body>").body)), described))


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


@TEXTS
def test_the_core_is_found_whatever_its_tags(texts: tuple[str, ...]) -> None:
    menu = "<div><a href=a>one</a> <a href=b>two</a></div>"
    for html in (
        paragraphs(texts),
        "".join(f"<div>{text}</div>" for text in texts),
        f"<table><tr><td>{menu}</td><td>{'<br><br>'.join(texts)}</td></tr></table>",
        "".join(f"<section><div>{text}</div></section>" for text in texts),
    ):
        assert chosen(f"{menu}<div>{html}</div>{menu}") == "\n\n".join(texts)


@TEXTS
def test_longer_comments_do_not_become_the_text(texts: tuple[str, ...]) -> None:
    comments = "".join(f"<p>{text}</p>" for text in (ENGLISH + CHINESE) if text not in texts) * 3
    assert chosen(f"<div>{paragraphs(texts)}</div><div class=comments>{comments}</div>") == "\n\n".join(texts)


@TEXTS
def test_a_name_of_furniture_around_most_of_the_text_is_not_believed(texts: tuple[str, ...]) -> None:
    assert chosen(f"<div class=widget>{paragraphs(texts)}</div>") == "\n\n".join(texts)


def test_the_passage_that_the_description_quotes_is_believed() -> None:
    html = f"<div><div class=meta><p>{ENGLISH[0]}</p></div>{paragraphs(ENGLISH[1:] * 3)}</div>"
    assert ENGLISH[0] not in chosen(html)
    assert ENGLISH[0] in chosen(html, ENGLISH[0][:40])


@TEXTS
def test_headings_stay_where_text_follows(texts: tuple[str, ...]) -> None:
    html = f"<p>{texts[0]}</p><h2>Why 为何</h2><p>{texts[1]}</p><p>{texts[2]}</p><h2>Read next</h2>"
    assert chosen(html) == f"{texts[0]}\n\nWhy 为何\n\n{texts[1]}\n\n{texts[2]}"


@TEXTS
def test_lists_tables_and_code_stay_as_lines(texts: tuple[str, ...]) -> None:
    items = "<ul><li>oak 橡树</li><li>elm 榆树</li></ul>"
    rows = ("<th>tree</th><th>count</th>", "<td>oak</td><td>200</td>", "<td>elm</td><td>200</td>")
    table = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    code = "<pre>plant(oak)\n  water(oak)</pre>"
    html = f"<p>{texts[0]}</p>{items}<p>{texts[1]}</p>{table}{code}<p>{texts[2]}</p>"
    assert chosen(html).split("\n\n") == [
        texts[0],
        "oak 橡树\nelm 榆树",
        texts[1],
        "tree | count\noak | 200\nelm | 200",
        "plant(oak)\n  water(oak)",
        texts[2],
    ]


@TEXTS
def test_lists_of_links_and_lines_of_credit_go(texts: tuple[str, ...]) -> None:
    links = "<ul><li><a href=x>Another story</a> today</li><li><a href=y>A third story</a> today</li></ul>"
    credit = "<p>责任编辑：王芳</p><p>Share this story</p><p>© 2024 Leaf</p>"
    assert chosen(f"<div>{paragraphs(texts)}{links}{credit}</div>") == "\n\n".join(texts)


def test_a_list_that_is_the_text_stays_with_its_links() -> None:
    items = [f"<li><a href=x>Story number {n}</a> {ENGLISH[n % 3]}</li>" for n in range(6)]
    assert chosen(f"<p>{ENGLISH[0]}</p><ol>{''.join(items)}</ol>").count("Story number") == 6


def test_teasers_go_and_a_page_of_teasers_stays() -> None:
    cards = "".join(f"<div><h3><a href=x>Some other story, {n}</a></h3><p>{ENGLISH[n % 3]}</p></div>" for n in range(4))
    assert chosen(f"<div>{paragraphs(CHINESE * 3)}{cards}</div>") == "\n\n".join(CHINESE * 3)
    assert ENGLISH[0] in chosen(cards)


def test_nothing_gives_nothing() -> None:
    assert chosen("<nav>x</nav>") == ""
