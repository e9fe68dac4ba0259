"""A web page's bytes or text into its main content and what it says of itself."""

import re
from collections.abc import Mapping
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.corpus.html.about import about, links_of
from leafout.corpus.html.blocks import blocks_of
from leafout.corpus.html.charset import Decoded, decode_page
from leafout.corpus.html.dates import iso_date
from leafout.corpus.html.guard import parse_fault, tamed
from leafout.corpus.html.joining import joined
from leafout.corpus.html.main_text import choose
from leafout.corpus.html.page import NoPage, Page, PageOptions
from leafout.corpus.html.passages import Passage, passages_of

_PACKED = {
    b"\x1f\x8b\x08": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd",
    b"%PDF-": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"7z\xbc\xaf": "7z", b"Rar!": "RAR",
    b"RIFF": "RIFF", b"\x00\x00\x01\x00": "icon", b"\x7fELF": "ELF", b"wOFF": "font", b"wOF2": "font",
}  # fmt: skip
_QUOTED_CHARS = 40
_SAMPLE_CHARS = 1 << 16
_SCRIPT_CHARS = 1000
_letters = re.compile(r"[^\W\d_]").findall
_eastern = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]").findall
_control = re.compile("[\x00-\x08\x0e-\x1f]").findall
_DATE_CHARS = 120


def extract_page(
    data: bytes | str,
    *,
    url: str = "",
    headers: Mapping[str, str] | None = None,
    options: PageOptions | None = None,
) -> Page | NoPage:
    """The main content of a page, and what the page says of itself.

    The time it takes grows with the size of the page, whatever its tags: half a second for a MiB of paragraphs.

    Args:
        data: the page as it was sent (decoded here, see `decode_page`) or as text.
        url: where it was found; empty when that is not known.
        headers: of its HTTP response, names in lower case; `content-type` and the wishes of the site are read.
        options: limits and what is kept.

    Raises:
        LeafoutError: when selectolax is not installed.
    """
    options = options or PageOptions()
    headers = headers or {}
    if len(data) > options.max_bytes:
        return NoPage(f"over {options.max_bytes} bytes", fault=True)
    decoded = _decoded(data, headers.get("content-type", ""))
    if isinstance(decoded, NoPage):
        return decoded
    source = decoded.text.encode("utf-8", "replace")
    fault = parse_fault(source)
    if fault:
        return NoPage(fault, fault=True)
    tree = _parsed(tamed(source))
    said = about(tree, url=url, headers=headers)
    unwanted = next((wish for wish in options.honour if wish in said.robots), None)
    if unwanted:
        return NoPage(unwanted)
    if tree.body is None:
        return NoPage("no text")
    passages = passages_of(blocks_of(tree.body))
    described = " ".join(said.description.split())[:_QUOTED_CHARS]
    kept = passages if options.whole else choose(passages, described if len(described) > 20 else "")
    text = joined(kept).replace("\0", "")
    if len(text) < max(1, options.min_chars):
        return NoPage("no text" if not text else f"under {options.min_chars} characters")
    return Page(
        text=text,
        title=said.title,
        date=said.date or _seen_date(passages, kept),
        author=said.author,
        language=_believed(said.language, text),
        url=said.url,
        num_links=len(tree.css("a[href]")),
        links=links_of(tree, said.base, options.max_links),
        robots=frozenset(said.robots),
        encoding=decoded.encoding,
    )


def _decoded(data: bytes | str, content_type: str) -> Decoded | NoPage:
    if isinstance(data, str):
        return Decoded(data, "utf-8")
    packed = next((name for mark, name in _PACKED.items() if data.startswith(mark)), "")
    if packed:
        return NoPage(f"no page but {packed}", fault=True)
    decoded = decode_page(data, content_type=content_type)
    sample = decoded.text[:_SAMPLE_CHARS]
    if decoded.replaced + len(_control(sample)) > 0.1 * len(sample):
        return NoPage("no text but bytes", fault=True)
    return decoded


def _parsed(source: bytes) -> Any:
    try:
        from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser
    except ImportError:
        hint = "pip install 'leafout[web]'"
        raise LeafoutError("reading web pages takes `selectolax`, which is not installed", hint=hint) from None
    return LexborHTMLParser(source, options=LexborDocumentOptions.WO_EVENTS)


def _seen_date(passages: list[Passage], kept: list[Passage]) -> str | None:
    """A date in a short line at the top of the text: before its first paragraph or right after."""
    first = next((place for place, one in enumerate(passages) if one is kept[0]), 0)
    near = [*reversed(passages[max(0, first - 8) : first]), *passages[first : first + 2]]
    return next((date for one in near if len(one.text) <= _DATE_CHARS and (date := iso_date(one.text))), None)


def _believed(language: str | None, text: str) -> str | None:
    """The claimed language, unless the script of the text belies it."""
    if language is None:
        return None
    sample = text[:_SCRIPT_CHARS]
    letters, chinese = len(_letters(sample)), len(_eastern(sample))
    mostly = chinese > 0.3 * letters
    return language if mostly == (language in {"zh", "ja", "ko", "yue"}) or not letters else None
