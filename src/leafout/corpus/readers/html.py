"""HTML files: a page is a document, its main content the text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leafout.corpus.documents import Document
from leafout.corpus.html.extract import extract_page
from leafout.corpus.html.page import NoPage, Page, PageOptions
from leafout.corpus.readers.opening import open_bytes
from leafout.corpus.readers.record import ReadOptions, Reject, SelectedRecords, Skip

_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<title", b"<meta ", b"<script", b"<div", b"<table", b"<p>")
_HEAD_BYTES = 1024


def looks_like_html(head: bytes) -> bool:
    """Whether a file is a web page by its first bytes: a tag that pages begin with, after white space and comments."""
    text = head[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    while text.startswith((b"<!--", b"<?xml")):
        text = text.partition(b"-->" if text.startswith(b"<!--") else b"?>")[2].lstrip()
        if text.startswith((b"<rss", b"<feed", b"<mediawiki", b"<rdf")):
            return False
    return text.startswith(_MARKS)


def read_html(path: Path, options: ReadOptions, page_options: PageOptions | None = None) -> SelectedRecords:
    """The page of a file as one document; one that asks not to be indexed is skipped.

    Args:
        path: packed or not.
        options: `encoding` goes before what the page declares.
        page_options: limits and what is kept; those of `options` where it is None.

    Raises:
        LeafoutError: when the file cannot be read.
    """
    wanted = page_options or options.page
    with open_bytes(path, options) as stream:
        data = stream.read(wanted.max_bytes + 1)
    page = extract_page(data.decode(options.encoding, "replace") if options.encoding else data, options=wanted)
    yield page_record(page, 1)


def page_record(
    page: Page | NoPage, line: int, *, url: str = "", time: str | None = None, extra: Mapping[str, Any] | None = None
) -> Document | Reject | Skip:
    """What a page becomes in a corpus.

    Args:
        page: read, or why not.
        line: of its record.
        url: where it was found; its own canonical address goes to `extra` where it differs.
        time: when it was fetched; where that is not known, the page's own date.
        extra: more to keep.
    """
    if isinstance(page, NoPage):
        return Reject(line, page.reason, url) if page.fault else Skip(line, page.reason)
    known: dict[str, Any] = {
        "title": page.title,
        "author": page.author,
        "date": page.date if time else None,
        "canonical": page.url if url and page.url != url else None,
        "links": list(page.links) or None,
        "num_links": page.num_links,
        "robots": sorted(page.robots) or None,
        "encoding": page.encoding if page.encoding != "utf-8" else None,
        **(extra or {}),
    }
    return Document(
        text=page.text,
        line=line,
        language=page.language,
        url=url or page.url,
        time=time or page.date,
        extra={name: value for name, value in known.items() if value},
    )
