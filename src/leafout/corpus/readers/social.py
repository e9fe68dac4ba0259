"""Posts of social media, Weibo- and tweet-like, from JSON lines, JSON lists, CSV, TSV or Parquet."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from leafout.corpus.documents import Document
from leafout.corpus.readers.json_list import read_json_list
from leafout.corpus.readers.json_rows import read_json_lines
from leafout.corpus.readers.opening import PACKED
from leafout.corpus.readers.record import ReadOptions, Records, Reject, SelectedRecords, Skip
from leafout.corpus.readers.tables import read_csv, read_parquet, read_tsv
from leafout.text.chinese_script import convert_script
from leafout.text.dates import iso_time
from leafout.text.social import normalise_post, repost_of

_TABLES = {".csv": read_csv, ".tsv": read_tsv, ".json": read_json_list, ".parquet": read_parquet}
_FULLER = ("full_text", "text_raw", "raw_text", "longText", "long_text")
_TIMES = ("created_at", "createdAt", "publish_time", "pub_time", "post_time", "created_utc", "发布时间", "date")
_IDS = ("id_str", "mid", "mblogid", "bid", "tweet_id", "status_id", "post_id", "weibo_id", "id")
_AUTHORS = ("user", "author", "username", "user_name", "screen_name", "nickname", "user_id", "uid", "author_id", "用户")
_AUTHOR_NAMES = ("screen_name", "username", "nickname", "name", "idstr", "id_str", "id")
_REPOSTED = ("retweeted_status", "retweetedStatus", "retweet", "quoted_status", "repost", "source_post")
_LANGUAGES = ("lang", "language")
_COUNTS = {
    "reposts": ("reposts_count", "retweet_count", "retweets", "forward_count", "转发数"),
    "likes": ("attitudes_count", "favorite_count", "favourites_count", "like_count", "likes", "点赞数"),
    "comments": ("comments_count", "reply_count", "comments", "评论数"),
}
_UNKNOWN_LANGUAGES = frozenset({"und", "zxx", "qme", "qst", "qht", "art"})


def read_social(path: Path, options: ReadOptions) -> SelectedRecords:
    """Posts as `options.social` wants them; a post with nothing of its own left is skipped with the reason.

    A document's time is ISO 8601, its group the author; id, numbers of reposts, likes and comments, whose words it
    repeats and what was changed stand in `extra`.
    """
    for record in _rows(path, options):
        if isinstance(record, Reject):
            yield Skip(record.line, "empty post") if record.reason == "empty text" else record
        else:
            yield _post(record, options)


def _rows(path: Path, options: ReadOptions) -> Records:
    suffixes = [suffix.lower() for suffix in Path(options.name or path).suffixes if suffix.lower() not in PACKED]
    return _TABLES.get(suffixes[-1] if suffixes else "", read_json_lines)(path, options)


def _post(row: Document, options: ReadOptions) -> Document | Skip:
    values = row.extra
    text = row.text if "text" in options.columns else _filled(values, _FULLER) or row.text
    reposted = next((values[name] for name in _REPOSTED if isinstance(values.get(name), dict)), None)
    original = repost_of(text)
    clean, edits = normalise_post(text, options.social)
    if not clean:
        return Skip(row.line, "repost without own words" if original or reposted else "nothing but marks")
    if options.script:
        clean = convert_script(clean, options.script)
    language = row.language or _filled(values, _LANGUAGES) or None
    extra = _kept(values, reposted, original)
    if edits:
        extra["edits"] = edits
    return replace(
        row,
        text=clean,
        group=row.group or _author(values),
        language=None if language in _UNKNOWN_LANGUAGES else language,
        time=_time(row, values),
        url=row.url or _url(values),
        extra=extra,
    )


def _filled(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = values.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _object(value: object) -> Mapping[str, Any] | None:
    """An object, also one that a table holds as JSON."""
    if isinstance(value, str) and value[:1] == "{" and len(value) < 1 << 20:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _author(values: Mapping[str, Any]) -> str | None:
    for name in _AUTHORS:
        user = _object(values.get(name))
        found = _filled(user, _AUTHOR_NAMES) if user is not None else _filled(values, (name,))
        if found:
            return found[:200]
    return None


def _time(row: Document, values: Mapping[str, Any]) -> str | None:
    """The time where it can be read; what cannot be read is no time ("5 分钟前" was true once)."""
    for value in (row.time, *(values.get(name) for name in _TIMES)):
        found = iso_time(value) if isinstance(value, str | int | float) else None
        if found:
            return found
    return None


def _url(values: Mapping[str, Any]) -> str | None:
    number = _filled(values, ("id_str", "tweet_id"))
    if number.isdigit() and ("full_text" in values or "retweet_count" in values or "favorite_count" in values):
        return f"https://twitter.com/i/web/status/{number}"
    number = _filled(values, ("mid",))
    return f"https://m.weibo.cn/status/{number}" if number.isdigit() else None


def _kept(values: Mapping[str, Any], reposted: Mapping[str, Any] | None, original: str | None) -> dict[str, Any]:
    """Of a row's other fields: id and numbers under common names, plain values under their own."""
    extra: dict[str, Any] = {}
    used: set[str] = {*_FULLER, *_TIMES, *_AUTHORS, *_LANGUAGES}
    for part, names in _COUNTS.items():
        found = _filled(values, names)
        if found:
            extra[part] = int(found) if found.isdigit() and len(found) < 16 else found
        used.update(names)
    number = _filled(values, _IDS)
    if number:
        extra["post_id"] = number
        used.update(_IDS)
    if reposted is not None:
        of = {"id": _filled(reposted, _IDS), "author": _author(reposted) or ""}
        extra["repost_of"] = {name: value for name, value in of.items() if value}
    elif original:
        extra["repost_of"] = {"author": original}
    plain = {name: value for name, value in values.items() if isinstance(value, str | int | float | bool)}
    return {name: value for name, value in plain.items() if name not in used} | extra
