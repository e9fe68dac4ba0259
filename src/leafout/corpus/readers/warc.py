"""Web archives (WARC and ARC, packed or not): each response that holds a page or plain text is a document."""

from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.html.about import wishes
from leafout.corpus.html.charset import decode_page
from leafout.corpus.html.extract import extract_page
from leafout.corpus.html.page import NoPage, PageOptions
from leafout.corpus.readers.html import page_record
from leafout.corpus.readers.record import ReadOptions, Reject, SelectedRecords, Skip
from leafout.corpus.web_archive.http import parse_response
from leafout.corpus.web_archive.records import WebRecord, records_of
from leafout.corpus.web_archive.unpacking import chunks_of

_PAGES = frozenset(("text/html", "application/xhtml+xml"))
_HEAD_BYTES = 1 << 18


def looks_like_warc(head: bytes) -> bool:
    """Whether a file is a web archive by its first unpacked bytes."""
    return head.startswith((b"WARC/0.", b"WARC/1.", b"filedesc://"))


def read_warc(path: Path, options: ReadOptions, page_options: PageOptions | None = None) -> SelectedRecords:
    """The pages and texts of a web archive; all other records are skipped by kind, broken ones rejected.

    Memory: a record's block up to the limit of a page, however large the archive is.

    Args:
        path: of a WARC or ARC file, packed or not.
        options: limits of the file.
        page_options: limits of a page and what is kept; those of `options` where it is None.

    Raises:
        LeafoutError: when the file cannot be opened or unpacks to more than the limits.
    """
    wanted = page_options or options.page
    chunks = chunks_of(path, options)
    for line, record in enumerate(records_of(chunks, max_block_bytes=wanted.max_bytes + _HEAD_BYTES), 1):
        if isinstance(record, str):
            yield Reject(line, record)
        else:
            yield _read(record, line, wanted)


def _read(record: WebRecord, line: int, wanted: PageOptions) -> Document | Reject | Skip:
    if record.kind not in {"response", "resource", "conversion"}:
        return Skip(line, f"{record.kind[:40] or 'nameless'} record")
    if record.size > wanted.max_bytes + _HEAD_BYTES:
        return Reject(line, f"over {wanted.max_bytes} bytes", record.url)
    if not record.content_type.startswith("application/http"):
        return _content(record, line, record.block, {"content-type": record.content_type}, wanted)
    response = parse_response(record.block, max_bytes=wanted.max_bytes)
    if response is None:
        return Skip(line, "no HTTP response")
    if response.status != 200:
        return Skip(line, f"status {response.status}")
    if response.fault:
        return Reject(line, response.fault, record.url)
    return _content(record, line, response.body, response.headers, wanted)


def _content(
    record: WebRecord, line: int, body: bytes, headers: dict[str, str], wanted: PageOptions
) -> Document | Reject | Skip:
    kind = headers.get("content-type", "").partition(";")[0].partition(",")[0].strip().lower()
    if kind in _PAGES:
        page = extract_page(body, url=record.url, headers=headers, options=wanted)
        return page_record(page, line, url=record.url, time=record.time)
    if kind != "text/plain":
        return Skip(line, f"type {kind[:60] or 'unknown'}")
    unwanted = next((wish for wish in wanted.honour if wish in wishes(headers)), None)
    if unwanted:
        return page_record(NoPage(unwanted), line)
    text = decode_page(body, content_type=headers.get("content-type", "")).text.strip()
    if "\0" in text:
        return Reject(line, "NUL character", record.url)
    return Document(text=text, line=line, url=record.url, time=record.time) if text else Skip(line, "no text")
