"""Dates as web pages write them, made ISO 8601: no more exact than they were written, never guessed."""

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_iso = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)(?:\s?日)?"
    r"(?:[T\s]{1,3}(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)?)?"
).search
_compact = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d))?)?(Z)?").match
_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split("|"), 1)}
_NAMES = rf"({_MONTH_NAMES})[a-z]{{0,6}}\.?"
_month_first = re.compile(
    rf"\b{_NAMES}\s{{1,2}}(\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}((?:19|20)\d\d)\b", re.IGNORECASE
).search
_day_first = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s{{1,2}}{_NAMES},?\s{{1,2}}((?:19|20)\d\d)\b", re.IGNORECASE
).search
_in_path = re.compile(r"/((?:19|20)\d\d)[/-]?(\d\d)[/-]?(\d\d)(?=[/_.-]|$)").search
_SPAN = 200


def iso_date(text: str) -> str | None:
    """The first date in a text, such as `2019-11-18` or `2019-11-18T09:28:00Z`; None where there is none."""
    text = text.strip()[:_SPAN]
    match = _iso(text) or _compact(text)
    if match:
        year, month, day, hour, minute, second = match.groups()[:6]
        return _checked(int(year), int(month), int(day), (hour, minute, second, match[7]))
    match = _month_first(text)
    if match:
        return _checked(int(match[3]), _MONTHS[match[1].lower()], int(match[2]))
    match = _day_first(text)
    if match:
        return _checked(int(match[3]), _MONTHS[match[2].lower()], int(match[1]))
    return None


def date_in_path(url: str) -> str | None:
    """The date that an address holds between slashes, such as `/2019/11/18/` or `/2019-11/18/` or `/20191118/`."""
    match = _in_path(url)
    return _checked(int(match[1]), int(match[2]), int(match[3])) if match else None


def mail_date(text: str) -> str | None:
    """A date as mail and HTTP write it (RFC 5322), ISO 8601."""
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.isoformat() if _FIRST_YEAR <= when.year <= _LAST_YEAR else None


def _checked(
    year: int, month: int, day: int, time: tuple[str | None, str | None, str | None, str | None] = (None,) * 4
) -> str | None:
    hour, minute, second, zone = time
    try:
        date = dt.date(year, month, day)
        clock = None if hour is None else dt.time(int(hour), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if clock is None:
        return date.isoformat()
    if zone and zone != "Z":
        zone = f"{zone[:3]}:{zone[-2:]}"
    return f"{date.isoformat()}T{clock.isoformat()}{zone or ''}"
