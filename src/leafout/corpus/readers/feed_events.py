"""Events of XML as the channel and the entries of a feed: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0.

Sources: "RSS 2.0 Specification" (RSS Advisory Board), "RDF Site Summary 1.0", RFC 4287, "XML Base".
"""

import html
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers.expat import ExpatError

from leafout.corpus.readers.xml_guard import GuardedParser, RefusedXml

_PREFIXES = {
    "http://www.w3.org/2005/Atom": "", "http://purl.org/atom/ns#": "", "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "", "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/dc/elements/1.1/": "dc:", "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:", "http://search.yahoo.com/mrss/": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:", "http://www.w3.org/1999/xhtml": "xhtml:",
}  # fmt: skip
"""Prefixes by what they stand for; a feed may call them otherwise."""

_ENTRIES = frozenset({"item", "entry"})
_FEEDS = frozenset({"channel", "feed"})
_LISTENED_WORDS = (
    "title link description content:encoded content summary xhtml:body body media:description itunes:summary"
    " pubdate dc:date dcterms:created dcterms:issued published updated issued modified created"
    " dcterms:modified author name dc:creator itunes:author category dc:subject guid id language dc:language"
    " license cc:license creativecommons:license copyright rights dc:rights tagline subtitle"
)
_LISTENED = frozenset(_LISTENED_WORDS.split())
_MARKUP_WORDS = "content summary title description content:encoded xhtml:body body rights subtitle tagline"
_MARKUP = frozenset(_MARKUP_WORDS.split())
"""Elements that may hold elements of HTML."""
_SKIPPED_WORDS = "image textinput cloud skiphours skipdays source media:group-thumbnail"
_SKIPPED = frozenset(_SKIPPED_WORDS.split())


@dataclass(slots=True)
class Entry:
    """A channel or an entry.

    Attributes:
        number: of an entry in its feed, from 1; 0 for the channel.
        base: what links start from.
        values: the first text of each element.
        links: `rel` and address, in order.
        categories: in order.
        language: `xml:lang`.
        plain: elements whose text is no HTML.
    """

    number: int
    base: str = ""
    language: str = ""
    values: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Feed:
    """What was read of a feed.

    Attributes:
        channel: the feed itself.
        entries: in order.
        fault: why the rest could not be read; empty when all was.
        refused: whether the fault was hostile.
        root: the name of the outermost element.
    """

    channel: Entry = field(default_factory=lambda: Entry(0))
    entries: list[Entry] = field(default_factory=list)
    fault: str = ""
    refused: bool = False
    root: str = ""


def parse_feed(text: str) -> Feed:
    """The entries of a feed; of an ill-formed one those before the fault, also the broken one as far as it goes."""
    events = _Events()
    try:
        events.parser.feed(text, last=True)
    except RefusedXml as refused:
        events.feed.fault, events.feed.refused = f"refused: {refused}", True
    except ExpatError as error:
        events.feed.fault = f"not well-formed XML, the rest is not read: {error}"
    return events.feed


class _Events:
    """Takes the events of the parser apart."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.parser = GuardedParser(start=self._start, end=self._end, text=self._text, doctype=True)
        self._scopes: list[dict[str, str]] = [{}]
        self._path: list[str] = []
        self._bases: list[str] = [""]
        self._languages: list[str] = [""]
        self._current: Entry | None = None
        self._listening = 0
        self._pieces: list[tuple[bool, str]] = []
        self._silent = 0

    def _name(self, name: str, attributes: dict[str, str]) -> str:
        declared = {
            key[6:]: _PREFIXES.get(value.strip(), f"{key[6:].lower()}:" if key[6:] else "")
            for key, value in attributes.items()
            if key == "xmlns" or key.startswith("xmlns:")
        }
        self._scopes.append(self._scopes[-1] | declared if declared else self._scopes[-1])
        prefix, colon, local = name.rpartition(":")
        return self._scopes[-1].get(prefix, f"{prefix.lower()}:" if colon else "") + local.lower()

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        name = self._name(raw, attributes)
        self.feed.root = self.feed.root or name
        self._path.append(name)
        self._bases.append(_joined(self._bases[-1], attributes.get("xml:base", "")))
        self._languages.append(attributes.get("xml:lang", self._languages[-1]))
        if self._listening:
            self._pieces.append((True, f"<{name.removeprefix('xhtml:')}{_alt(attributes)}>"))
        elif name in _ENTRIES and not self._silent:
            self._begin_entry(attributes)
        elif name in _SKIPPED or self._silent:
            self._silent += 1
        elif name in _FEEDS:
            self.feed.channel.base, self.feed.channel.language = self._bases[-1], self._languages[-1]
        else:
            self._begin_field(name, attributes)

    def _begin_entry(self, attributes: dict[str, str]) -> None:
        about = attributes.get("rdf:about", "")
        self._current = Entry(len(self.feed.entries) + 1, self._bases[-1], self._languages[-1])
        if about:
            self._current.values["rdf:about"] = about
        self.feed.entries.append(self._current)

    def _begin_field(self, name: str, attributes: dict[str, str]) -> None:
        target = self._current or self.feed.channel
        if name in {"link", "atom:link"} and attributes.get("href"):
            target.links.append((attributes.get("rel", "alternate"), _joined(self._bases[-1], attributes["href"])))
        if name == "category" and attributes.get("term"):
            target.categories.append(attributes.get("label") or attributes["term"])
        if name.endswith("license") and attributes.get("rdf:resource"):
            target.values.setdefault("license", attributes["rdf:resource"])
        if name == "guid" and attributes.get("isPermaLink", "true").lower() == "false":
            target.plain.add("guid")
        if name in _LISTENED:
            kind = attributes.get("type", "")
            if kind in {"text", "text/plain"} or (not kind and self.feed.root == "feed" and name in _MARKUP):
                target.plain.add(name)
            if kind.startswith(("image/", "audio/", "video/")) or attributes.get("mode") == "base64":
                return
            self._listening = len(self._path)
            self._pieces = []

    def _text(self, data: str) -> None:
        if self._listening:
            self._pieces.append((False, data))

    def _end(self, _: str) -> None:
        name = self._path.pop()
        self._scopes.pop()
        self._bases.pop()
        self._languages.pop()
        if self._listening:
            if len(self._path) >= self._listening:
                self._pieces.append((True, f"</{name.removeprefix('xhtml:')}>"))
                return
            self._listening = 0
            self._take(name)
        elif self._silent:
            self._silent -= 1
        elif name in _ENTRIES:
            self._current = None

    def _take(self, name: str) -> None:
        target = self._current or self.feed.channel
        value = self._value(name, target)
        self._pieces = []
        if not value.strip():
            return
        if name in {"category", "dc:subject"}:
            target.categories.append(value.strip())
        elif name == "link":
            target.links.append(("alternate", _joined(self._bases[-1], value.strip())))
        elif name != "name" or (self._path and self._path[-1] == "author"):
            target.values.setdefault(name, value)

    def _value(self, name: str, target: Entry) -> str:
        """The text of an element; where it holds elements, as HTML."""
        if not any(is_tag for is_tag, _ in self._pieces):
            return "".join(piece for _, piece in self._pieces)
        if name == "author":
            inner = "".join(piece for is_tag, piece in self._pieces if not is_tag)
            return _person(self._pieces) or inner
        target.plain.discard(name)
        return "".join(piece if is_tag else html.escape(piece, quote=False) for is_tag, piece in self._pieces)


def _person(pieces: list[tuple[bool, str]]) -> str:
    """The `name` inside an author."""
    for place, (is_tag, piece) in enumerate(pieces):
        if is_tag and piece == "<name>":
            return "".join(text for is_tag, text in pieces[place + 1 : place + 40] if not is_tag).split("\n")[0].strip()
    return ""


def _alt(attributes: dict[str, str]) -> str:
    return f' alt="{html.escape(attributes["alt"])}"' if "alt" in attributes else ""


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link else base
    except ValueError:
        return base
