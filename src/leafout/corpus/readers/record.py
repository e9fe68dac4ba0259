"""What readers share: a reject, options, and the choice of columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: where it stands, why, how it begins, and the member of an archive it is in."""

    line: int | None
    reason: str
    sample: str = ""
    source: str = ""


Records = Iterator[Document | Reject]


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
    scratch: Path | None = None


KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "text_a", "sentence", "sentence1", "content", "review", "question", "question1", "premise",
             "query", "document", "body", "comment", "title", "a", "文本", "内容", "正文", "评论"),
    "label": ("label", "labels", "class", "category", "sentiment", "gold", "score", "标签", "类别"),
    "text_b": ("text_b", "sentence2", "question2", "hypothesis", "b"),
    "tokens": ("tokens", "words"),
    "tags": ("tags", "ner_tags"),
    "group": ("group",),
    "language": ("language", "lang"),
    "url": ("url", "link"),
    "time": ("time", "date", "timestamp", "published"),
    "licence": ("licence", "license"),
}  # fmt: skip
"""Column names the field uses, most telling first."""


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
    return chosen if "text" in chosen or "tokens" in chosen else {}


def document_of(row: Mapping[str, Any], columns: Mapping[str, str], *, line: int) -> Document | Reject:
    """A row of a table as a document."""
    values = {part: row.get(name) for part, name in columns.items()}
    tokens = _words(values.get("tokens"))
    tags = _words(values.get("tags"))
    text = values.get("text")
    if text is None and tokens is not None:
        text = join_tokens(tokens)
    reason = _fault(text, tokens, tags, values)
    if reason:
        return Reject(line, reason, str(row)[:400])
    used = set(columns.values())
    extra = {name: value for name, value in row.items() if name not in used and value not in (None, "")}
    label = values.get("label")
    if isinstance(label, list):
        extra["labels"], label = [str(one) for one in label], None
    return Document(
        text=str(text),
        line=line,
        label=_word(label),
        text_b=_word(values.get("text_b")),
        group=_word(values.get("group")),
        language=_word(values.get("language")),
        url=_word(values.get("url")),
        time=_word(values.get("time")),
        licence=_word(values.get("licence")),
        tokens=tokens,
        tags=tags,
        extra=extra,
    )


def _fault(
    text: object, tokens: tuple[str, ...] | None, tags: tuple[str, ...] | None, values: Mapping[str, Any]
) -> str:
    if text is None:
        return "no text"
    if not isinstance(text, str):
        return f"text is no string: {type(text).__name__}"
    if not text.strip():
        return "empty text"
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "lone surrogate"
    if "\0" in text:
        return "NUL character"
    if tokens is not None and tags is not None and len(tokens) != len(tags):
        return f"tokens and tags differ in number: {len(tokens)} and {len(tags)}"
    if isinstance(values.get("label"), dict):
        return "label is no word: object"
    return ""


def _word(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _words(value: object) -> tuple[str, ...] | None:
    return tuple(str(word) for word in value) if isinstance(value, list) else None


def join_tokens(tokens: Sequence[str]) -> str:
    """Words as running text: a space between two Latin words, none beside Chinese."""
    parts: list[str] = []
    for token in tokens:
        if parts and _latin(parts[-1][-1:]) and _latin(token[:1]):
            parts.append(" ")
        parts.append(token)
    return "".join(parts)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
