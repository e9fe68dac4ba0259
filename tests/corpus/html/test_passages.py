import pytest
from selectolax.lexbor import LexborHTMLParser

from leafout.corpus.html.blocks import blocks_of
from leafout.corpus.html.passages import Passage, passages_of
from toy_pages import CHINESE, ENGLISH


def passages(html: str) -> list[Passage]:
    return passages_of(blocks_of(LexborHTMLParser(f"<body>{html}</body>").body))


def test_white_space_is_folded_and_lines_stay() -> None:
    (one,) = passages("<p>  a \n b<br> c\t</p>")
    assert one.text == "a b\nc"


def test_code_stays_as_it_stood() -> None:
    (one,) = passages("<pre>\ndef f():\n    return 1  \n</pre>")
    assert one.text == "def f():\n    return 1"


def test_a_chinese_character_is_three_wide() -> None:
    (one,) = passages("<p>中文，ab</p>")
    assert one.width == 2 * 3 + 3


@pytest.mark.parametrize("text", [ENGLISH[0], CHINESE[0]])
def test_sentences_are_prose_in_either_language(text: str) -> None:
    (one,) = passages(f"<p>{text}</p>")
    assert one.prose > 90
    assert one.ends
    assert one.marks >= 2


@pytest.mark.parametrize("html", ["<p><a href=x>{}</a></p>", "<figcaption>{}</figcaption>", "<li>{}</li>"])
def test_links_captions_and_items_are_less_prose_than_paragraphs(html: str) -> None:
    (one,), (two,) = passages(html.format(ENGLISH[0])), passages(f"<p>{ENGLISH[0]}</p>")
    assert one.prose < two.prose


def test_the_part_that_is_link_is_known() -> None:
    (one,) = passages("<p><a href=x>12345</a>67890</p>")
    assert one.links == 0.5
