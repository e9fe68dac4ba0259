"""Saved feeds, RSS, Atom and JSON Feed: a document an entry."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from leafout.corpus.documents import Document
from leafout.corpus.readers.feed_events import Entry, Feed, parse_feed
from leafout.corpus.readers.feed_text import feed_text
from leafout.corpus.readers.opening import open_bytes
from leafout.corpus.readers.record import ReadOptions, Reject, SelectedRecords, Skip
from leafout.corpus.readers.strict_json import strict_json
from leafout.text.chinese_script import convert_script
from leafout.text.dates import iso_time
from leafout.text.html_fragment import fragment_text

_ROOT = re.compile(rb"<(?:[A-Za-z0-9_]{1,20}:)?(?:rss|feed|RDF|rdf|channel|entry)[\s>]")
_MARKS = (
    b"purl.org/rss",
    b"w3.org/2005/Atom",
    b"purl.org/atom",
    b"<rss",
    b"netscape.com/rdf",
    b"<channel>",
    b"<entry>",
)
_JSON_MARK = b"jsonfeed.org/version"
_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "rdf:rdf", "entry"})
_BODIES = (
    "content:encoded", "content", "xhtml:body", "body", "summary", "description", "media:description",
    "itunes:summary",
)  # fmt: skip
_TIMES = (
    "pubdate", "published", "dc:date", "issued", "dcterms:issued", "dcterms:created", "created", "updated", "modified",
    "dcterms:modified",
)  # fmt: skip
_AUTHORS = ("author", "dc:creator", "itunes:author", "name")
_LICENCES = ("license", "cc:license", "creativecommons:license")
_MAIL_AND_NAME = re.compile(r"[^\s()]{1,100}@[^\s()]{1,100}\s{0,8}\(([^()]{1,200})\)\Z")


def looks_like_feed(head: bytes) -> bool:
    """Whether a file that begins so is a feed."""
    plain = head[: 1 << 14].replace(b"\0", b"")
    if plain.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"{"):
        return _JSON_MARK in plain
    return bool(_ROOT.search(plain)) and any(mark in plain for mark in _MARKS)


def read_feed(path: Path, options: ReadOptions) -> SelectedRecords:
    """The entries of a feed: text of its content or summary, else its title; `line` is the number of the entry.

    Title, authors, categories, guid and the feed's title stand in `extra`. Undeclared entities, wrong encodings and
    bare ampersands are mended and counted (`mended` in `extra`); of an ill-formed feed the entries before the fault
    are kept, and the rest is one reject. A feed is held in memory, up to `options.max_document_bytes`.
    """
    with open_bytes(path, options) as stream:
        data = stream.read(options.max_document_bytes + 1)
    if len(data) > options.max_document_bytes:
        yield Reject(1, f"feed too long: over {options.max_document_bytes} bytes")
        return
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        yield from _json_feed(data, options)
        return
    text, mended = feed_text(data, options.encoding)
    feed = parse_feed(text)
    if feed.root not in _ROOTS:
        yield Reject(1, feed.fault or f"not a feed: its root is `{feed.root[:40]}`", text[:200])
        return
    for entry in feed.entries:
        if entry.number == len(feed.entries) and feed.fault and not _body(entry):
            continue
        yield _document(entry, feed, mended, options)
    if feed.fault:
        yield Reject(len(feed.entries) + 1, feed.fault)


def _document(entry: Entry, feed: Feed, mended: Mapping[str, int], options: ReadOptions) -> Document | Skip:
    title = _plain(entry, "title")
    text = _body(entry) or title
    if not text:
        return Skip(entry.number, "entry without text")
    extra: dict[str, Any] = {
        "title": title,
        "guid": (entry.values.get("guid") or entry.values.get("id") or entry.values.get("rdf:about", "")).strip(),
        "author": _author(entry) or _author(feed.channel),
        "categories": list(dict.fromkeys(one.strip() for one in entry.categories if one.strip())),
        "feed": _plain(feed.channel, "title"),
        "mended": dict(mended),
    }
    licence = next(
        (value for one in (entry, feed.channel) for name in _LICENCES if (value := one.values.get(name))), None
    )
    return _finished(
        Document(
            text=text,
            line=entry.number,
            url=_link(entry, feed),
            time=next((t for name in _TIMES if (t := iso_time(entry.values.get(name, "")))), None),
            language=_language(entry, feed.channel),
            licence=licence.strip() if licence else None,
            extra={name: value for name, value in extra.items() if value},
        ),
        options,
    )


def _finished(document: Document, options: ReadOptions) -> Document:
    if not options.script:
        return document
    from dataclasses import replace

    title = document.extra.get("title")
    extra = document.extra | ({"title": convert_script(title, options.script)} if title else {})
    return replace(document, text=convert_script(document.text, options.script), extra=extra)


def _body(entry: Entry) -> str:
    return next((text for name in _BODIES if (text := _plain(entry, name))), "")


def _plain(entry: Entry, name: str) -> str:
    """An element's text; HTML in it as a reader sees it."""
    value = entry.values.get(name, "")
    if name in entry.plain or ("<" not in value and "&" not in value):
        return "\n".join(" ".join(line.split()) for line in value.strip().splitlines() if line.strip())
    return fragment_text(value)


def _author(entry: Entry) -> str:
    value = next((value.strip() for name in _AUTHORS if (value := entry.values.get(name, "")).strip()), "")
    named = _MAIL_AND_NAME.match(value)
    return " ".join((named[1] if named else value).split())[:200]


def _language(entry: Entry, channel: Entry) -> str | None:
    for one in (entry, channel):
        found = one.values.get("dc:language") or one.values.get("language") or one.language
        if found.strip():
            return found.strip().lower()[:20]
    return None


def _link(entry: Entry, feed: Feed) -> str | None:
    """The entry's own page: its alternate link, else a guid that is one; relative ones start from the feed's."""
    found = [link for rel, link in entry.links if rel == "alternate"] + [link for _, link in entry.links]
    if "guid" not in entry.plain:
        found.append(entry.values.get("guid", "").strip())
    found += [entry.values.get("id", "").strip(), entry.values.get("rdf:about", "").strip()]
    homes = sorted(feed.channel.links, key=lambda link: link[0] != "alternate")
    home = next((link for _, link in homes if link.startswith(("http://", "https://"))), "")
    for link in found:
        if not link:
            continue
        try:
            whole = urljoin(entry.base or home, link)
        except ValueError:
            continue
        if whole.startswith(("http://", "https://")) and not any(char.isspace() for char in whole):
            return whole
    return None


def _json_feed(data: bytes, options: ReadOptions) -> SelectedRecords:
    """JSON Feed 1 and 1.1 (jsonfeed.org)."""
    try:
        feed = strict_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        yield Reject(1, f"not JSON: {error}"[:200])
        return
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        yield Reject(1, "not a feed: no list of `items`")
        return
    for number, item in enumerate(items, 1):
        yield _json_entry(item, feed, number, options) if isinstance(item, dict) else Reject(number, "not an object")


def _json_entry(item: Mapping[str, Any], feed: Mapping[str, Any], number: int, options: ReadOptions) -> Document | Skip:
    def said(name: str, of: Mapping[str, Any] = item) -> str:
        value = of.get(name)
        return value.strip() if isinstance(value, str) else ""

    body = fragment_text(said("content_html")) or said("content_text") or said("summary")
    text = body or said("title")
    if not text:
        return Skip(number, "entry without text")
    names = _json_authors(item) or _json_authors(feed)
    tags = item.get("tags")
    extra = {
        "title": said("title"),
        "guid": said("id"),
        "author": ", ".join(names),
        "categories": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "feed": said("title", feed),
    }
    link = said("url") or said("external_url")
    return _finished(
        Document(
            text=text,
            line=number,
            url=link if link.startswith(("http://", "https://")) else None,
            time=iso_time(said("date_published") or said("date_modified")),
            language=(said("language") or said("language", feed)).lower() or None,
            extra={name: value for name, value in extra.items() if value},
        ),
        options,
    )


def _json_authors(of: Mapping[str, Any]) -> list[str]:
    authors = of.get("authors") or [of.get("author")]
    found = [one.get("name") for one in authors if isinstance(one, dict)] if isinstance(authors, list) else []
    return [name.strip() for name in found if isinstance(name, str) and name.strip()]
