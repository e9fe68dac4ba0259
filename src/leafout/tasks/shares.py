"""A share of a batch: the rows that one of several processes computes.

Whatever is drawn for a batch was drawn before, so the shares together are the same batch for any number of processes.

Legend: B rows, T tokens of all rows, K tokens to be guessed.
"""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from leafout.tasks.example import Int64


@dataclass(frozen=True, slots=True)
class Share:
    """Rows of a batch.

    Attributes:
        batch: of the kind of the whole.
        weight: 1; 0 where there are fewer rows than processes, and this one computes a row for company alone: then
            all processes compute equally many parts, and meet equally often.
    """

    batch: Any
    weight: int = 1


def share_of(batch: Any, rank: int, count: int) -> Share:
    """The rows of a batch for one of `count` processes: one after another, about equally many tokens for each.

    Args:
        batch: one stream of rows (`Batch`, `MaskedBatch`, `CausalBatch`), or several (`SpanBatch`).
        rank: from 0.
        count: of processes.
    """
    if count == 1:
        return Share(batch)
    starts_B1 = _starts(batch)
    num_rows = len(starts_B1) - 1
    if num_rows < count:
        own = rank if rank < num_rows else 0
        return Share(rows_between(batch, own, own + 1), weight=int(rank < num_rows))
    bounds = [0]
    for number in range(1, count):
        nearest = int(np.abs(starts_B1 - starts_B1[-1] * number / count).argmin())
        bounds.append(min(max(nearest, bounds[-1] + 1), num_rows - count + number))
    return Share(rows_between(batch, *[*bounds, num_rows][rank : rank + 2]))


def _starts(batch: Any) -> Int64:
    """Where each row starts, and the end; of several streams the sum."""
    if hasattr(batch, "starts_B1"):
        return np.asarray(batch.starts_B1, np.int64)
    streams = [getattr(batch, field.name) for field in fields(batch)]
    summed: Int64 = np.sum([_starts(stream) for stream in streams if is_dataclass(stream)], axis=0)
    return summed


def rows_between(batch: Any, first: int, last: int) -> Any:
    """Rows `first` to `last - 1` of a batch, each field cut as the suffix of its name tells.

    Raises:
        TypeError: for a field whose shape its name does not tell.
    """
    begin, end = (int(value) for value in _starts(batch)[[first, last]])
    cut: dict[str, Any] = {}
    for name in (field.name for field in fields(batch)):
        values = getattr(batch, name)
        if is_dataclass(values):
            cut[name] = rows_between(values, first, last)
        elif name == "starts_B1":
            cut[name] = values[first : last + 1] - values[first]
        elif name.endswith("_T"):
            cut[name] = values[begin:end]
        elif name.endswith("_B"):
            cut[name] = values[first:last]
        elif name.endswith("_K"):
            kept_K = (batch.places_K >= begin) & (batch.places_K < end)
            cut[name] = values[kept_K] - begin if name == "places_K" else values[kept_K]
        else:
            raise TypeError(f"`{name}` of {type(batch).__name__} does not tell its shape")
    return replace(batch, **cut)
