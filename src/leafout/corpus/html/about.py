"""What a page says of itself: title, date, author, language, address, and what it asks of robots."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from leafout.corpus.html.dates import date_in_path, iso_date, mail_date

_MAX_JSON_CHARS = 1 << 18
_MAX_JSON_NODES = 2000
_MAX_NAME_CHARS = 100
_MAX_TITLE_CHARS = 500
_no_name = re.compile(r"://|www\.|@|^\d+$").search
_SEPARATORS = re.compile(r"\s+[-–—|·•»_]\s+|\s*[_|–—]\s*|-(?=[^-]*$)")

_DATES = (
    "article:published_time", "og:published_time", "datepublished", "publishdate", "pubdate", "publish-date",
    "publication_date", "article.published", "sailthru.date", "parsely-pub-date", "dc.date.issued", "dcterms.date",
    "dcterms.created", "dc.date", "dc.date.created", "date", "og:release_date", "apub:time", "weibo:article:create_at",
    "publishedtime", "bytedance:published_time",
)  # fmt: skip
_AUTHORS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "og:article:author",
)
_WITH_VALUES = frozenset(("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"))
_DIRECTIVES = frozenset(("noindex", "nofollow", "none", "noai", "noimageai", "noarchive", "nosnippet"))


@dataclass(slots=True)
class About:
    """What a page says of itself (see `Page`)."""

    title: str = ""
    description: str = ""
    date: str | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None
    base: str = ""
    robots: set[str] = field(default_factory=set)


def about(tree: Any, *, url: str = "", headers: Mapping[str, str] | None = None) -> About:
    """What a page says of itself.

    Args:
        tree: the `LexborHTMLParser` of the page.
        url: where it was found; empty when that is not known.
        headers: of its HTTP response, names in lower case.
    """
    metas, links, base, titles, times, scripts = _gather(tree)
    found = About(base=urljoin(url, base) if base else url, robots=wishes(headers or {}))
    if "robots" in metas:
        found.robots |= _directives(metas["robots"])
    if metas.get("tdm-reservation", "").strip() == "1":
        found.robots.add("tdm-reservation")
    known = _linked_data(scripts)
    found.title = _title(metas, titles, known)
    found.description = metas.get("og:description") or metas.get("description", "")
    found.url = _address(links.get("canonical") or metas.get("og:url", ""), found.base) or url or None
    found.date = _date(metas, known, times, found.url or url)
    found.author = _author(metas, known)
    root = tree.root
    claimed = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root is not None else ""
    found.language = _language(claimed or metas.get("content-language", "") or metas.get("og:locale", ""))
    return found


def _gather(tree: Any) -> tuple[dict[str, str], dict[str, str], str, list[str], list[str], list[str]]:
    metas: dict[str, str] = {}
    links: dict[str, str] = {}
    base, titles, times, scripts = "", ["", ""], [], []
    for node in tree.css(
        'meta,link[rel="canonical"],base[href],title,h1,time[datetime],script[type="application/ld+json"]'
    ):
        tag = node.tag
        if tag == "meta":
            values = node.attributes
            name = values.get("property") or values.get("name") or values.get("itemprop") or values.get("http-equiv")
            content = values.get("content")
            if name and content:
                metas.setdefault(name.strip().lower(), content)
        elif tag == "script":
            scripts.append(node.text())
        elif tag == "title":
            titles[0] = titles[0] or node.text()
        elif tag == "h1":
            titles[1] = titles[1] or node.text()
        elif tag == "time":
            times.append(node.attributes["datetime"] or "")
        elif tag == "base":
            base = base or node.attributes["href"] or ""
        else:
            links.setdefault("canonical", node.attributes.get("href") or "")
    return metas, links, base, titles, times, scripts


def wishes(headers: Mapping[str, str]) -> set[str]:
    """What the headers of a response ask of all robots: `X-Robots-Tag` and `TDM-Reservation`.

    Args:
        headers: names in lower case; several of one name joined by commas.
    """
    found = _directives(headers.get("x-robots-tag", ""))
    if headers.get("tdm-reservation", "").strip() == "1":
        found.add("tdm-reservation")
    return found


def _directives(text: str) -> set[str]:
    found: set[str] = set()
    named = False
    for part in text.lower().split(","):
        agent, colon, rest = part.partition(":")
        if colon and agent.strip() not in _WITH_VALUES:
            named = agent.strip() not in {"*", ""}
        word = rest.strip() if colon else part.strip()
        if word in _DIRECTIVES and not named:
            found.add(word)
    if "none" in found:
        found |= {"noindex", "nofollow"}
    return found


def _linked_data(scripts: list[str]) -> dict[str, str]:
    """Headline, date and authors of the first article in a page's JSON-LD; walked without recursion, within limits."""
    for script in scripts[:20]:
        if len(script) > _MAX_JSON_CHARS:
            continue
        try:
            top = json.loads(script.strip().removesuffix(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _objects(top):
            if any(isinstance(node.get(name), str) for name in ("datePublished", "headline")):
                names = ", ".join(dict.fromkeys(_names(node.get("author"))))
                values = {"date": node.get("datePublished"), "title": node.get("headline"), "author": names}
                return {name: value for name, value in values.items() if isinstance(value, str)}
    return {}


def _objects(top: Any) -> Iterator[dict[str, Any]]:
    queue, count = [top], 0
    while queue and count < _MAX_JSON_NODES:
        node, count = queue.pop(0), count + 1
        if isinstance(node, dict):
            yield node
            queue += [value for value in node.values() if isinstance(value, dict | list)][:100]
        elif isinstance(node, list):
            queue += node[:100]


def _names(value: Any) -> Iterator[str]:
    for one in value[:20] if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, list):
            name = name[0] if name else None
        if isinstance(name, str) and name.strip():
            yield " ".join(name.split())


def _title(metas: dict[str, str], titles: list[str], known: dict[str, str]) -> str:
    whole, heading = (" ".join(title.split()) for title in titles)
    given = " ".join((metas.get("og:title") or known.get("title") or "").split())
    if heading and (heading in whole or heading == given):
        return heading[:_MAX_TITLE_CHARS]
    title = given or whole or heading
    site = " ".join(metas.get("og:site_name", "").split())
    parts = _SEPARATORS.split(title)
    if len(parts) > 1 and ((site and parts[-1].lower() == site.lower()) or (not given and len(parts[0]) >= 8)):
        title = (
            title[: title.rindex(parts[-1])].rstrip(" -–—|·•»_")
            if site and parts[-1].lower() == site.lower()
            else parts[0]
        )
    return title[:_MAX_TITLE_CHARS]


def _date(metas: dict[str, str], known: dict[str, str], times: list[str], url: str) -> str | None:
    for name in _DATES:
        if name in metas:
            date = mail_date(metas[name]) or iso_date(metas[name])
            if date:
                return date
    if "date" in known and (date := iso_date(known["date"])):
        return date
    return next((date for text in times[:5] if (date := iso_date(text))), None) or date_in_path(url)


def _author(metas: dict[str, str], known: dict[str, str]) -> str | None:
    for name in (known.get("author", ""), *(metas.get(key, "") for key in _AUTHORS)):
        folded = " ".join(name.split()).removeprefix("By ").removeprefix("by ")
        if folded and len(folded) <= _MAX_NAME_CHARS and not _no_name(folded):
            return folded
    return None


def _language(claim: str) -> str | None:
    main = re.split(r"[-_,;\s]", claim.strip().lower(), maxsplit=1)[0]
    return main if re.fullmatch(r"[a-z]{2,3}", main) else None


def _address(link: str, base: str) -> str | None:
    """An absolute HTTP address, or None."""
    try:
        whole = urljoin(base, link.strip()) if link else ""
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in {"http", "https"} and parts.netloc else None


def links_of(tree: Any, base: str, limit: int) -> tuple[str, ...]:
    """The absolute addresses that a page links to, each once, without fragments, in order, at most `limit`."""
    found: dict[str, None] = {}
    if limit:
        for node in tree.css("a[href]"):
            address = _address((node.attributes["href"] or "").partition("#")[0], base)
            if address:
                found[address] = None
                if len(found) >= limit:
                    break
    return tuple(found)
