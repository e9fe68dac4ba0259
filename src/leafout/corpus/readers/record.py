"""What readers share: a reject, options, and the choice of columns."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.html.page import PageOptions
from leafout.text.social import SocialRules


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: where it stands, why, how it begins, and the member of an archive it is in."""

    line: int | None
    reason: str
    sample: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """A row that was read and is left out on purpose: where it stands, why, and the member of an archive it is in."""

    line: int | None
    reason: str
    source: str = ""


INNER = "!"
"""Between the name of an archive and that of a member in it: `posts.zip!2026/may.jsonl`."""

Records = Iterator[Document | Reject]
SelectedRecords = Iterator[Document | Reject | Skip]
"""Of readers that leave rows out by rule: redirects, empty posts."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    Attributes:
        name: of the file, as `source` will say.
        columns: which column of the file is `text`, `label`, ...; empty to detect.
        encoding: empty to detect.
        header: whether tables have one; None to detect.
        mask_names: docstrings without the names of their module, classes and functions.
        max_line_bytes: longer lines are rejected.
        max_file_bytes: a file that unpacks to more is refused.
        max_document_bytes: a document of several lines that is longer is rejected.
        max_members: of an archive; what comes after is rejected.
        start_byte, end_byte: read only the lines whose first byte lies in this range of a file that is not packed.
        first_line: the number of the first line that begins in the range (see `ranges.line_ranges`).
        class_names: the names of a column's integers, such as {"ner_tags": ("O", "B-PER")}.
        script: what Chinese text is turned into, `simplified` or `traditional`; empty leaves it.
        social: what becomes of mentions, hashtags and the like in posts.
        page: how web pages are read.
        scratch: the folder under which members of archives are unpacked for a moment; None for that of the system.
    """

    name: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    header: bool | None = None
    mask_names: bool = False
    max_line_bytes: int = 16 << 20
    max_file_bytes: int = 1 << 40
    max_document_bytes: int = 64 << 20
    max_members: int = 100_000
    start_byte: int = 0
    end_byte: int | None = None
    first_line: int = 1
    class_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    script: Literal["", "simplified", "traditional"] = ""
    social: SocialRules = field(default_factory=SocialRules)
    scratch: Path | None = None
    page: PageOptions = field(default_factory=PageOptions)


KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "text_a", "sentence", "sentence1", "#1 string", "content", "review", "full_text", "question",
             "question1", "premise", "query", "document", "body", "comment", "title", "a", "文本", "内容", "正文",
             "评论", "句子"),
    "label": ("label", "labels", "gold_label", "class", "category", "sentiment", "gold", "score", "is_duplicate",
              "quality", "标签", "类别"),
    "text_b": ("text_b", "sentence2", "#2 string", "question2", "hypothesis", "b"),
    "tokens": ("tokens", "words"),
    "tags": ("tags", "ner_tags"),
    "group": ("group",),
    "language": ("language", "lang"),
    "url": ("url", "link"),
    "time": ("time", "date", "timestamp", "published"),
    "licence": ("licence", "license"),
}  # fmt: skip
"""Column names the field uses, most telling first."""

_LATIN = re.compile(r"[A-Za-z0-9]")
_PAIRS = (("question", "sentence"), ("question", "passage"), ("query", "passage"), ("query", "document"))
"""Names that stand for two texts only when they stand together."""


def choose_columns(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Which column of a table plays which part.

    Args:
        names: the columns of the table.
        given: parts that the user named.

    Returns:
        column by part; empty when there is neither text nor tokens.

    Raises:
        LeafoutError: when a named column is not there.
    """
    for part, name in given.items():
        if part not in KNOWN_NAMES:
            raise LeafoutError(f"unknown part `{part}`", where="[columns]", hint=f"parts: {', '.join(KNOWN_NAMES)}")
        if name not in names:
            known = ", ".join(f"`{known}`" for known in names[:20])
            raise LeafoutError(f"there is no column `{name}`", where="[columns]", hint=f"columns: {known}")
    chosen = dict(given)
    by_lower = {name.strip().lower(): name for name in reversed(names)}
    for part, known_names in KNOWN_NAMES.items():
        found = next((by_lower[known] for known in known_names if known in by_lower), None)
        if part not in chosen and found is not None and found not in chosen.values():
            chosen[part] = found
    if "text_b" not in chosen and "text" not in given:
        chosen |= next((pair for pair in _pairs_of(by_lower) if chosen.get("text") in pair.values()), {})
    return chosen if "text" in chosen or "tokens" in chosen else {}


def _pairs_of(by_lower: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"text": by_lower[a], "text_b": by_lower[b]} for a, b in _PAIRS if a in by_lower and b in by_lower]


def document_of(row: Mapping[str, Any], columns: Mapping[str, str], *, line: int) -> Document | Reject:
    """A row of a table as a document."""
    text: object = None
    tokens = tags = None
    parts: dict[str, Any] = {}
    labels: list[Any] | None = None
    for part, name in columns.items():
        value = row.get(name)
        if part == "text":
            text = value
        elif value is None or value == "":
            continue
        elif part in {"tokens", "tags"}:
            words = _words(value)
            tokens, tags = (words, tags) if part == "tokens" else (tokens, words)
        elif part == "label" and isinstance(value, (list, dict)):
            if isinstance(value, dict):
                return Reject(line, "label is no word: object", str(row)[:400])
            labels = value
        else:
            parts[part] = value if type(value) is str else word_of(value)
    if text is None and tokens is not None:
        text = join_tokens(tokens)
    reason = _fault(text, tokens, tags) or _fault_of_second(row, columns)
    if reason:
        return Reject(line, reason, str(row)[:400])
    extra: dict[str, Any] = {}
    if len(row) > len(columns):
        used = columns.values()
        extra = {name: value for name, value in row.items() if name not in used and value is not None and value != ""}
    if labels is not None:
        extra["labels"] = [word_of(one) for one in labels]
    return Document(text=str(text), line=line, tokens=tokens, tags=tags, extra=extra, **parts)


def _fault(text: object, tokens: tuple[str, ...] | None, tags: tuple[str, ...] | None) -> str:
    if not isinstance(text, str):
        return "no text" if text is None else f"text is no string: {type(text).__name__}"
    if not text or text.isspace():
        return "empty text"
    if "\0" in text:
        return "NUL character"
    if tokens is not None and tags is not None and len(tokens) != len(tags):
        return f"tokens and tags differ in number: {len(tokens)} and {len(tags)}"
    return ""


def _fault_of_second(row: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    name = columns.get("text_b")
    second = None if name is None else row.get(name)
    if second is None:
        return ""
    if not isinstance(second, str):
        return f"second text is no string: {type(second).__name__}"
    return "NUL character" if "\0" in second else ""


def word_of(value: object) -> str | None:
    """A value of a table as a word: `3.0` is `3`, as a column with gaps comes out of pandas; NaN is nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else None if math.isnan(value) else str(value)
    return str(value)


def _words(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(value) if set(map(type, value)) <= {str} else tuple(map(str, value))


def join_tokens(tokens: Sequence[str]) -> str:
    """Words as running text: a space between two Latin words, none beside Chinese."""
    whole = "".join(tokens)
    if not _LATIN.search(whole):
        return whole
    parts: list[str] = []
    before = False
    for token in tokens:
        if before and _LATIN.match(token):
            parts.append(" ")
        parts.append(token)
        before = _LATIN.match(token[-1:]) is not None
    return "".join(parts)
