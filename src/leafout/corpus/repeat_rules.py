"""What a user says of repetition inside a corpus; apart from the work, so that a config loads without numpy."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from leafout.core.config import Config

if TYPE_CHECKING:
    from leafout.corpus.kernels.pieces import Fold


class RepeatedLines(Config):
    """Which lines are boilerplate of their site."""

    min_documents: int = Field(default=10, ge=2)
    """Documents of a site that a line stands in, at least."""
    min_fraction: float = Field(default=0.1, ge=0, le=1)
    """Fraction of the site's documents that it stands in, at least."""
    site: Literal["host", "source", "corpus"] = "host"
    """Documents of one `host` are compared (those without url: of one source file), of one `source`, or all of them."""
    fold_case: bool = True
    """Capital and small letters are the same."""
    fold_digits: bool = True
    """All numbers are the same: `Page 3 of 7` and `Page 12 of 20`."""
    min_letters: int = Field(default=2, ge=0)
    """Letters (or Chinese characters) a line must have to count; braces, rules and bare numbers stay."""
    edge_lines: int = Field(default=0, ge=0)
    """Look only at so many first and last lines of a document; 0 looks at all."""

    def fold(self) -> "Fold":
        """What makes no difference between two lines."""
        from leafout.corpus.kernels.pieces import Fold

        return Fold(case=self.fold_case, digits=self.fold_digits, punctuation=False)


class RepeatedParagraphs(Config):
    """Which paragraphs count as the same."""

    min_chars: int = Field(default=60, ge=1)
    """Characters a paragraph must have to count, white space and punctuation left out; a Chinese one counts as two."""
    between: Literal["line", "blank_line"] = "line"
    """What parts paragraphs: the end of a line, or a blank line (text of hard-wrapped lines)."""
    fold_case: bool = True
    """Capital and small letters are the same."""
    fold_digits: bool = False
    """All numbers are the same, as CCNet has it."""
    fold_punctuation: bool = True
    """Punctuation and symbols make no difference."""
    inside: bool = True
    """A paragraph goes also where it repeats one of its own document."""

    def fold(self) -> "Fold":
        """What makes no difference between two paragraphs."""
        from leafout.corpus.kernels.pieces import Fold

        return Fold(case=self.fold_case, digits=self.fold_digits, punctuation=self.fold_punctuation)


class RepeatedSubstrings(Config):
    """Which repeats are cut."""

    min_chars: int = Field(default=200, ge=20, le=100_000)
    """Shortest repeat, in characters; a Chinese one counts as two (200 are 100 Chinese characters, about 50 tokens)."""
    cut_at: Literal["character", "word", "sentence"] = "word"
    """A cut holds whole characters, whole words, or whole sentences and lines."""

    def ngram(self) -> int:
        """Bytes of a fingerprint's n-gram."""
        return max(8, self.min_chars * 3 // 10)
