"""Rows of tables and JSON as documents: which of their shapes each has, told by its columns and remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.dialogue import dialogue_form, read_dialogue
from leafout.corpus.readers.record import ReadOptions, Reject, choose_columns, document_of
from leafout.corpus.readers.spans import holds_spans, read_spans

_MAX_LAYOUTS = 10_000
_SPAN_LISTS = ("entities", "spans", "label", "labels")
_SPAN_TEXTS = ("text", "full_text", "sentence", "data")
_SHOWN_COLUMNS = 20


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a row mean.

    Attributes:
        columns: the column that plays each part; empty when none is text.
        dialogue: its form, or nothing.
        span_text, span_lists: columns that may hold a text and its spans.
        named: columns whose integers have names.
    """

    columns: Mapping[str, str]
    dialogue: str
    span_text: str
    span_lists: tuple[str, ...]
    named: tuple[str, ...]


class Rows:
    """Makes documents of rows.

    Args:
        options: `columns` and `class_names` of them are used.
        spans: an empty list of labels is a text without spans.
        strict: a column that the user named must be in each row.
    """

    def __init__(self, options: ReadOptions, *, spans: bool = False, strict: bool = False) -> None:
        choose_columns(list(options.columns.values()), options.columns)  # refuses parts that are none
        self._options, self._spans, self._strict = options, spans, strict
        self._layouts: dict[tuple[str, ...], Layout] = {}

    def layout(self, names: tuple[str, ...]) -> Layout:
        """What columns of these names mean.

        Raises:
            LeafoutError: where it is strict and a named column is not there.
        """
        found = self._layouts.get(names)
        if found is None:
            if len(self._layouts) >= _MAX_LAYOUTS:
                self._layouts.clear()
            found = self._layouts[names] = self._new_layout(names)
        return found

    def _new_layout(self, names: tuple[str, ...]) -> Layout:
        given = self._options.columns
        if not self._strict:
            missing = any(name not in names for part, name in given.items() if part in {"text", "tokens"})
            given = {part: name for part, name in given.items() if name in names} if not missing else {}
            columns = {} if missing else choose_columns(names, given)
        else:
            columns = choose_columns(names, given)
        told = bool(self._options.columns.keys() & {"text", "tokens"})
        span_text = "" if told else next((name for name in _SPAN_TEXTS if name in names), "")
        return Layout(
            columns=columns,
            dialogue="" if told else dialogue_form(names),
            span_text=span_text,
            span_lists=tuple(name for name in _SPAN_LISTS if span_text and name in names),
            named=tuple(name for name in self._options.class_names if name in names),
        )

    def read(self, row: Mapping[str, Any], line: int) -> Sequence[Document | Reject]:
        """The documents of a row: one, or for Self-Instruct tasks one an instance."""
        layout = self.layout(tuple(row))
        if layout.named:
            named = self._with_names(row, layout.named, line)
            if isinstance(named, Reject):
                return (named,)
            row = named
        if layout.dialogue and _is_dialogue(row, layout.dialogue):
            return read_dialogue(row, layout.dialogue, line=line)
        for name in layout.span_lists:
            value = row[name]
            if isinstance(value, (list, dict)) and holds_spans(
                value, empty=self._spans or name in {"entities", "spans"}
            ):
                return (read_spans(row, layout.span_text, name, line=line),)
        if not layout.columns:
            wanted = self._options.columns.get("text", self._options.columns.get("tokens"))
            shown = ", ".join(f"`{name}`" for name in list(row)[:_SHOWN_COLUMNS])
            reason = f"no column for `{wanted}`" if wanted else "no column for text"
            return (Reject(line, " ".join(f"{reason}: it has {shown}"[:300].split()), str(row)[:200]),)
        return (document_of(row, layout.columns, line=line),)

    def _with_names(self, row: Mapping[str, Any], columns: Sequence[str], line: int) -> dict[str, Any] | Reject:
        changed = dict(row)
        for column in columns:
            names = self._options.class_names[column]
            value = row[column]
            try:
                changed[column] = (
                    [_name(one, names) for one in value] if isinstance(value, list) else _name(value, names)
                )
            except IndexError:
                return Reject(line, f"no such class: `{column}` is {str(value)[:40]}, there are {len(names)}")
        return changed


def _name(value: Any, names: Sequence[str]) -> Any:
    """The name of an integer; -1 is the usual sign for an unknown label, and stays none."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if value < -1:
        raise IndexError
    return names[value] if value >= 0 else None


def _is_dialogue(row: Mapping[str, Any], form: str) -> bool:
    return form != "messages" or any(
        isinstance(row.get(name), list) for name in ("messages", "conversations", "conversation")
    )


def no_text(names: Sequence[str], options: ReadOptions) -> LeafoutError:
    """What to say of a table without a column of text."""
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN_COLUMNS])
    return LeafoutError(
        f"no column looks like text among {shown}",
        where=options.name,
        hint="say which it is: columns: {text: NAME, label: NAME}",
    )
