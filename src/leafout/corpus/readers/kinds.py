"""What lines of text are: sentences, blocks, tagged tokens, rows of a table or of JSON."""

import re
from collections.abc import Iterable, Sequence

from leafout.corpus.readers.columns import KNOWN_WORDS
from leafout.corpus.readers.dialogue import dialogue_form
from leafout.corpus.readers.spans import holds_spans
from leafout.corpus.readers.strict_json import strict_json

_TAG = re.compile(r"[OBIESMLUS](?:[-_].+)?")
_SPAN_LISTS = ("label", "labels", "entities", "spans")
_LABEL_CHARS = 30
_OF_POSTS = frozenset({"retweeted_status", "retweetedStatus", "reposts_count", "retweet_count", "attitudes_count",
                       "favorite_count", "转发数"})  # fmt: skip


def kind_of_lines(lines: Sequence[str]) -> str:
    """Which kind of JSON lines these are: rows, texts with spans, posts; or one JSON value over several lines."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if first in {"{", "[", "[{"} or (first.startswith(("{", "[")) and first.endswith((",", "{", "[", ":"))):
        return "json"
    for line in lines:
        try:
            row = strict_json(line)
        except ValueError:
            continue
        if isinstance(row, dict) and are_posts(row):
            return "social"
        if isinstance(row, dict) and not dialogue_form(tuple(row)):
            found = [row[name] for name in _SPAN_LISTS if isinstance(row.get(name), list | dict)]
            if any(value and holds_spans(value) for value in found):
                return "spans"
    return "jsonl"


def are_posts(names: Iterable[str]) -> bool:
    """Whether columns are those of posts: their reposts are told or counted."""
    return not _OF_POSTS.isdisjoint(names)


def kind_of_text(lines: Sequence[str]) -> str:
    """The format of a file of text by its first lines."""
    full = [line for line in lines if line.strip()]
    cells = [line.split() for line in full]
    pieces = [piece for line in cells for piece in line]
    if pieces and sum("/" in piece[1:] for piece in pieces) > 0.95 * len(pieces):
        return "word_tag"
    blanks = len(lines) - len(full)
    if len(full) > 8 and blanks and _are_columns(cells):
        return "conll"
    if full and full[0].lstrip().startswith("{"):
        return kind_of_lines(full)
    if full and full[0].lstrip().startswith("[{"):
        return "json"
    if not blanks and _are_rows([line.split("\t") for line in full]):
        return "tsv"
    return "blocks" if blanks > 1 else "lines" if len(full) > 3 else "text"


def _are_columns(cells: Sequence[Sequence[str]]) -> bool:
    width = len(cells[0])
    if not 2 <= width <= 5 or any(len(line) != width for line in cells):
        return False
    tags = sum(bool(_TAG.fullmatch(line[-1])) for line in cells)
    return tags > 0.9 * len(cells)


def _are_rows(rows: Sequence[Sequence[str]]) -> bool:
    """Whether lines are rows of a table: a known header, or a label that comes back before or behind a longer text."""
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return False
    header = {cell.strip().lower() for cell in rows[0]}
    if header & KNOWN_WORDS or dialogue_form(tuple(header)):
        return True
    if len(rows[0]) != 2:
        return False
    columns = list(zip(*rows, strict=True))
    lengths = [sum(map(len, column)) / len(column) for column in columns]
    label = columns[0] if lengths[0] < lengths[1] else columns[1]
    short = all(0 < len(cell) <= _LABEL_CHARS for cell in label) and min(lengths) * 2 < max(lengths)
    return short and len(set(label)) <= max(2, len(rows) // 2)
