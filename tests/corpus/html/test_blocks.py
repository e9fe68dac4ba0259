from selectolax.lexbor import LexborHTMLParser

from leafout.corpus.html.blocks import BREAK, Block, blocks_of, home_of
from leafout.corpus.html.hints import CHROME


def blocks(html: str) -> list[Block]:
    return blocks_of(LexborHTMLParser(f"<body>{html}</body>").body)


def texts(html: str) -> list[str]:
    return ["".join(block.pieces).replace(BREAK, "/") for block in blocks(html)]


def test_block_tags_part_text_and_inline_tags_do_not() -> None:
    assert texts("a <b>b</b><x-y>c</x-y><p>d<i>e</i></p>f<hr>g") == ["a bc", "de", "f", "g"]


def test_one_break_is_a_line_and_two_are_a_new_block() -> None:
    assert texts("<p>一<br>二<br> <br>三<br></p>") == ["一/二/", "三/"]


def test_what_is_not_shown_is_not_read() -> None:
    hidden = "<p hidden>h</p><p style='DISPLAY : none'>h</p><p aria-hidden=true>h</p>"
    hidden += "<span style='visibility:hidden'>h</span>"
    assert texts(f"{hidden}<script>h</script><style>h</style><template>h</template><nav>h</nav><!-- h --><p>a</p>") in (
        ["a"],
        [" ", "a"],
    )


def test_roles_of_the_site_are_left_out() -> None:
    assert texts("<div role=navigation>h</div><div role=main>a</div>") == ["a"]


def test_links_are_counted_in_characters() -> None:
    (block,) = blocks("<p>see <a href=x>this <b>one</b></a> now</p>")
    assert block.link_chars == len("this one")


def test_a_link_around_blocks_makes_them_links() -> None:
    assert [block.link_chars for block in blocks("<a href=x><div>ab</div><p>c</p></a><p>d</p>")] == [2, 1, 0]


def test_a_box_knows_its_names_its_kind_and_where_it_stands() -> None:
    (block,) = blocks("<div class=related><ul><li><p>a</p></li></ul></div>")
    box = block.box
    assert (box.tag, box.kind, box.depth) == ("p", "p", 4)
    assert box.parent is not None
    assert box.parent.kind == "li"
    assert home_of(box.parent).tag == "ul"
    while box.parent is not None and box.parent.parent is not None:
        box = box.parent
    assert box.flags & CHROME


def test_an_article_in_an_article_is_furniture() -> None:
    outer, inner = blocks("<article><p>a</p><article><p>b</p></article></article>")
    assert outer.box.parent is not None
    assert inner.box.parent is not None
    assert not outer.box.parent.flags & CHROME
    assert inner.box.parent.flags & CHROME


def test_depth_is_bounded() -> None:
    (block,) = blocks("<div>" * 900 + "deep")
    assert block.box.depth == 200
