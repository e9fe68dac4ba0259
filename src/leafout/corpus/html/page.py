"""What comes of a web page: its text and what it says of itself, or the reason why there is none."""

from dataclasses import dataclass
from typing import Literal

MAX_PAGE_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """A web page read.

    Attributes:
        text: the main content: paragraphs parted by blank lines, rows of a list, table or poem by line ends.
        title: without the name of the site where that could be told apart.
        date: of publication, ISO 8601 as exactly as the page says it; None where it does not.
        author: as the page names them, several joined by `, `.
        language: the main part of the language the page claims (`zh`, `en`); None where none is claimed or the script
            of the text belies it.
        url: the canonical address if the page names one, else the given one.
        links: absolute addresses of links in the page, each once, in order, at most as many as asked for.
        num_links: of all its links.
        robots: what the page and its response ask of robots: `noindex`, `noai`, `tdm-reservation` ...
        encoding: by which the bytes were decoded.
    """

    text: str
    title: str = ""
    date: str | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None
    links: tuple[str, ...] = ()
    num_links: int = 0
    robots: frozenset[str] = frozenset()
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class NoPage:
    """Why there is no page: asked not to read it, nothing in it, or it is no page.

    Attributes:
        reason: such as `noindex`, `no text` or `over 8388608 bytes`.
        fault: whether the bytes are at fault (a reject) and not only of no use here (a skip).
    """

    reason: str
    fault: bool = False


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How to read pages.

    Attributes:
        max_bytes: a larger page is refused, in bytes.
        min_chars: less text than this is none.
        max_links: how many links are kept with a page; 0 keeps none.
        honour: which wishes of a page keep it out.
        whole: keep all visible text, not the main content alone.
    """

    max_bytes: int = MAX_PAGE_BYTES
    min_chars: int = 1
    max_links: int = 0
    honour: tuple[Literal["noindex", "noai", "tdm-reservation"], ...] = ("noindex",)
    whole: bool = False
