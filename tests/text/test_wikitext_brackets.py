import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leafout.text.wikitext_brackets as brackets
from leafout.text.wikitext import DROPPED_NAMESPACES
from leafout.text.wikitext_brackets import resolve_brackets
from leafout.text.wikitext_lines import HOLE

PIECES = st.lists(
    st.sampled_from(["[[", "]]", "|", "a", "b c", " ", "[", "]", ":", "{{", "}}", "文"]), max_size=25
).map("".join)


def resolved(text: str, variant: str = "zh-cn") -> str:
    return resolve_brackets(text, Counter(), variant=variant, dropped_namespaces=DROPPED_NAMESPACES).replace(HOLE, "")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a {{b|{{c}}|d}} e", "a  e"),
        ("{{{1|x}}}y", "y"),
        ("{{a|{{{b|}}}}}c", "c"),
        ("{{lang|fr|''mot'' {{x}}}}", "''mot'' "),
        ("[[A]], [[B|b]]s, [[:Category:C]], [[D#e|f]]", "A, bs, Category:C, f"),
        ("[[File:x.jpg|thumb|[[a]] and [http://b c]]]d", "d"),
        ("[[a|{{lang|en|b}}]]", "b"),
        ("a\n{|\n| b\n{|\n| c\n|}\n|}\nd", "a\n\nd"),
        ("{{Box|\n{|\n| c\n|}}}d", "d"),
        ("-{zh-cn:甲{{x}};zh-tw:乙}-丙", "甲丙"),
        ("{{lang|zh|-{zh-cn:甲;zh-tw:乙}-}}", "甲"),
        ("{ | } a-b {x}", "{ | } a-b {x}"),
        ("{{a}}}}b]]c", "bc"),
    ],
)
def test_brackets_become_what_a_reader_sees(text: str, plain: str) -> None:
    assert resolved(text) == plain


def test_a_variant_begins_right_after_a_template_and_ends_right_after_one() -> None:
    assert resolved("{{x}}-{zh-cn:甲;zh-tw:乙}-丙") == "甲丙"
    assert resolved("{{x|}}-{zh-cn:甲;zh-tw:乙}-丙") == "甲丙"
    assert resolved("-{zh-cn:甲{{x}}}-{{y}}-丙") == "甲-丙"


def test_without_a_variety_its_braces_are_text() -> None:
    assert resolved("-{a}-", variant="") == "-{a}-"


def test_what_is_nested_too_deep_is_dropped_and_counted() -> None:
    counts: Counter[str] = Counter()
    text = resolve_brackets("{{lang|en|" * 150 + "x" + "}}" * 150, counts, variant="", dropped_namespaces=frozenset())
    assert text.replace(HOLE, "") == ""
    assert counts["too_deep"] == 50


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PIECES)
def test_the_short_way_for_simple_links_changes_nothing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    short = resolved(text)
    with monkeypatch.context() as patch:
        patch.setattr(brackets, "_SIMPLE_LINK", re.compile(r"(?!)()"))
        assert resolved(text) == short
