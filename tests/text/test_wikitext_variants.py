import pytest

from leafout.text.wikitext_variants import variant_text


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
