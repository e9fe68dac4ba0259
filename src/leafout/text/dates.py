"""Times as feeds and posts write them, as ISO 8601."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_TWITTER = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})\Z")
_PLAIN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?"
    r"(?:[T\s]+(\d{1,2})[:：时](\d{2})(?:[:：分](\d{2})(?:[.,]\d{1,9})?秒?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?\s*\Z",
    re.IGNORECASE,
)
_MAX_CHARS = 80
_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?\Z|\d{12,13}\Z")
_MILLISECONDS_FROM = 10**11


def iso_time(value: str | float) -> str | None:
    """A time as `2024-03-05T08:30:00Z` where its zone is known, without `Z` where it is not; None for what is no time.

    Understood: ISO 8601 and its usual variations (`2024-03-05 16:30`, `2024年3月5日 16:30`), RFC 822 as in RSS,
    `Tue Mar 05 08:30:00 +0000 2024` as in tweets, seconds or milliseconds since 1970. A date alone stays a date.
    """
    text = str(value).strip()
    if not text or len(text) > _MAX_CHARS:
        return None
    try:
        if _EPOCH.match(text):
            number = float(text)
            return _zulu(datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC))
        if match := _PLAIN.match(text):
            return _plain(match)
        if match := _TWITTER.match(text):
            text = f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4]}"
        elif not re.search(r"[A-Za-z]{3}", text):
            return None
        return _zulu(parsedate_to_datetime(text))
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        return None


def _plain(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, zone = match.groups()
    date = datetime(int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    if hour is None:
        return date.isoformat()[: 10 if day else 7]
    if zone is None:
        return date.isoformat()
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return _zulu(date.replace(tzinfo=UTC))
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return _zulu(date.replace(tzinfo=timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))))


def _zulu(moment: datetime) -> str:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
