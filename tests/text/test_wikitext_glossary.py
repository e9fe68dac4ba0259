from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.text.wikitext_brackets import resolve_brackets
from leafout.text.wikitext_glossary import Glossary, without_marks
from leafout.text.wikitext_lines import HOLE

NET = "zh-cn:网络;zh-tw:網路;zh-hk:網絡"


def read(text: str, variant: str = "zh-cn") -> tuple[str, Counter[str]]:
    counts: Counter[str] = Counter()
    plain = resolve_brackets(text, counts, variant=variant, dropped_namespaces=frozenset({"file"}))
    return plain.replace(HOLE, ""), counts


@pytest.mark.parametrize(
    ("text", "variant", "plain"),
    [
        (f"網路-{{A|{NET}}}-網路，網絡", "zh-cn", "網路网络网络，网络"),  # shown, and done from there on
        (f"網路-{{H|{NET}}}-網路，網絡", "zh-cn", "網路网络，网络"),
        (f"-{{H|{NET}}}-网络，網絡", "zh-tw", "網路，網路"),
        (f"-{{H|{NET}}}-網路-{{-|{NET}}}-網路", "zh-cn", "网络網路"),
        (f"-{{H|{NET}}}--{{-|zh-cn:网络;zh-tw:網路}}-網路，網絡", "zh-cn", "網路，网络"),
        (f"-{{D|{NET}}}--{{T|{NET}}}--{{{NET}}}-網路", "zh-cn", "网络網路"),  # none of these is for the page
        (f"-{{T;A|{NET}}}-網路", "zh-cn", "网络"),
        (f"-{{H|{NET}}}--{{R|網路}}-，-{{網路}}-，網路", "zh-cn", "網路，網路，网络"),
        ("-{H|zh-hans:甲;zh-hant:乙}-乙", "zh-cn", "甲"),  # the nearest variety
        ("-{H|zh-tw:乙}-乙", "zh-cn", "乙"),
        ("-{H|巨集=>zh-cn:宏}-巨集", "zh-cn", "宏"),
        ("-{H|巨集=>zh-cn:宏}-巨集", "zh-tw", "巨集"),
        ("-{H|巨集=>zh-hans:宏}-巨集", "zh-cn", "巨集"),  # one way is for one variety alone
        ("-{H|zh-cn:丙;zh-tw:甲乙}--{H|甲乙丁}-甲乙，甲乙丁", "zh-cn", "丙，甲乙丁"),  # the longest word, kept as it is
        ("-{H|zh-cn:甲甲;zh-tw:甲}-甲甲甲", "zh-cn", "甲甲甲甲"),  # and what was put there is not looked at again
        ("-{H|zh-cn:乙;zh-tw:甲}--{H|zh-cn:丙;zh-tw:甲}-甲", "zh-cn", "丙"),
        (f"{{|\n|-{{H|{NET}}}-\n|}}\n網路", "zh-cn", "\n网络"),  # declared in what shows nothing
        (f"[[File:a.jpg|-{{A|{NET}}}-]]網路", "zh-cn", "网络"),
        (f"[[a|-{{A|{NET}}}-網路]]網路", "zh-cn", "网络网络网络"),
        (f"{{{{NoteTA|G1=IT|T=x|1={NET}|12=zh-cn:宏;zh-tw:巨集}}}}網路巨集", "zh-cn", "网络宏"),
        (f"{{{{infobox|1={NET}}}}}網路", "zh-cn", "網路"),
        (f"-{{H|{NET}}}-網路", "", f"-{{H|{NET}}}-網路"),
    ],
)
def test_rules_of_a_page_are_done_from_where_they_stand(text: str, variant: str, plain: str) -> None:
    assert read(text, variant)[0] == plain


def test_rules_and_words_are_counted() -> None:
    _, counts = read(f"-{{H|{NET}}}-網路網絡网络-{{-|{NET}}}-網路")
    assert (counts["variant_rules"], counts["variant_words"], counts["variants"]) == (2, 2, 2)
    assert not {"variant_rules", "variant_words"} & set(read(f"-{{{NET}}}-網路")[1])


def test_the_marks_of_rules_are_no_characters_of_a_text() -> None:
    assert without_marks("a\ufdd0\U000f0000b\ufdd1c\ufdd2") == "abc"
    assert read("\ufdd1網路\ufdd0\U000f0001")[0] == "網路"


PIECES = ["-{", "}-", "A|", "H|", "-|", "[[", "]]", "|", "{{", "}}", "甲", "乙", "zh-cn:丙;", "zh-tw:甲", "\ufdd1"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "\n"])).map("".join))
def test_no_mark_is_left_in_a_text(text: str) -> None:
    assert not set("\ufdd0\ufdd1\ufdd2") & set(read(text)[0])


def test_a_page_of_rules_costs_what_its_length_costs() -> None:
    rules = "".join(f"-{{H|zh-cn:甲{number};zh-tw:乙{number}}}-乙{number}" for number in range(20_000))
    assert read(rules)[0] == "".join(f"甲{number}" for number in range(20_000))
    assert "乙" not in read(rules[:200_000] + "[[" * 50_000 + rules[:200_000] + "]]" * 50_000)[0]
    assert read(f"-{{H|zh-cn:丙;zh-tw:{'乙' * 39}甲}}-" + "乙" * 200_000)[0] == "乙" * 200_000


def test_more_rules_than_marks_are_no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafout.text.wikitext_glossary._MAX_RULES", 1)
    glossary = Glossary("zh-cn")
    text = glossary.show(f"H|{NET}") + glossary.show("H|zh-cn:丙;zh-tw:甲") + "網路甲"
    assert glossary.apply(text, Counter()) == "网络甲"
