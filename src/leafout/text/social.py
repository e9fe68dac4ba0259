"""Posts of social media as text to learn from: reposts, mentions, hashtags, emoji and links kept, dropped or marked."""

import html
import re
from collections import Counter
from collections.abc import Callable
from typing import Literal

from leafout.core.config import Config
from leafout.text.html_fragment import fragment_text


class SocialRules(Config):
    """What becomes of the parts of a post that are no prose."""

    reposts: Literal["keep", "unmark", "placeholder", "drop"] = "drop"
    """`//@name:`, `RT @name:`: kept, without the mark, `<REPOST>`, or dropped with all that follows."""
    mentions: Literal["keep", "drop", "placeholder"] = "placeholder"
    """`@name`, also after `回复`: kept, dropped, or `<USER>`."""
    hashtags: Literal["keep", "unmark", "drop", "placeholder"] = "keep"
    """`#word` and `#话题#`: kept, without their marks, dropped, or `<HASHTAG>`."""
    emoji: Literal["keep", "drop", "placeholder"] = "keep"
    """Unicode emoji: kept, dropped, or `<EMOJI>`, one for each."""
    emoticons: Literal["keep", "drop", "placeholder"] = "keep"
    """Named ones such as `[笑cry]` and `[doge]`: kept, dropped, or `<EMOTICON>`."""
    urls: Literal["keep", "drop", "placeholder"] = "placeholder"
    """Links, also short ones (t.cn, t.co): kept, dropped, or `<URL>`."""
    stock_phrases: Literal["keep", "drop"] = "drop"
    """What sites write into a post themselves, such as `转发微博`, `分享图片` or `网页链接`: kept or dropped."""


_NAME = r"[\w·-]{1,30}"
_CHAIN = re.compile(rf"//\s?[@＠]({_NAME})\s?[:：]?|(?<!\w)(?:RT|MT|via)\s+[@＠]({_NAME})\s?[:：]?")
_MENTION = re.compile(rf"(?:回复|回覆)\s?[@＠]{_NAME}\s?[:：]?|(?<![A-Za-z0-9._%+-])[@＠]{_NAME}")
_URL = re.compile(
    "(?:https?|ftp)://[!-;=?-~\u00a1-\u02ff]{1,2000}|(?<![\\w.@/-])(?:t\\.cn|t\\.co|bit\\.ly|url\\.cn|dwz\\.cn|pic\\.twitter\\.com)"
    "/[A-Za-z0-9]{1,40}|(?<![\\w.@/-])www\\.[A-Za-z0-9.-]{1,200}\\.[A-Za-z]{2,10}(?:/[!-;=?-~]{0,2000})?"
)
_URL_TAIL = ".,;:!?'\")]}"
_TOPIC = re.compile(r"[#＃](?!\s)([^#＃\n]{1,64})(?<!\s)[#＃]")
_HASHTAG = re.compile(r"(?<![\w&/#])[#＃](?=\w{0,99}[^\W\d_])(\w{1,100})")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_EMOTICON = re.compile(
    "\\[(?:[A-Za-z]{0,6}[\u3400-\u9fff][\u3400-\u9fffA-Za-z0-9·]{0,9}"
    "|doge|d叔|good|ok|nice|cry|orz|yeah|nono|haha|c4|lt|gst|xkl|bm|din|vw|ali|lxh)\\]",
    re.IGNORECASE,
)
_PICTURE = (
    "[\U0001f004\U0001f0cf\U0001f170-\U0001f19a\U0001f201-\U0001f265\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
    "\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3297\u3299]"
)
_SKIN = "[\U0001f3fb-\U0001f3ff]"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}[\ufe0e\ufe0f]?{_SKIN}?(?:\u200d{_PICTURE}[\ufe0e\ufe0f]?{_SKIN}?){{0,8}}(?:[\U000e0020-\U000e007f]{{1,8}})?"
    f"|{_SKIN}|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u3030\u303d]\ufe0f"
)
_STOCK = re.compile(
    r"(?:O?网页链接|查看图片|分享图片|分享圖片|分享视频|秒拍视频|微博视频|展开全文c?|收起全文d?|转发微博|轉發微博|转发此微博"
    r"|我发表了头条文章|我在看直播|抱歉，此微博已被作者删除。?|\(分享自\s?\w{1,30}\)|（分享自\s?\w{1,30}）)"
)
_STOCK_ALONE = re.compile(
    r"\s*(?:转发|轉發|转|轉|repost|转发了|re|rt|retweeted|quote tweet)[\s.。!！~～]{0,5}\Z", re.IGNORECASE
)
_SPACES = re.compile("[ \t\u00a0\u3000]{2,}")
_HTML = re.compile(r"</?(?:a|img|span|br|p|div|i|em|b|video)\b[^<>]*>", re.IGNORECASE)


def normalise_post(text: str, rules: SocialRules) -> tuple[str, dict[str, int]]:
    """A post after the rules, and how many of each part were changed.

    HTML that crawlers left in (links, images of emoticons) and entities become plain text first. Names after `//@` and
    `RT @` belong to the repost, others are mentions.

    Returns:
        The text, empty where nothing is left; counts by `html`, `reposts`, `urls`, `hashtags`, `mentions`,
        `emoticons`, `emoji`, `stock_phrases`, without zeros.
    """
    counts: Counter[str] = Counter()
    plain = _plain_text(text, counts)
    plain = _reposts(plain, rules.reposts, counts)
    if rules.urls != "keep":
        plain = _replaced(plain, _URL, _shown(rules.urls, "<URL>"), count=(counts, "urls"), tail=_url)
    plain = _hashtags(plain, rules.hashtags, counts)
    if rules.mentions != "keep":
        plain = _replaced(plain, _MENTION, _shown(rules.mentions, "<USER>"), count=(counts, "mentions"), tail=_mention)
    if rules.emoticons != "keep":
        plain = _replaced(plain, _EMOTICON, _shown(rules.emoticons, "<EMOTICON>"), count=(counts, "emoticons"))
    if rules.emoji != "keep":
        plain = _replaced(plain, _EMOJI, _shown(rules.emoji, "<EMOJI>"), count=(counts, "emoji"))
    if rules.stock_phrases == "drop":
        plain = _without_stock(plain, counts)
    if counts:
        plain = _SPACES.sub(" ", plain)
    return plain.strip(), dict(+counts)


def repost_of(text: str) -> str | None:
    """Whose words a post repeats, by its first `//@name` or `RT @name`; None where it repeats nobody's."""
    found = _CHAIN.search(text)
    return (found[1] or found[2]) if found else None


def _shown(choice: str, placeholder: str) -> str:
    return placeholder if choice == "placeholder" else ""


def _without_stock(text: str, counts: Counter[str]) -> str:
    text = _replaced(text, _STOCK, "", count=(counts, "stock_phrases"))
    if _STOCK_ALONE.match(text):
        counts["stock_phrases"] += 1
        return ""
    return text


def _plain_text(text: str, counts: Counter[str]) -> str:
    if "<" in text and _HTML.search(text):
        counts["html"] += 1
        return fragment_text(text, images=True)
    if "&" in text:
        plain = html.unescape(text)
        counts["html"] += plain != text
        return plain
    return text


def _reposts(text: str, choice: str, counts: Counter[str]) -> str:
    if choice == "keep":
        return text
    if choice == "drop":
        found = _CHAIN.search(text)
        if not found:
            return text
        counts["reposts"] += 1
        return text[: found.start()]
    return _replaced(text, _CHAIN, " " if choice == "unmark" else "<REPOST>", count=(counts, "reposts"))


def _hashtags(text: str, choice: str, counts: Counter[str]) -> str:
    if choice == "keep" or ("#" not in text and "＃" not in text):
        return text

    def shown(found: re.Match[str]) -> str:
        counts["hashtags"] += 1
        return found[1] if choice == "unmark" else _shown(choice, "<HASHTAG>")

    if _HAN.search(text):  # only Weibo and its like close a topic with a second mark
        text = _TOPIC.sub(shown, text)
    return _HASHTAG.sub(shown, text)


def _replaced(
    text: str,
    pattern: re.Pattern[str],
    placeholder: str,
    *,
    count: tuple[Counter[str], str],
    tail: Callable[[str], str] | None = None,
) -> str:
    """The text with what a pattern finds replaced; `tail` says what of a find is no part of it and stays."""

    def shown(found: re.Match[str]) -> str:
        count[0][count[1]] += 1
        return placeholder + (tail(found[0]) if tail else "")

    return pattern.sub(shown, text)


def _url(found: str) -> str:
    """Punctuation that ends the sentence, not the link."""
    kept = found.rstrip(_URL_TAIL)
    return found[len(kept) :]


def _mention(found: str) -> str:
    return " " if found[-1] in ":：" else ""
