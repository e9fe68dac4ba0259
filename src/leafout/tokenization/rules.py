"""What a user says of a vocabulary: the fields of the stage's config, apart from it so that others can name them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from leafout.core.config import Config

Weight = Annotated[float, Field(ge=0, le=1000)]


class Extend(Config):
    """More entries for a tokenizer that is taken over."""

    words: tuple[str, ...] = ()
    """Files of words, one a line, beside the chain file; empty finds words in the train part that save most tokens."""
    size: int = Field(default=1000, ge=1, le=1_000_000)
    """New entries at most."""


class VocabularyRules(Config):
    """The vocabulary and how it is found."""

    kind: Literal["wordpiece", "bpe", "unigram"] = "wordpiece"
    """`wordpiece` for BERT, each Chinese character by itself; `bpe` (byte-level) for GPT, nothing is unknown; `unigram` cuts the most probable way."""  # noqa: E501 - one line is the help text
    vocab_size: int = Field(default=8000, ge=32, le=1_000_000)
    """Entries at most, special tokens included."""
    lowercase: bool | None = None
    """Fold case (and take accents off, for wordpiece); null folds it for wordpiece only."""
    min_frequency: int = Field(default=2, ge=1)
    """A pair of pieces must occur so often to become one."""
    coverage: float = Field(default=0.9995, gt=0.9, le=1)
    """Share of the text's characters that wordpiece and unigram must know; the rest becomes [UNK]."""
    training_bytes: int = Field(default=0, ge=0)
    """Train the vocabulary on an even part of so many bytes; 0: 1,000 an entry, 8 MB at least."""
    text_b: bool = True
    """Second texts of pairs belong to their documents."""
    tokenizer: str = ""
    """A local folder whose tokenizer is taken as it is; `kind` to `coverage` have no effect then."""
    extend: Extend | None = None
    """Add words of the domain to the tokenizer that is taken over; ids of old entries stay."""
    sentinels: int = Field(default=0, ge=0, le=10_000)
    """Marks for spans that are taken out (`<extra_id_0>`, ...), which pre-training a T5 needs; 100 are usual. They
    count among `vocab_size`; a tokenizer that is taken over gets those it lacks."""
    max_document_tokens: int = Field(default=0, ge=0)
    """Cut longer documents into several at the ends of sentences; 0 never cuts."""
    source_weights: dict[str, Weight] = {}
    """How often train documents of sources that match a pattern are packed, such as {"wiki/*": 3, "weibo/*": 0.5}; 0 leaves them out."""  # noqa: E501 - one line is the help text

    def outside(self, root: Path) -> dict[str, Path]:
        """The files of the tokenizer that is taken over, and those of words."""
        from leafout.corpus.sources import find_sources
        from leafout.tokenization.files import tokenizer_files

        found: dict[str, Path] = {}
        if self.tokenizer:
            folder = root / Path(self.tokenizer).expanduser()
            found |= {f"tokenizer/{name}": path for name, path in tokenizer_files(folder).items()}
        if self.extend is not None and self.extend.words:
            words = find_sources(self.extend.words, root)
            found |= {f"words/{name}": path for name, path in words.items()}
        return found
