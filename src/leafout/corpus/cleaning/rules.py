"""What a user says of cleaning: the fields of the stage's config, apart from it so that the phases can name them."""

from pathlib import Path
from typing import Literal

from leafout.core.config import Config
from leafout.corpus.filters.rules import LikeRules, TopicRules
from leafout.corpus.near_rules import NearDedup
from leafout.corpus.repeat_rules import RepeatedLines, RepeatedParagraphs, RepeatedSubstrings
from leafout.text.normalise import NormaliseRules
from leafout.text.pii_rules import PersonalData
from leafout.text.quality import QualityRules
from leafout.text.words import WordRules


class CleanQuality(QualityRules):
    """Bounds on every text, families of rules, and by choice what good text is like."""

    like: LikeRules | None = None
    """Keep what resembles examples of good text, such as `like: good/*.txt`."""


class CleanRules(Config):
    """What is kept."""

    normalise: NormaliseRules = NormaliseRules()
    """What is done to every text first."""
    languages: tuple[str, ...] = ()
    """Languages to keep, by their ISO 639-1 codes (zh, en ...); empty keeps all."""
    language_of: Literal["document", "paragraph"] = "document"
    """What must be of these languages: the document, or by choice also each of its paragraphs."""
    quality: CleanQuality = CleanQuality()
    """Bounds on length, symbols and repetition, families of rules, and likeness to good examples."""
    words: WordRules | None = None
    """Lists of toxic or sensitive words, and what becomes of documents that hold them."""
    topic: TopicRules | None = None
    """Keep what is about the topic of examples or keywords."""
    personal_data: PersonalData | None = None
    """Replace e-mail addresses, phone, identity and card numbers and the like by placeholders."""
    labelled: bool = False
    """Keep only rows that have a label."""
    repeated_lines: RepeatedLines | None = None
    """Take out lines that stand in many documents of a site."""
    repeated_paragraphs: RepeatedParagraphs | None = None
    """Take out paragraphs that stood in an earlier document."""
    repeated_substrings: RepeatedSubstrings | None = None
    """Cut long stretches that stood in an earlier document."""
    dedup: bool = True
    """Drop exact repeats; case, white space and punctuation make no difference."""
    near_dedup: NearDedup | None = NearDedup()
    """Drop near-duplicates; null keeps them."""
    conflicts: Literal["drop", "first"] = "drop"
    """Equal texts with different labels: drop all of them, or keep the first."""
    index: bool = False
    """Write an index of near-duplicates, so that later documents can be cleaned `against` this corpus."""

    def outside(self, root: Path) -> dict[str, Path]:
        """The files of words and examples that the rules name."""
        found: dict[str, Path] = {}
        for name, rule in (("words", self.words), ("like", self.quality.like), ("topic", self.topic)):
            if rule is not None:
                found |= {f"{name}/{file}": path for file, path in rule.outside(root).items()}
        return found
