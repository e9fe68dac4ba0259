"""What counts as contamination of training text by rows that are held out, and what is done about it."""

from typing import Literal

from pydantic import Field

from leafout.core.config import Config

MAX_WORDS = 63
"""The longest n-gram, as `kernels.ngrams` has it."""


class Contamination(Config):
    """How word-for-word overlap between held-out rows and training documents is found, and what happens then."""

    words: int = Field(default=13, ge=2, le=MAX_WORDS)
    """Length of an n-gram in words, for rows of words with spaces between them."""
    characters: int = Field(default=20, ge=2, le=MAX_WORDS)
    """Length of an n-gram in characters, for rows of Chinese and other scripts without spaces."""
    short_words: int = Field(default=8, ge=2, le=MAX_WORDS)
    """A row with fewer words than `words` is looked for as a whole; one with fewer than this is not looked for."""
    short_characters: int = Field(default=12, ge=2, le=MAX_WORDS)
    """The same for rows of Chinese and other scripts without spaces, in characters."""
    common: int = Field(default=10, ge=0)
    """An n-gram that more documents hold is a set phrase and does not count, unless a document holds half of the row
    and four n-grams or more; 0 counts all."""
    fraction: float = Field(default=0.0, ge=0, le=1)
    """A document counts as contaminated when it holds this fraction of a row's n-grams, one at least."""
    remove: Literal["documents", "spans", "nothing"] = "documents"
    """What leaves the training text: whole documents, or the n-grams with a margin around them. A labelled row, a pair
    and a tagged row always leave as a whole."""
    margin_chars: int = Field(default=200, ge=0)
    """Removed on each side of a span, in characters."""
    min_piece_chars: int = Field(default=200, ge=0)
    """A piece between removed spans that is shorter leaves too."""
    max_pieces: int = Field(default=10, ge=1)
    """A document that would be cut into more pieces leaves as a whole."""
    within: Literal["report", "remove", "off"] = "report"
    """What is done about overlap of this split's own val and test with its own train."""

    def tail_words(self) -> int:
        """By how many last words an n-gram is looked up."""
        return min(self.words, self.characters, self.short_words, self.short_characters)
