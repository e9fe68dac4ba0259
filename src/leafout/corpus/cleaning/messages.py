"""Messages of dialogues in one form, as the texts of documents are; the transcript beside them is such a text.

Legend: M messages of all dialogues.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from leafout.corpus.kernels.tidying import normalised
from leafout.text.normalise import NormaliseRules

_LISTS = ("messages", "chosen", "rejected")
"""Keys of `extra` that hold messages (see `readers.dialogue`)."""
_NO_PROSE = "tool_call"
"""The role whose content is JSON: a character put right inside of it could end a string."""


def normalise_messages(extras: Sequence[str | None], rules: NormaliseRules) -> tuple[dict[int, str], Counter[str]]:
    """Put the contents of messages in one form; roles, calls of tools and whatever else a row has stay.

    Args:
        extras: all other columns of documents, as JSON objects.
        rules: what is done.

    Returns:
        The columns that change, by place; how many messages each rule changed, as `messages_<rule>`.
    """
    rows = {place: json.loads(extra) for place, extra in enumerate(extras) if extra and '"messages": [' in extra}
    message_M = [(place, message) for place, row in rows.items() for message in _messages(row)]
    contents = pa.array([message["content"] for _, message in message_M], pa.string())
    changed, edits = normalised(contents, rules)
    for member, content in changed.items():
        message_M[member][1]["content"] = content
    places = {message_M[member][0] for member in changed}
    written = {place: json.dumps(rows[place], ensure_ascii=False, sort_keys=True) for place in sorted(places)}
    return written, Counter({f"messages_{name}": count for name, count in edits.items()})


def _messages(row: Any) -> Iterator[dict[str, Any]]:
    """The messages of a dialogue that hold prose; a column that is only called so has none."""
    for name in _LISTS:
        said = row.get(name) if isinstance(row, dict) else None
        yield from (message for message in said if _is_prose(message)) if isinstance(said, list) else ()


def _is_prose(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("content"), str) and message.get("role") != _NO_PROSE
