"""What a user says of web pages; apart from the work, so that a config loads without its libraries."""

from typing import Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.corpus.html.page import MAX_PAGE_BYTES, PageOptions


class PageRules(Config):
    """How web pages are read."""

    honour: tuple[Literal["noindex", "noai", "tdm-reservation"], ...] = ("noindex",)
    """Wishes of a page that keep it out: of robots (`noindex`), of artificial intelligence (`noai`), of mining."""
    whole: bool = False
    """Keep all visible text, not the main content alone."""
    max_links: int = Field(default=0, ge=0)
    """Links kept with each page; 0 keeps their number alone."""
    min_chars: int = Field(default=1, ge=1)
    """A page with less main content is left out, in characters."""
    max_bytes: int = Field(default=MAX_PAGE_BYTES, ge=1024)
    """A larger page is rejected, in bytes."""

    def options(self) -> PageOptions:
        """The same for a reader."""
        return PageOptions(self.max_bytes, self.min_chars, self.max_links, self.honour, self.whole)
