"""MediaWiki XML export dumps: articles as clean text, a page at a time, whatever the size of the dump.

The format is MediaWiki's "Help:Export" (schema export-0.3 to 0.11). A page costs a few times its own text.
"""

import lzma
import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote
from xml.parsers.expat import ExpatError

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import open_bytes
from leafout.corpus.readers.record import ReadOptions, Reject, SelectedRecords, Skip
from leafout.corpus.readers.xml_guard import GuardedParser, RefusedXml
from leafout.text.chinese_script import convert_script, script_of
from leafout.text.wikitext import DROPPED_NAMESPACES, WikitextRules, clean_wikitext

_CHUNK_BYTES = 1 << 18
_LICENCE = "CC BY-SA 4.0"
_DAMAGED = (OSError, EOFError, lzma.LZMAError, zlib.error)
_FIELD_CHARS = 4096
_VARIANTS = {"simplified": "zh-cn", "traditional": "zh-tw"}
_CHINESE = frozenset({"zh", "zh-hans", "zh-hant", "zh-cn", "zh-tw", "zh-hk", "zh-sg"})
_FILE_NAMESPACES = frozenset({"-2", "6", "14"})
_REDIRECT = re.compile(
    r"\s*#\s*(?:redirect|重定向|重新導向|転送|リダイレクト|넘겨주기|weiterleitung|redirection|redirección|перенаправление)"
    r"\s*:?\s*\[\[",
    re.IGNORECASE,
)
_DISAMBIGUATION = re.compile(
    r"\{\{\s*(?:template:|模板:)?\s*(?:disambig\w*|disamb|dab|hndis|geodis|numberdis|letterdis|schooldis|roaddis|"
    r"hospitaldis|mathdab|biodis|airport disambig\w*|place name disambiguation|human name disambiguation|aimai|"
    r"begriffsklärung|dab page|[人地]?名?消歧[義义][頁页]?面?|同名[條条]目)\s*(?:page)?\s*[|}]"
    r"|\[\[\s*(?:category|分类|分類)\s*:\s*(?:[^\]\n]{0,40} )?(?:disambiguation pages?|消歧[义義])"
    r"|__(?:DISAMBIG|消歧[义義])__",
    re.IGNORECASE,
)
_DISAMBIGUATION_TITLE = re.compile(r"[(（](?:disambiguation|消歧义|消歧義|消歧义页|消歧義頁)[)）]\Z", re.IGNORECASE)


def looks_like_mediawiki(head: bytes) -> bool:
    """Whether a file that begins so is a MediaWiki export, or a stream cut out of a multistream dump."""
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return b"<mediawiki" in start or (start.startswith(b"<page>") and b"<title>" in start)


def read_mediawiki(path: Path, options: ReadOptions) -> SelectedRecords:
    """The articles of a dump; `line` is the number of the page.

    Pages of other namespaces, redirects, disambiguation pages and pages of other content models are skipped with that
    reason. A history dump gives the last revision of each page. Of a damaged or ill-formed dump the pages before the
    damage are kept, and the rest is one reject.
    """
    dump = _Dump(options)
    with open_bytes(path, options) as stream:
        for fault in _parsed(stream, dump):
            while dump.pages:
                yield _record(dump.pages.popleft(), dump.site, options)
            if fault:
                yield Reject(dump.count + (not dump.inside), fault)


def _parsed(stream: IO[bytes], dump: "_Dump") -> Iterator[str]:
    """Feed the parser; yields the empty string after each chunk, and at the end what went wrong, if anything did."""
    read = getattr(stream, "read1", stream.read)
    first = True
    try:
        while data := read(_CHUNK_BYTES):
            if first and data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<page"):
                dump.parser.feed(b"<mediawiki>")
                dump.fragment = True
            first = False
            dump.parser.feed(data)
            yield ""
        dump.parser.feed(b"</mediawiki>" if dump.fragment else b"", last=True)
    except RefusedXml as refused:
        yield f"refused: {refused}"
    except ExpatError as error:
        yield f"not well-formed XML, the rest is not read: {error}"
    except _DAMAGED as error:
        yield f"the file is damaged, the rest is not read: {getattr(error, 'strerror', None) or error}"


@dataclass(slots=True)
class _Page:
    """A page as it stands in the dump."""

    number: int
    fields: dict[str, str] = field(default_factory=dict)
    redirect: bool = False
    too_long: bool = False


@dataclass(slots=True)
class _Site:
    """What the head of a dump says of its wiki."""

    language: str = ""
    name: str = ""
    base: str = ""
    namespaces: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    @property
    def is_wikipedia(self) -> bool:
        return self.name.lower() in {"wikipedia", "维基百科", "維基百科"} or ".wikipedia.org/" in self.base


class _Dump:
    """Collects pages from the events of the parser."""

    _FIELDS = {
        ("page", "title"): "title", ("page", "ns"): "ns", ("page", "id"): "id",
        ("revision", "id"): "revision", ("revision", "timestamp"): "time", ("revision", "model"): "model",
        ("revision", "text"): "text",
    }  # fmt: skip
    _SITE = {"sitename": "name", "base": "base"}

    def __init__(self, options: ReadOptions) -> None:
        self.pages: deque[_Page] = deque()
        self.site = _Site()
        self.count = 0
        self.fragment = False
        self._namespace = "0"
        self._text_limit = options.max_document_bytes
        self._page: _Page | None = None
        self._path: list[str] = []
        self._pieces: list[str] = []
        self._chars, self._limit, self._listening = 0, 0, 0
        self.parser = GuardedParser(start=self._start, end=self._end, text=None, doctype=False)

    @property
    def inside(self) -> bool:
        """Whether a page has begun and not ended."""
        return self._page is not None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if name == "mediawiki":
            self.site.language = attributes.get("xml:lang", "")
        elif name == "page":
            self.count += 1
            self._page = _Page(self.count)
        elif name == "redirect" and self._page is not None and parent == "page":
            self._page.redirect = True
        elif not self._listening and self._is_wanted(parent, name, attributes):
            self._listening, self._pieces, self._chars = len(self._path), [], 0
            self._limit = self._text_limit if name == "text" else _FIELD_CHARS
            self.parser.parser.CharacterDataHandler = self._text

    def _is_wanted(self, parent: str, name: str, attributes: dict[str, str]) -> bool:
        if name == "namespace":
            self._namespace = attributes.get("key", "0")
            return self._namespace != "0"
        return (parent, name) in self._FIELDS or (parent == "siteinfo" and name in self._SITE)

    def _text(self, data: str) -> None:
        self._chars += len(data)
        if self._chars <= self._limit:
            self._pieces.append(data)

    def _end(self, name: str) -> None:
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        if self._listening == len(self._path) + 1:
            self.parser.parser.CharacterDataHandler = None
            self._take(parent, name, "".join(self._pieces))
            self._listening, self._pieces = 0, []
        if name == "page" and self._page is not None:
            self.pages.append(self._page)
            self._page = None

    def _take(self, parent: str, name: str, value: str) -> None:
        if parent == "namespaces":
            self.site.namespaces.add(value.strip().lower())
            if self._namespace in _FILE_NAMESPACES:
                self.site.silent.add(value.strip().lower())
        elif parent == "siteinfo":
            setattr(self.site, self._SITE[name], value.strip()[:200])
        elif self._page is not None:
            self._page.fields[self._FIELDS[parent, name]] = value
            if name == "text":
                self._page.too_long = self._chars > self._text_limit


def _record(page: _Page, site: _Site, options: ReadOptions) -> Document | Reject | Skip:
    values = page.fields
    title, text = values.get("title", "").strip(), values.get("text", "")
    if page.too_long:
        return Reject(page.number, f"page too long: over {options.max_document_bytes} characters", title[:200])
    reason = _left_out(page, title, text, site)
    if reason:
        return Skip(page.number, reason)
    language = _language(site)
    clean, edits = clean_wikitext(text, _rules(text, language, site, options))
    if options.script and language in _CHINESE:
        clean, title = convert_script(clean, options.script), convert_script(title, options.script)
    if not clean:
        return Skip(page.number, "no text")
    return Document(
        text=clean,
        line=page.number,
        language=language or None,
        url=_url(site, values.get("title", "").strip()),
        time=values.get("time") or None,
        licence=_LICENCE if site.is_wikipedia else None,
        extra={"title": title, "page_id": values.get("id", ""), "revision": values.get("revision", ""), "edits": edits},
    )


def _left_out(page: _Page, title: str, text: str, site: _Site) -> str:
    """Why a page is no article, or nothing; old exports say the namespace in the title alone."""
    namespace = page.fields.get("ns", "").strip()
    if namespace not in {"", "0"} or (not namespace and title.partition(":")[0].lower() in site.namespaces):
        return "not an article"
    if page.redirect or _REDIRECT.match(text):
        return "redirect"
    if page.fields.get("model", "wikitext").strip() != "wikitext":
        return "not wikitext"
    if _DISAMBIGUATION_TITLE.search(title) or _DISAMBIGUATION.search(text):
        return "disambiguation"
    return ""


def _language(site: _Site) -> str:
    if site.language:
        return site.language.lower()
    host = site.base.partition("://")[2].partition("/")[0]
    return host.partition(".")[0] if host.count(".") == 2 and not host.startswith("www.") else ""


def _rules(text: str, language: str, site: _Site, options: ReadOptions) -> WikitextRules:
    variant = _VARIANTS[options.script or script_of(text) or "simplified"] if language in _CHINESE else ""
    return WikitextRules(variant=variant, dropped_namespaces=DROPPED_NAMESPACES | site.silent)


def _url(site: _Site, title: str) -> str | None:
    folder, slash, _ = site.base.rpartition("/")
    return f"{folder}/{quote(title.replace(' ', '_'), safe='/:@!$*(),;~')}" if slash and "://" in folder + "/" else None
