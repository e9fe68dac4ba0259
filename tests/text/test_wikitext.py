import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leafout.text.wikitext import WikitextRules, clean_wikitext
from leafout.text.wikitext_lines import HOLE

ENGLISH = """{{Infobox person|name=Ada|birth={{birth date|1815|12|10}}}}
'''Ada Lovelace''' ({{IPAc-en|l|ʌ|v}}; 10 December 1815) was a [[mathematician]]<ref>{{cite book|title=[[X]]}}</ref>
and [[writer|author]].<!-- sure? --> See [http://example.org her page].
[[File:Ada.jpg|thumb|A [[portrait]] of her|200px]]
== Work ==
* First ''programme''
*# Bernoulli numbers, <math>B_n</math>
== See also ==
{{reflist}}
== Later ==
{| class="wikitable"
|-
| cell || {{yes}}
|}
It ran 5&nbsp;days.
[[Category:People]] [[fr:Ada Lovelace]]
__NOTOC__
"""
CHINESE = """{{NoteTA|T=zh-hans:计算机;zh-hant:電腦}}
'''-{zh-hans:计算机;zh-hant:電腦}-'''（{{lang-en|computer}}）是一种[[机器|機器]]<ref name="a" />。
[[文件:A.jpg|缩略图|说明]]
== 历史 ==
:{{link-en|查尔斯·巴贝奇|Charles Babbage}}（{{bd|1791年|12月26日|1871年|10月18日}}）设计了它。
== 参考文献 ==
{{reflist}}
[[Category:计算机]]
"""
RESIDUE = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|\}|^\{\|", re.MULTILINE)
PLAIN = st.characters(exclude_categories=["Z", "C"], exclude_characters="{}[]|<>&=*#:;!_'-~()（）：；")
MARKS = (
    "{{ }} [[ ]] {| |} -{ }- | = == ''' '' * # : ; ! <ref> </ref> <!-- --> <nowiki> </nowiki> <math> </math> [http://a"
    " ] & &lt; lang|en| convert|5|km File: zh-cn: zh-tw:文 汉字 word ( ) ， <br> {{{ }}} __TOC__ - { } [ < >"
)
MARKUP = st.lists(st.sampled_from([*MARKS.split(), "\n", " "]) | st.text(max_size=3), max_size=60).map("".join)


def test_an_english_article_is_its_prose() -> None:
    text, counts = clean_wikitext(ENGLISH)
    assert text.split("\n") == [
        "Ada Lovelace (10 December 1815) was a mathematician",
        "and author. See her page.",
        "",
        "Work",
        "First programme",
        "Bernoulli numbers, [math]",
        "",
        "Later",
        "It ran 5 days.",
    ]
    assert counts == {
        "categories": 1,
        "comments": 1,
        "empty_sections": 1,
        "external_links": 1,
        "files": 1,
        "formulas": 1,
        "language_links": 1,
        "references": 1,
        "tables": 1,
        "templates": 5,
    }


@pytest.mark.parametrize(("variant", "word"), [("zh-cn", "计算机"), ("zh-tw", "電腦"), ("zh-hk", "電腦")])
def test_a_chinese_article_is_its_prose_in_the_wanted_variety(variant: str, word: str) -> None:
    text, counts = clean_wikitext(CHINESE, WikitextRules(variant=variant))
    assert text.split("\n") == [
        f"{word}（computer）是一种機器。",
        "",
        "历史",
        "查尔斯·巴贝奇（1791年12月26日－1871年10月18日）设计了它。",
    ]
    assert counts["variants"] == 1
    assert counts["templates_kept"] == 3


def test_the_formula_is_replaced_by_what_the_rules_say() -> None:
    assert clean_wikitext("a <math>x</math> b", WikitextRules(formula=""))[0] == "a b"
    assert clean_wikitext("a <math>x</math> b", WikitextRules(formula="【公式】"))[0] == "a 【公式】 b"


def test_nowiki_shows_its_marks() -> None:
    assert clean_wikitext("write <nowiki>[[a|b]] {{c}}</nowiki> or '''d'''")[0] == "write [[a|b]] {{c}} or d"


@settings(max_examples=100, deadline=None)
@given(MARKUP)
@example("{{{{{{a}}}|b}}")
@example("-{{{a}}}-")
@example("{|\n{{a\n|}")
@example("[[a|[[b]]]")
def test_nothing_makes_it_fail_and_no_bracket_stays(text: str) -> None:
    clean, counts = clean_wikitext(text, WikitextRules(variant="zh-cn"))
    assert HOLE not in clean
    assert all(count > 0 for count in counts.values())
    if "nowiki" not in text and "&" not in text and "{{!}}" not in text:
        assert not re.search(r"\[\[|\{\{\w", clean)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=PLAIN | st.just("\n"), max_size=80))
def test_plain_lines_stay_as_they_are(text: str) -> None:
    lines = [line.strip() for line in text.split("\n")]
    assert clean_wikitext(text)[0].split("\n") == ([line for line in lines if line] or [""])


HOSTILE = pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{{", "}}"), ("[[", "]]"), ("[[a|", "]]"), ("{|\n", "\n|}"), ("-{", "}-"), ("{{{", "}}}"),
        ("{{lang|en|", "}}"), ("<ref>", "</ref>"), ("<!--", ""), ("<ref ", ""), ("[http://a ", ""), ("(;", ""),
        ("{{x}} ;", ""), ("''", "'''"), ("\n== a", ""), ("-{zh-cn:", "}-"), ("{{!}}", ""), ("<nowiki>", ""),
        ("[[a|{{b|", "}}]]"), (" ", ""), ("&", ""),
    ],
)  # fmt: skip
"""Openings and ends that scanners stumble over."""


@HOSTILE
@pytest.mark.slow
def test_a_hundred_thousand_brackets_cost_what_their_length_costs(opening: str, closing: str) -> None:
    """A linear scan takes about a second; a quadratic one would take minutes."""
    hostile = opening * 100_000 + "word" + closing * 100_000
    start = time.process_time()
    clean_wikitext(hostile, WikitextRules(variant="zh-cn"))
    assert time.process_time() - start < 20


@HOSTILE
def test_brackets_by_the_thousand_do_no_harm(opening: str, closing: str) -> None:
    clean, _ = clean_wikitext(opening * 2000 + "word" + closing * 2000, WikitextRules(variant="zh-cn"))
    assert HOLE not in clean


def test_text_under_unclosed_brackets_stays() -> None:
    text, counts = clean_wikitext("{{Infobox\n| a = b\nProse one.\n\n[[Prose two.")
    assert "Prose one.\nProse two." in text
    assert "a = b" not in text
    assert counts["unclosed_templates"] == 1
    assert counts["unclosed_links"] == 1
