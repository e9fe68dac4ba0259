"""Moments as people write them, and a split by time: what is newest is the test.

Legend: U units (rows that must lie on one side).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.corpus.splits import TEST, TRAIN, VAL, Sides

Int64 = NDArray[np.int64]

NO_TIME = np.iinfo(np.int64).min
_WRITTEN = re.compile(
    r"(\d{4})\s*[年/.-]\s*(\d{1,2})(?:\s*(?:月|[月/.-]\s*(\d{1,2})\s*日?))?"
    r"(?:[\sT,]*(\d{1,2})\s*[:：时點点]\s*(?:(\d{1,2})\s*分?)?(?:[:：]?(\d{1,2})秒?)?)?",
    re.ASCII,
)
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 10, 13


def seconds_of(text: str | None) -> int:
    """Seconds since 1970 (UTC) of a moment as it is written; `NO_TIME` where it is none.

    Read are ISO 8601, RFC 2822 (as in feeds), `2024/1/2 10:30`, `2024年1月2日10时30分`, a year, and seconds or
    milliseconds since 1970. Without a zone it is UTC.

    >>> seconds_of("1970-01-02"), seconds_of("1970年1月1日 00:01"), seconds_of("Thu, 01 Jan 1970 00:00:05 GMT")
    (86400, 60, 5)
    """
    said = (text or "").strip()
    if said.isascii() and said.isdigit() and len(said) in {_EPOCH_SECONDS, _EPOCH_MILLISECONDS}:
        return int(said[:_EPOCH_SECONDS])
    moment = _moment(said)
    if moment is None:
        return NO_TIME
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return int(moment.timestamp())
    except (OverflowError, ValueError):
        return NO_TIME


def _moment(said: str) -> datetime | None:
    if re.fullmatch(r"[12]\d{3}", said, re.ASCII):
        return datetime(int(said), 1, 1, tzinfo=UTC)
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        pass
    match = _WRITTEN.fullmatch(said)
    try:
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day or 1, hour, minute, second, tzinfo=UTC)
        return parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError):
        return None


def iso(seconds: int) -> str:
    """A moment as ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a split by time is cut: where val and test begin, in seconds; None where that side is empty."""

    val_from: int | None
    test_from: int | None


def find_cuts(
    times_U: Int64, sizes_U: Int64, *, val: float, test: float, val_from: str = "", test_from: str = ""
) -> Cuts:
    """Where to cut: at the dates that are given, else where the sides come nearest their fractions.

    Args:
        times_U: the newest moment of each unit; none is `NO_TIME`.
        sizes_U: rows of each unit.
        val: fraction of all rows.
        test: the same for test.
        val_from: a date as `seconds_of` reads it; empty to go by the fraction.
        test_from: the same for test.

    Raises:
        LeafoutError: when a date cannot be read, or val does not begin before test.
    """
    moments, inverse = np.unique(times_U, return_inverse=True)
    rows = np.bincount(inverse, sizes_U).astype(np.int64)
    total = int(sizes_U.sum())
    test_at = _given("test_from", test_from) if test_from else _nearest(moments, rows, test * total)
    inside = np.ones(len(moments), bool) if test_at is None else moments < test_at
    val_at = _given("val_from", val_from) if val_from else _nearest(moments[inside], rows[inside], val * total)
    if val_from and test_at is not None and val_at is not None and val_at >= test_at:
        message = f"val begins at {iso(val_at)}, not before test at {iso(test_at)}"
        raise LeafoutError(message, where="[val_from]", hint="give an earlier `val_from`")
    return Cuts(val_at, test_at)


def _given(name: str, text: str) -> int:
    seconds = seconds_of(text)
    if seconds == NO_TIME:
        raise LeafoutError(f"`{text}` is no date", where=f"[{name}]", hint=f"write it as {name}: 2024-01-31")
    return seconds


def _nearest(moments: Int64, rows: Int64, quota: float) -> int | None:
    """The moment from which on there are about so many rows; not the first one."""
    if quota <= 0 or len(moments) < 2:
        return None
    newer = np.cumsum(rows[::-1])[:-1]
    return int(moments[::-1][int(np.abs(newer - quota).argmin())])


def by_time(times_U: Int64, cuts: Cuts) -> Sides:
    """The side of each unit by its newest moment: nothing in train is newer than what is tested on."""
    sides_U = np.full(len(times_U), TRAIN, np.int8)
    if cuts.val_from is not None:
        sides_U[times_U >= cuts.val_from] = VAL
    if cuts.test_from is not None:
        sides_U[times_U >= cuts.test_from] = TEST
    return sides_U
