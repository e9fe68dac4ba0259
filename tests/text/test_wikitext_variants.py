import pytest

from leafout.text.wikitext_variants import VariantRule, declared_rule, variant_text


@pytest.mark.parametrize(
    ("content", "variant", "shown"),
    [
        ("zh-hans:计算机; zh-hant:電腦;", "zh-cn", "计算机"),
        ("zh-hans:计算机; zh-hant:電腦;", "zh-tw", "電腦"),
        ("zh-cn:网络;zh-tw:網路;zh-hk:網絡", "zh-hk", "網絡"),
        ("zh-cn:网络;zh-tw:網路;zh-hk:網絡", "zh-mo", "網絡"),
        ("zh-tw:網路", "zh-cn", "網路"),
        ("zh:原文;zh-tw:網路", "zh-cn", "原文"),
        ("A|zh-cn:甲;zh-tw:乙", "zh-tw", "乙"),
        ("H|zh-cn:甲;zh-tw:乙", "zh-tw", ""),
        ("T|zh-cn:甲;zh-tw:乙", "zh-tw", ""),
        ("-|zh-cn:甲;zh-tw:乙", "zh-tw", ""),
        ("D|zh-cn:甲;zh-tw:乙", "zh-tw", ""),
        ("R|乾隆;zh", "zh-cn", "乾隆;zh"),
        ("zh-hans|乾隆", "zh-cn", "乾隆"),
        ("乾隆", "zh-cn", "乾隆"),
        ("甲=>zh-cn:乙;甲=>zh-tw:丙", "zh-tw", "丙"),
        ("zh-cn:a&nbsp;b;zh-tw:c", "zh-cn", "a&nbsp;b"),
        ("", "zh-cn", ""),
    ],
)
def test_a_variety_sees_its_rule_or_the_nearest(content: str, variant: str, shown: str) -> None:
    assert variant_text(content, variant) == shown


def test_long_flags_and_many_rules_cost_what_their_length_costs() -> None:
    assert variant_text(" " * 200_000 + "|x", "zh-cn") == "|x"
    assert variant_text("zh-cn:甲;" * 50_000, "zh-cn") == "甲"


@pytest.mark.parametrize(
    ("content", "variant", "words"),
    [
        ("H|zh-cn:网络;zh-tw:網路", "zh-cn", {"网络": "网络", "網路": "网络"}),
        ("A|zh-cn:网络;zh-tw:網路;zh-hk:網絡", "zh-mo", {"网络": "網絡", "網路": "網絡", "網絡": "網絡"}),
        ("A|zh-cn:网络;zh-tw:", "zh-cn", {"网络": "网络"}),
        ("A|zh-tw:;zh:x", "zh-cn", {"x": "x"}),
        ("H|甲=>zh-cn:;乙=>zh-tw:丙;=>zh-cn:丁", "zh-cn", {"甲": ""}),
        ("A|乾隆", "zh-tw", {"乾隆": "乾隆"}),
    ],
)
def test_a_rule_for_the_page_says_what_becomes_of_each_of_its_words(
    content: str, variant: str, words: dict[str, str]
) -> None:
    assert declared_rule(content, variant) == VariantRule(words)


@pytest.mark.parametrize(
    "content", ["zh-cn:甲;zh-tw:乙", "T|zh-cn:甲", "D|zh-cn:甲", "A;R|zh-cn:甲", "A|", "H|zh-cn:", "甲"]
)
def test_other_flags_and_empty_texts_declare_nothing(content: str) -> None:
    assert declared_rule(content, "zh-cn") is None


def test_a_rule_can_be_taken_back_and_needs_a_variety_that_is_known() -> None:
    assert declared_rule("-|zh-cn:甲;zh-tw:乙", "zh-cn") == VariantRule({"甲": "甲", "乙": "甲"}, removes=True)
    assert declared_rule("A|zh-cn:甲", "sr-ec") is None
