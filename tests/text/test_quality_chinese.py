import pytest

from leafout.text.quality import QualityRules, fault
from leafout.text.quality_chinese import AD_PHRASES
from leafout.text.quality_parts import ascii_lower

PROSE = (
    "清晨的雾还没有散，老人已经挑着担子出了门。他沿着河边的小路慢慢走，两旁的稻田里传来几声蛙鸣。"
    "镇上的集市刚刚开始热闹，卖豆腐的、修鞋的、磨剪刀的，各自占了一个角落。"
)
TRADITIONAL = (
    "清晨的霧還沒有散，老人已經挑著擔子出了門。鎮上的集市剛剛開始熱鬧，賣豆腐的、修鞋的、磨剪刀的，各自佔了一個角落。"
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROSE * 4, None),
        (TRADITIONAL * 4, None),
        (PROSE, "chinese_min_chars"),
        ("plain words " * 30 + PROSE, "chinese_min_han"),
        (PROSE * 4 + "\ufffd" * 8, "chinese_max_garbled"),
        ((PROSE * 4).encode().decode("gb18030", "ignore"), "chinese_max_garbled|chinese_max_rare_han"),
        (PROSE * 4 + TRADITIONAL * 4, "chinese_max_mixed_script"),
        (PROSE.replace("，", "").replace("。", "").replace("、", "") * 4, "chinese_min_punctuation"),
        ("好，坏。是！否？" * 60, "chinese_max_punctuation"),
        ("\n".join("好天气，坏天气。" for _ in range(40)), "chinese_min_mean_line"),
        ((PROSE.replace("。", "，") + "\n") * 4, "chinese_min_line_ends"),
        ("你好吗？我很好。" * 40, "chinese_min_mean_sentence"),
        (PROSE.replace("。", "，") * 8 + "。", "chinese_max_mean_sentence"),
        ((PROSE + "澳门威尼斯人娱乐城。\n") * 4, "chinese_max_ad_phrases"),
        (PROSE * 8, "chinese_max_duplicate_13_grams"),
    ],
)
def test_each_rule_has_its_name(text: str, reason: str | None) -> None:
    repeats = {} if reason and "13" in reason else {"max_duplicate_13_grams": None}
    found = fault(text, "zh", QualityRules.read({"preset": "none", "chinese": repeats}))
    assert found == reason or (reason is not None and found in reason.split("|"))
    assert fault(text, "en", QualityRules.read({"preset": "none", "chinese": {}})) is None


def test_phrases_are_listed_once() -> None:
    assert len({ascii_lower(phrase) for phrase in AD_PHRASES}) == len(AD_PHRASES)
