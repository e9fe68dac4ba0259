"""What a user says of learned filters; apart from the work, so that a config loads without numpy."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from leafout.core.config import Config


class ExampleRules(Config):
    """A bound on the likeness to examples."""

    like: tuple[str, ...] = ()
    """Globs of files of good examples, in any format that collect reads; relative ones start from the chain file."""
    keep_examples: float = Field(default=0.95, gt=0, le=1)
    """Keep what is at least as like as this fraction of good examples that the filter has not learned from."""
    keep_fraction: float | None = Field(default=None, gt=0, le=1)
    """Keep this fraction of documents instead, the likest ones; equal scores stay together."""
    least_score: float | None = None
    """Keep documents of this score and more instead; see the notes for scores of examples and of the corpus."""
    sample: int = Field(default=4000, ge=100, le=100_000)
    """Documents of the corpus that the examples are compared with, chosen by content."""

    @field_validator("like", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if self.keep_fraction is not None and self.least_score is not None:
            raise ValueError("`keep_fraction` and `least_score` are two answers to one question: give one of them")
        return self

    def outside(self, root: Path) -> dict[str, Path]:
        """The files of the examples."""
        from leafout.corpus.sources import find_sources

        return find_sources(self.like, root)


class LikeRules(ExampleRules):
    """Documents that resemble good examples."""

    method: Literal["classifier", "perplexity"] = "classifier"
    """A `classifier` of examples against the corpus, or the `perplexity` of a small model of the examples."""

    @model_validator(mode="before")
    @classmethod
    def _only_globs(cls, value: Any) -> Any:
        return {"like": value} if isinstance(value, str | list | tuple) else value

    @model_validator(mode="after")
    def _has_examples(self) -> Self:
        if not self.like:
            raise ValueError("`like` names the files of good examples, such as `like: good/*.txt`")
        return self


class TopicRules(ExampleRules):
    """Documents on a topic: near to examples of it, or holding its keywords."""

    keywords: tuple[str, ...] = ()
    """Words of the topic; case makes no difference, Chinese ones are found inside of text, others as whole words."""
    keyword_files: tuple[str, ...] = ()
    """Files with a keyword on each line; lines that begin with # are comments."""
    least_keywords: int = Field(default=2, ge=1)
    """Different keywords that a document must hold to stay for them."""
    least_density: float = Field(default=0.0, ge=0)
    """Keywords for each thousand words (or Chinese characters) that it must hold as well."""

    @field_validator("keywords", "keyword_files", mode="before")
    @classmethod
    def _one_or_many_words(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_a_topic(self) -> Self:
        if not self.like and not self.keywords and not self.keyword_files:
            raise ValueError("a topic needs examples (`like`) or `keywords`")
        return self

    def outside(self, root: Path) -> dict[str, Path]:
        """The files of the examples and of keywords."""
        from leafout.corpus.sources import find_sources

        return find_sources((*self.like, *self.keyword_files), root)
