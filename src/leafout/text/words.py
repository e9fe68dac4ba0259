"""Toxic and sensitive words from lists of one's own: documents that hold them are dropped, masked or counted.

Case and full width make no difference. A word that begins or ends with a Latin letter or a digit ends there in the
text too (`ass` is not in `class`); Chinese words are found anywhere, the longest of several that begin at one place.
By choice also words with spaces or marks between their characters (法 轮 功, f.u.c.k). What stands inside an allowed
phrase is no hit.
"""

import glob
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.text.word_index import Span, WordIndex


class WordRules(Config):
    """Lists of words, and what becomes of documents that hold them."""

    files: tuple[str, ...] = ()
    """Files of words or globs of them, one word a line, UTF-8, `#` for comments; relative ones start from the chain file."""  # noqa: E501 - one line is the help text
    allow: tuple[str, ...] = ()
    """Files of phrases, written alike, in which a word is no hit."""
    action: Literal["drop", "mask", "count"] = "drop"
    """`drop` documents over the limit, `mask` each hit by asterisks, or only `count` documents that have one."""
    max_per_1000_chars: float = Field(default=0.0, ge=0)
    """Hits for each 1,000 characters that a document may have before it is dropped; 0 allows none."""
    min_hits: int = Field(default=1, ge=1)
    """A document with fewer hits is never dropped, however short it is."""
    separators: bool = False
    """Find words also with spaces, dots, dashes, stars and the like between their characters."""

    @field_validator("files", "allow", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _only_files(cls, value: Any) -> Any:
        return {"files": value} if isinstance(value, str | list | tuple) else value

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.files:
            raise ValueError("`words` names files of words, such as `words: lists/*.txt`")
        return self

    def outside(self, root: Path) -> dict[str, Path]:
        """The files of words and of allowed phrases.

        Raises:
            LeafoutError: when a pattern names no file.
        """
        return {
            f"{kind}/{place:03d}-{path.name}": path
            for kind, patterns in (("files", self.files), ("allow", self.allow))
            for place, path in enumerate(_named(patterns, root))
        }


class Verdict(NamedTuple):
    """What becomes of a text: the text (masked where that was asked), why it goes or None, and the number of hits."""

    text: str
    reason: str | None
    hits: int


def _named(patterns: Sequence[str], root: Path) -> list[Path]:
    found: list[Path] = []
    for pattern in patterns:
        paths = sorted(glob.glob(str(root / Path(pattern).expanduser()), recursive=True))
        files = [Path(path) for path in paths if Path(path).is_file()]
        if not files:
            raise LeafoutError(f"no file of words is named `{pattern}`", hint=f"it is looked for from {root}")
        found += files
    return list(dict.fromkeys(found))


def read_words(path: Path) -> Iterator[str]:
    """The words of a file: one a line, before a tab or a comma at its end; empty lines and comments (#) are left out.

    Raises:
        LeafoutError: when the file is not UTF-8.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise LeafoutError(
            f"`{path.name}` is not UTF-8: {error.reason} at byte {error.start}",
            where=str(path),
            hint=f"iconv -f GB18030 -t UTF-8 '{path}'",
        ) from None
    for line in lines:
        word = line.partition("\t")[0].strip().rstrip(",，")
        if word and not word.startswith("#"):
            yield word


_SEPARATOR = r"[ \t*_.·|/+~^#\-\u3000\u200b•,，]"
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN}){_SEPARATOR}{{1,3}}(?={_HAN})")
_SPELT = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9@$](?:{_SEPARATOR}{{1,2}}[A-Za-z0-9@$]){{2,40}}(?![A-Za-z0-9])")
_ANY_SEPARATOR = re.compile(_SEPARATOR)


class WordFinder:
    """Finds the words of some lists.

    Args:
        words: what is looked for.
        allowed: phrases in which a word is no hit.
        rules: what becomes of a text.
    """

    def __init__(self, words: Iterable[str], rules: WordRules, *, allowed: Iterable[str] = ()) -> None:
        self._rules = rules
        self._words, self._allowed = WordIndex(words), WordIndex(allowed)

    def find(self, text: str) -> list[Span]:
        """Where words stand, from first to last, none inside another and none inside an allowed phrase."""
        found = list(self._words.find(text))
        if self._rules.separators:
            found = _apart([*found, *self._between_han(text), *self._spelt(text)])
        if found and self._allowed:
            allowed = list(self._allowed.find(text))
            found = [hit for hit in found if not _is_inside(hit, allowed)]
        return found

    def _between_han(self, text: str) -> Iterator[Span]:
        """Chinese words whose characters stand apart."""
        gaps = [gap.span() for gap in _BETWEEN_HAN.finditer(text)]
        if not gaps:
            return
        places = bytearray(len(text))
        for start, end in gaps:
            places[start:end] = b"\1" * (end - start)
        kept = [place for place, is_gap in enumerate(places) if not is_gap]
        dense = "".join([text[place] for place in kept])
        for start, end in self._words.find(dense):
            low, high = kept[start], kept[end - 1] + 1
            if high - low > end - start:
                yield low, high

    def _spelt(self, text: str) -> Iterator[Span]:
        """Latin words that are spelt letter by letter."""
        for match in _SPELT.finditer(text):
            if _ANY_SEPARATOR.sub("", match[0]) in self._words:
                yield match.span()

    def judge(self, text: str) -> Verdict:
        """What becomes of a text."""
        hits = self.find(text)
        if not hits or self._rules.action == "count":
            return Verdict(text, None, len(hits))
        if self._rules.action == "mask":
            return Verdict(_masked(text, hits), None, len(hits))
        is_over = 1000 * len(hits) > self._rules.max_per_1000_chars * len(text)
        return Verdict(text, "words" if is_over and len(hits) >= self._rules.min_hits else None, len(hits))


def _apart(found: list[Span]) -> list[Span]:
    """Of overlapping places the first, of those the longest."""
    chosen: list[Span] = []
    for start, end in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if not chosen or start >= chosen[-1][1]:
            chosen.append((start, end))
    return chosen


def _is_inside(hit: Span, spans: list[Span]) -> bool:
    """Whether a hit lies inside one of some spans that are in order and apart."""
    place = bisect_right(spans, hit[0], key=lambda span: span[0]) - 1
    return place >= 0 and hit[1] <= spans[place][1]


def _masked(text: str, hits: list[Span]) -> str:
    parts, last = [], 0
    for start, end in hits:
        parts += [text[last:start], "*" * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


@lru_cache(maxsize=4)
def word_finder(rules: WordRules, root: Path) -> WordFinder:
    """The finder of the lists that some rules name; made once in a process."""
    words = {word for path in _named(rules.files, root) for word in read_words(path)}
    allowed = {word for path in _named(rules.allow, root) for word in read_words(path)}
    if not words:
        raise LeafoutError(
            "the files of words hold no word", hint="one word a line; lines that begin with # are comments"
        )
    return WordFinder(words, rules, allowed=allowed)
