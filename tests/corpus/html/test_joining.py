from selectolax.lexbor import LexborHTMLParser

from leafout.corpus.html.blocks import blocks_of
from leafout.corpus.html.joining import joined
from leafout.corpus.html.passages import passages_of


def text(html: str) -> str:
    return joined(passages_of(blocks_of(LexborHTMLParser(f"<body>{html}</body>").body)))


def test_paragraphs_are_parted_by_blank_lines_and_items_by_line_ends() -> None:
    assert text("<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul><ul><li>e</li></ul>") == "a\n\nb\n\nc\nd\n\ne"


def test_rows_are_lines_and_cells_are_parted() -> None:
    assert (
        text("<table><tr><td><p>一</p></td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>x")
        == "一 | 2\n3 | 4\n\nx"
    )


def test_paragraphs_in_one_cell_are_paragraphs() -> None:
    assert text("<table><tr><td><p>a</p><p>b</p></td></tr></table>") == "a\n\nb"


def test_short_lines_of_furniture_at_the_end_of_lines_go() -> None:
    assert text("<p>第一行。<br>第二行。<br>责任编辑：王芳</p>") == "第一行。\n第二行。"
    assert text("<p>责任编辑：王芳</p>") == "责任编辑：王芳"
