from xml.parsers.expat import ExpatError

import pytest

from leafout.corpus.readers.xml_guard import GuardedParser, RefusedXml

LAUGHS = """<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>"""
QUADRATIC = f"""<!DOCTYPE r [<!ENTITY a "{"x" * 1000}">]><r>{"&a;" * 1000}</r>"""
OUTSIDE = """<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><r>&a;</r>"""
PARAMETER = """<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]><r/>"""


def parsed(text: str, *, doctype: bool = True, chunk: int = 1 << 16) -> list[str]:
    seen: list[str] = []
    parser = GuardedParser(
        start=lambda name, attributes: seen.append(name), end=seen.append, text=seen.append, doctype=doctype
    )
    data = text.encode()
    for place in range(0, len(data), chunk):
        parser.feed(data[place : place + chunk])
    parser.feed(b"", last=True)
    return seen


def test_elements_and_text_come_through() -> None:
    assert parsed("<r>汉字 &amp; &#65;<b/></r>") == ["r", "汉字 & A", "b", "b", "r"]


@pytest.mark.parametrize("bomb", [LAUGHS, QUADRATIC, OUTSIDE, PARAMETER])
def test_entities_are_refused_where_they_are_declared(bomb: str) -> None:
    with pytest.raises(RefusedXml, match="entity `a`"):
        parsed(bomb)


def test_a_document_type_is_refused_where_none_is_usual() -> None:
    plain = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd"><rss/>'
    assert parsed(plain) == ["rss", "rss"]
    with pytest.raises(RefusedXml, match="document type"):
        parsed(plain, doctype=False)


def test_bottomless_nesting_is_refused() -> None:
    with pytest.raises(RefusedXml, match="nested deeper than 256"):
        parsed("<a>" * 100_000)


@pytest.mark.parametrize("opening", ["<r ", "<r a='", "<r><!--", "<r><?x "])
def test_an_endless_tag_is_refused_before_it_fills_the_memory(opening: str) -> None:
    with pytest.raises(RefusedXml, match="longer than 4194304 bytes"):
        parsed(opening + "x" * (9 << 20))


def test_a_long_text_is_no_endless_tag() -> None:
    assert sum(map(len, parsed("<r>" + "字" * (4 << 20) + "</r>"))) == (4 << 20) + 2


def test_an_undeclared_entity_is_an_error() -> None:
    with pytest.raises(ExpatError, match="undefined entity"):
        parsed("<r>&nbsp;</r>")
