import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.text.social import SocialRules, normalise_post, repost_of

KEEP = {
    "reposts": "keep", "mentions": "keep", "hashtags": "keep", "emoji": "keep", "emoticons": "keep", "urls": "keep",
    "stock_phrases": "keep",
}  # fmt: skip


def normalised(text: str, **choices: Any) -> str:
    """The text with every part kept but those named."""
    return normalise_post(text, SocialRules.read(KEEP | choices))[0]


@pytest.mark.parametrize(
    ("text", "choices", "plain"),
    [
        ("好看！//@小明: 转发微博//@小红:原文", {"reposts": "drop"}, "好看！"),
        ("好看！//@小明: 是的", {"reposts": "unmark"}, "好看！ 是的"),
        ("好看！//@小明:是的", {"reposts": "placeholder"}, "好看！<REPOST>是的"),
        ("RT @ann: the words", {"reposts": "unmark"}, "the words"),
        ("So true RT @ann: the words", {"reposts": "drop"}, "So true"),
        ("ART @ann", {"reposts": "drop"}, "ART @ann"),
        ("see http://t.co/a//@b", {"reposts": "keep", "urls": "placeholder"}, "see <URL>"),
        ("回复@小明:好的 @小红 来", {"mentions": "placeholder"}, "<USER> 好的 <USER> 来"),
        ("回复@小明:好的", {"mentions": "drop"}, "好的"),
        ("mail a.b@example.org to @ann_b, ok", {"mentions": "drop"}, "mail a.b@example.org to , ok"),
        ("#双十一#开始了", {"hashtags": "unmark"}, "双十一开始了"),
        ("#Sweet Morning#早安", {"hashtags": "drop"}, "早安"),
        ("#one two #three", {"hashtags": "unmark"}, "one two three"),
        ("take #1 and C# and #2fast", {"hashtags": "placeholder"}, "take #1 and C# and <HASHTAG>"),
        ("太好了[笑cry][doge][1]", {"emoticons": "placeholder"}, "太好了<EMOTICON><EMOTICON>[1]"),
        ("a [sic] b [太开心]", {"emoticons": "drop"}, "a [sic] b"),
        ("👍🏽 好 👨‍👩‍👧 🇨🇳 1️⃣ ok 1", {"emoji": "placeholder"}, "<EMOJI> 好 <EMOJI> <EMOJI> <EMOJI> ok 1"),
        ("©2024 → 好😀", {"emoji": "drop"}, "©2024 → 好"),
        ("看http://t.cn/Abc123好，t.co/x.", {"urls": "placeholder"}, "看<URL>好，<URL>."),
        ("(see https://a.org/x?y=1&z).", {"urls": "drop"}, "(see )."),
        ("分享图片 好", {"stock_phrases": "drop"}, "好"),
        ("转发微博", {"stock_phrases": "drop"}, ""),
        ("转发微博是什么", {"stock_phrases": "drop"}, "是什么"),
        ("Repost.", {"stock_phrases": "drop"}, ""),
        ("a &lt; b &amp; c", {}, "a < b & c"),
        ('<a href="/n/x">@x</a> 好<img alt="[笑cry]" src="y">', {}, "@x 好[笑cry]"),
    ],
)
def test_each_part_is_what_its_rule_says(text: str, choices: dict[str, str], plain: str) -> None:
    assert normalised(text, **choices) == plain


def test_changes_are_counted_by_part() -> None:
    text, counts = normalise_post("回复@甲:好[笑cry] http://t.cn/a #话题# 😀//@乙:嗯", SocialRules())
    assert text == "<USER> 好[笑cry] <URL> #话题# 😀"
    assert counts == {"mentions": 1, "reposts": 1, "urls": 1}


def test_a_post_with_everything_kept_stays_as_it_is() -> None:
    text = "RT @a: #x# [doge] 😀  http://t.cn/a //@b:转发微博"
    assert normalise_post(text, SocialRules.read(KEEP)) == (text, {})


def test_whose_words_a_post_repeats_is_known() -> None:
    assert repost_of("好//@小明: x//@小红:y") == "小明"
    assert repost_of("RT @ann: x") == "ann"
    assert repost_of("hello @ann") is None


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(LeafoutError, match="`emoji`"):
        SocialRules.read({"emoji": "smile"})


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["@", "//@", "RT @", "#", "[", "]", "哭", "http://", "t.cn/", "😀", "\u200d", "&", "<a>"])
        | st.text(max_size=4)
    )
)
def test_nothing_makes_it_fail_and_every_change_is_counted(parts: list[str]) -> None:
    text = "".join(parts)
    plain, counts = normalise_post(text, SocialRules())
    assert plain == text.strip() or counts


@pytest.mark.parametrize(
    "part",
    ["@", "//@", "#a", "#", "[", "[哭", "http://", "t.cn/a", "😀\u200d", "回复@", "RT ", "www.a.", "&#", "<a", " "],
)
def test_twenty_thousand_marks_cost_what_their_length_costs(part: str) -> None:
    rules = SocialRules(hashtags="drop", emoji="drop", emoticons="drop", reposts="unmark")
    start = time.process_time()
    normalise_post(part * 20_000, rules)
    assert time.process_time() - start < 10
