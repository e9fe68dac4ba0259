"""Rules for Chinese web text.

`min_chars`, `min_mean_line`, `min_han`, `max_ad_phrases` and `max_duplicate_13_grams` have the thresholds of Chen et
al. 2023, "ChineseWebText", preprocessing (there the phrases are a list of sensitive words). The others are our own:
picked so that all together keep 99 of 100 novels and technical articles.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from leafout.core.config import Config
from leafout.text.quality_chars import GARBLED, HAN, PUNCTUATION, RARE_HAN, SIMPLIFIED, TRADITIONAL
from leafout.text.quality_parts import Parts, occurrences

SOURCE = "Chen et al. 2023"
CITED = ("min_chars", "min_mean_line", "min_han", "max_ad_phrases", "max_duplicate_13_grams")
"""The rules whose thresholds are the paper's; the others are ours."""
LINE_CHARS = 100
MIN_SCRIPT_CHARS = 20
"""Fewer characters of one script only do not say which script a text is in."""
AD_PHRASES = (
    "加微信", "加薇信", "微信号", "加QQ", "扫码关注", "扫描二维码", "关注公众号", "点击进入", "点击下载", "点击咨询",
    "免费咨询", "在线咨询", "咨询热线", "联系电话", "热线电话", "免费领取", "限时优惠", "立即购买", "立即抢购", "包邮",
    "代理加盟", "招商加盟", "诚招代理", "刷单", "兼职日结", "日赚", "月入过万", "稳赚", "网上赚钱", "代开发票", "办证",
    "娱乐城", "博彩", "赌场", "赌博", "彩票", "时时彩", "六合彩", "百家乐", "老虎机", "澳门威尼斯", "葡京", "真人荷官",
    "注册送", "首存", "返水", "下注", "盘口", "北京赛车", "快三", "开奖直播", "精准预测", "贷款秒批", "无抵押贷款",
    "成人视频", "激情视频", "一夜情", "援交", "私服", "传奇外挂", "友情链接", "网站地图", "版权所有", "备案号", "ICP备",
    "上一篇", "下一篇", "返回顶部", "设为首页", "加入收藏",
)  # fmt: skip
"""Advertising, gambling and page furniture; one of them in a text says nothing, one for every other line a lot."""


class ChineseRules(Config):
    """Rules for Chinese web text (Chen et al. 2023, and our own); other languages are left alone."""

    min_chars: Annotated[int, Field(ge=0)] | None = 200
    """Fewest characters."""
    min_mean_line: Annotated[float, Field(ge=0)] | None = 10
    """Least mean length of lines, in characters."""
    min_han: Annotated[float, Field(ge=0, le=1)] | None = 0.3
    """Smallest fraction of Chinese characters, white space aside."""
    max_garbled: Annotated[float, Field(ge=0, le=1)] | None = 0.01
    """Largest fraction of replacement, private-use, unassigned and control characters, white space aside."""
    max_rare_han: Annotated[float, Field(ge=0, le=1)] | None = 0.25
    """Largest fraction of Chinese characters that are rare in both scripts: text read with a wrong charset."""
    max_mixed_script: Annotated[float, Field(ge=0, le=0.5)] | None = 0.4
    """Largest fraction of the rarer script among characters that are simplified or traditional only."""
    min_punctuation: Annotated[float, Field(ge=0, le=1)] | None = 0.02
    """Smallest fraction of punctuation, white space aside: below it stand lists of keywords."""
    max_punctuation: Annotated[float, Field(ge=0, le=1)] | None = 0.3
    """Largest fraction of punctuation, white space aside."""
    min_line_ends: Annotated[float, Field(ge=0, le=1)] | None = 0.05
    """Smallest fraction of lines that end like a sentence."""
    min_mean_sentence: Annotated[float, Field(ge=0)] | None = 6
    """Least mean length of sentences, in characters without white space."""
    max_mean_sentence: Annotated[float, Field(ge=0)] | None = 250
    """Largest mean length of sentences, in characters without white space."""
    max_ad_phrases: Annotated[float, Field(ge=0)] | None = 0.5
    """Most phrases of advertising, gambling and page furniture for each line (each 100 characters of longer ones)."""
    max_duplicate_13_grams: Annotated[float, Field(ge=0, le=1)] | None = 0.5
    """Largest fraction of characters in repeats of thirteen words (mostly characters) in a row."""


def han(parts: Parts) -> float:
    """Fraction of Chinese characters."""
    return _of_dense(parts, HAN)


def garbled(parts: Parts) -> float:
    """Fraction of characters that a wrong charset leaves."""
    return _of_dense(parts, GARBLED)


def punctuation(parts: Parts) -> float:
    """Fraction of punctuation."""
    return _of_dense(parts, PUNCTUATION)


def _of_dense(parts: Parts, bit: int) -> float:
    return parts.count(bit) / parts.dense_chars if parts.dense_chars else 0.0


def rare_han(parts: Parts) -> float:
    """Fraction of the Chinese characters that are rare."""
    found = parts.count(HAN)
    return parts.count(RARE_HAN) / found if found else 0.0


def mixed_script(parts: Parts) -> float:
    """Share of the rarer script; 0 where there is too little to say."""
    simplified, traditional = parts.count(SIMPLIFIED), parts.count(TRADITIONAL)
    enough = simplified + traditional >= MIN_SCRIPT_CHARS
    return min(simplified, traditional) / (simplified + traditional) if enough else 0.0


def mean_line(parts: Parts) -> float:
    """Mean length of the lines in characters."""
    return sum(map(len, parts.lines)) / len(parts.lines) if parts.lines else 0.0


def mean_sentence(parts: Parts) -> float:
    """Characters for each sentence, white space aside."""
    return parts.dense_chars / parts.sentences if parts.sentences else 0.0


def ad_phrases(parts: Parts) -> float:
    """Phrases of advertising and the like for each line; a long text has at least a line for every 100 characters."""
    lines = max(len(parts.lines), parts.dense_chars / LINE_CHARS)
    return sum(occurrences(parts.lower, phrase.lower()) for phrase in AD_PHRASES) / lines if lines else 0.0


MEASURES: dict[str, Callable[[Parts], float]] = {
    "han": han,
    "garbled": garbled,
    "rare_han": rare_han,
    "mixed_script": mixed_script,
    "punctuation": punctuation,
    "mean_line": mean_line,
    "mean_sentence": mean_sentence,
    "ad_phrases": ad_phrases,
}
