from collections import Counter

import pytest

from leafout.text.wikitext_opaque import drop_opaque, reveal


def dropped(text: str, formula: str = "[math]") -> tuple[str, Counter[str]]:
    counts: Counter[str] = Counter()
    plain, hidden = drop_opaque(text, counts, formula=formula)
    return reveal(plain) if hidden else plain, counts


@pytest.mark.parametrize(
    ("text", "plain", "kind"),
    [
        ("a<ref name=b>c</ref>d", "ad", "references"),
        ("a<REF>c</Ref >d", "ad", "references"),
        ("a<references><ref>x</ref></references>d", "ad", "references"),
        ("a\n<!-- x\n -->\nb", "a\nb", "comments"),
        ("a<!-- x", "a", "comments"),
        ("设<math>x<y</math>。", "设[math]。", "formulas"),
        ("a<gallery>\nFile:x.jpg|[[y]]\n</gallery>b", "ab", "galleries"),
        ("a<timeline>x</timeline>b", "ab", "other_tags"),
    ],
)
def test_a_tag_goes_with_its_content(text: str, plain: str, kind: str) -> None:
    assert dropped(text) == (plain, Counter({kind: 1}))


def test_a_tag_without_content_or_end_goes_alone() -> None:
    assert dropped("a<ref name=x/>b<ref>c")[0] == "abc"
    assert dropped("a<references/>b<nowiki/>c")[0] == "abc"


def test_nowiki_is_hidden_until_revealed() -> None:
    plain, hidden = drop_opaque("<nowiki>''[[x]]</nowiki>", Counter(), formula="")
    assert hidden
    assert not set("'[]") & set(plain)
    assert reveal(plain) == "''[[x]]"


def test_text_without_tags_is_returned_as_it_is() -> None:
    text = "1 < 2 和 3 > 2"
    assert drop_opaque(text, Counter(), formula="") == (text, False)
