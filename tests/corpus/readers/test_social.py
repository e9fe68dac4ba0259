import json
from pathlib import Path
from typing import Any

import pytest

from leafout.corpus.documents import Document
from leafout.corpus.readers.record import ReadOptions, Reject, Skip
from leafout.corpus.readers.social import read_social
from leafout.text.social import SocialRules

TWEET = {
    "created_at": "Tue Mar 05 08:30:00 +0000 2024",
    "id": 1764,
    "id_str": "1764",
    "full_text": "Hello @ann &amp; all https://t.co/x #news 😀",
    "user": {"id_str": "9", "screen_name": "bo", "followers_count": 3},
    "retweet_count": 5,
    "favorite_count": 7,
    "lang": "en",
    "entities": {"urls": []},
    "source": "web",
}
WEIBO = {
    "mid": "4900000000000001",
    "text": '今天天气真好<img alt="[太开心]" src="x"> http://t.cn/A //@小红:是吗',
    "created_at": "2024-03-05 16:30:00",
    "user": {"id": 77, "screen_name": "小明"},
    "reposts_count": 1,
    "attitudes_count": 2,
    "comments_count": 3,
    "retweeted_status": {"mid": "48", "user": {"screen_name": "小红"}, "text": "是吗"},
}


def read(folder: Path, rows: list[dict[str, Any]], rules: SocialRules | None = None) -> list[Document | Reject | Skip]:
    path = folder / "posts.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return list(read_social(path, ReadOptions(name="posts.jsonl", social=rules or SocialRules())))


def test_a_tweet_is_a_document(tmp_path: Path) -> None:
    assert read(tmp_path, [TWEET]) == [
        Document(
            text="Hello <USER> & all <URL> #news 😀",
            line=1,
            group="bo",
            language="en",
            url="https://twitter.com/i/web/status/1764",
            time="2024-03-05T08:30:00Z",
            extra={
                "source": "web",
                "reposts": 5,
                "likes": 7,
                "post_id": "1764",
                "edits": {"html": 1, "mentions": 1, "urls": 1},
            },
        )
    ]


def test_a_weibo_post_is_a_document(tmp_path: Path) -> None:
    assert read(tmp_path, [WEIBO], SocialRules(urls="drop", emoticons="drop")) == [
        Document(
            text="今天天气真好",
            line=1,
            group="小明",
            url="https://m.weibo.cn/status/4900000000000001",
            time="2024-03-05T16:30:00",
            extra={
                "reposts": 1,
                "likes": 2,
                "comments": 3,
                "post_id": "4900000000000001",
                "repost_of": {"id": "48", "author": "小红"},
                "edits": {"emoticons": 1, "html": 1, "reposts": 1, "urls": 1},
            },
        )
    ]


def test_posts_with_nothing_of_their_own_are_skipped_with_the_reason(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        [
            {"text": "转发微博//@小红:原文"},
            {"text": "RT @ann: words"},
            {"text": "  "},
            {"text": "分享图片"},
            {"text": "自己的话"},
        ],
    )
    assert records[:4] == [
        Skip(1, "repost without own words"),
        Skip(2, "repost without own words"),
        Skip(3, "empty post"),
        Skip(4, "nothing but marks"),
    ]
    assert isinstance(records[4], Document)


def test_tables_of_posts_are_read_and_labels_stay(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("label,review\n1,好看[爱你]//@小红:嗯\n0,@a bad\n", encoding="utf-8")
    one, two = read_social(path, ReadOptions(name="posts.csv"))
    assert isinstance(one, Document)
    assert isinstance(two, Document)
    assert (one.text, one.label) == ("好看[爱你]", "1")
    assert (two.text, two.label, two.extra["edits"]) == ("<USER> bad", "0", {"mentions": 1})


def test_the_script_is_converted_by_choice(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text": "學校"}\n', encoding="utf-8")
    (one,) = read_social(path, ReadOptions(script="simplified"))
    assert isinstance(one, Document)
    assert one.text == "学校"


@pytest.mark.parametrize(
    "line", ["{", '{"no": 1}', '{"text": "\\ud83d"}', "[1]", '{"text": "a", "user": "' + "{" * 1000 + '"}']
)
def test_bad_rows_are_rejects_or_documents_and_never_failures(tmp_path: Path, line: str) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    (record,) = read_social(path, ReadOptions())
    assert isinstance(record, Reject) or record.text == "a"  # type: ignore[union-attr]  # a skip would be wrong
