"""Personal data of documents masked: in their texts and in whatever else their source said of them.

Legend: N documents.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leafout.corpus.kernels.pii import may_hold
from leafout.text.pii import mask_texts
from leafout.text.pii_rules import PersonalData

IN_TOKENS = "personal_data_in_tokens"
"""Why a tagged row goes: its tokens cannot be masked and stay aligned with their tags."""

_NAMES_OF_THINGS = ("id", "url", "urls", "link", "links", "guid", "page_id", "revision")
"""Keys of `extra` whose values name things; they stay."""


@dataclass(slots=True)
class Masked:
    """Columns of documents after masking.

    Attributes:
        texts, seconds, extras: the columns, changed in place.
        refused: places of tagged rows that hold personal data.
        counts: places masked, by `masked_<kind>`.
    """

    texts: list[str]
    seconds: list[str | None]
    extras: list[str | None]
    refused: list[int]
    counts: Counter[str]


def mask_documents(
    texts: list[str],
    seconds: list[str | None],
    extras: list[str | None],
    *,
    looked_at: list[bool],
    is_tagged: list[bool],
    rules: PersonalData,
) -> Masked:
    """Mask documents; the texts of one share their placeholders, so a dialogue stays one.

    Args:
        texts: of N documents.
        seconds: second texts of pairs.
        extras: all other columns, as JSON objects: strings in them are masked, names of things (ids, links) stay.
        looked_at: which documents; the others stay as they are.
        is_tagged: which are rows of tokens.
        rules: which kinds.
    """
    made = Masked(list(texts), list(seconds), list(extras), [], Counter())
    holds_N = np.zeros(len(texts), bool)
    for column in (texts, seconds, extras):
        holds_N |= may_hold(pa.array(column, pa.large_string()), rules)
    for place in np.flatnonzero(holds_N & np.array(looked_at, bool)).tolist():
        extra = json.loads(extras[place] or "{}")
        strings = list(_strings(extra))
        second = seconds[place]
        masked, counts = mask_texts([texts[place], second or "", *strings], rules)
        if not counts:
            continue
        if is_tagged[place] and masked[0] != texts[place]:
            made.refused.append(place)
            continue
        made.texts[place] = masked[0]
        made.seconds[place] = None if second is None else masked[1]
        if masked[2:] != strings:
            filled = _filled(extra, iter(masked[2:]))
            made.extras[place] = json.dumps(filled, ensure_ascii=False, sort_keys=True)
        made.counts.update({f"masked_{kind.lower()}": count for kind, count in counts.items()})
    return made


def _strings(value: Any) -> Iterator[str]:
    """The strings of a JSON value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if not _names_a_thing(key):
                yield from _strings(one)


def _filled(value: Any, strings: Iterator[str]) -> Any:
    """The same value with other strings."""
    if isinstance(value, str):
        return next(strings)
    if isinstance(value, list):
        return [_filled(one, strings) for one in value]
    if isinstance(value, dict):
        return {key: one if _names_a_thing(key) else _filled(one, strings) for key, one in value.items()}
    return value


def _names_a_thing(key: str) -> bool:
    return key.lower() in _NAMES_OF_THINGS or key.lower().endswith(("_id", "_url"))
