"""What the columns of a table of words are: by its header, or a guess by its first rows, made only when sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import mean

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.dialogue import dialogue_form
from leafout.corpus.readers.record import KNOWN_NAMES, ReadOptions

KNOWN_WORDS = set(chain.from_iterable(KNOWN_NAMES.values())) | {"id", "index", "idx", "guid", "qid"}
"""Words that make a first row a header."""
_TEXT_CHARS = 6
_LABEL_CHARS = 40


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns, and whether they stand in its first row."""

    names: tuple[str, ...]
    present: bool


def find_header(rows: Sequence[Sequence[str]], options: ReadOptions) -> Header:
    """The names of the columns of a table.

    Args:
        rows: the first ones.
        options: `header` and `columns` of them say what the user knows.

    Raises:
        LeafoutError: for a table without header whose text could be in several columns.
    """
    if not rows:
        return Header((), present=False)
    first = [cell.strip() for cell in rows[0]]
    present = options.header if options.header is not None else _looks_like_header(first, rows[1:], options)
    if present:
        return Header(_unlike(first), present=True)
    same = [row for row in rows if len(row) == len(first)]
    names = [f"column_{place + 1}" for place in range(len(first))]
    if not set(options.columns.values()) & set(names):
        for name, place in _parts(same, options).items():
            names[place] = name
    return Header(tuple(names), present=False)


def _looks_like_header(first: Sequence[str], rest: Sequence[Sequence[str]], options: ReadOptions) -> bool:
    lower = [cell.lower() for cell in first]
    if any(cell in options.columns.values() for cell in first):
        return True
    if any(_is_number(cell) for cell in first):
        return False
    if dialogue_form(lower) or any(cell in KNOWN_WORDS for cell in lower):
        return True
    return any(_stands_out(cell, [row[place] for row in rest if len(row) > place]) for place, cell in enumerate(first))


def _stands_out(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell is of another kind than those below it: they are numbers, or a few words that come back."""
    if len(below) > 2 and all(_is_number(one) for one in below):
        return True
    return len(below) >= 8 and cell not in below and len(set(below)) <= len(below) // 4


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _unlike(names: Sequence[str]) -> tuple[str, ...]:
    """Names made unlike: the second `x` is `x_2`, one without name is `column_3`."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        tried, count = name or f"column_{place}", 1
        while tried in found:
            count += 1
            tried = f"{name}_{count}"
        found.append(tried)
    return tuple(found)


def _parts(rows: Sequence[Sequence[str]], options: ReadOptions) -> dict[str, int]:
    """Which column is the text, the second text and the label.

    A text is mostly long and mostly different in each row; a label is short and comes back.
    """
    width = len(rows[0])
    if width == 1:
        return {"text": 0}
    lengths = [mean(len(row[place]) for row in rows) for place in range(width)]
    kinds = [len({row[place] for row in rows}) for place in range(width)]
    if width == 2:
        text = max(range(2), key=lambda place: (lengths[place], kinds[place]))
        return {"text": text, "label": 1 - text}
    half = len(rows) // 2
    numbers = {place for place in range(width) if all(_is_number(row[place]) for row in rows)}
    texts = [place for place in range(width) if lengths[place] >= _TEXT_CHARS and kinds[place] > half]
    texts = [place for place in texts if place not in numbers and lengths[place] >= max(lengths) / 4]
    labels = [place for place in range(width) if place not in texts and _comes_back(rows, place)]
    if not 1 <= len(texts) <= 2 or (width > 3 and not labels):
        raise LeafoutError(
            f"{width} columns without a header, and no telling which is the text: {str(list(rows[0]))[:120]}",
            where=options.name,
            hint="say which it is: columns: {text: column_1, label: column_2}",
        )
    found = dict(zip(("text", "text_b"), texts, strict=False))
    return found | ({"label": labels[0]} if len(labels) == 1 else {})


def _comes_back(rows: Sequence[Sequence[str]], place: int) -> bool:
    values = [row[place] for row in rows]
    different = len(set(values))
    return all(0 < len(value) <= _LABEL_CHARS for value in values) and (1 < different <= max(2, len(rows) // 2))
