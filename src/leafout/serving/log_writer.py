"""Writes the request log on a thread of its own, so that masking and disks never hold up an answer."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import Field

from leafout.core.config import Config

logger = logging.getLogger(__name__)
MAX_PENDING = 10_000


class LogOptions(Config):
    """What the request log keeps, and for how long."""

    texts: bool = True
    """Keep texts, with personal data masked; without them only figures and answers are kept."""
    retention_days: float = Field(default=30.0, ge=0, le=36_500)
    """Closed segments are removed after so many days; 0 keeps them."""
    segment_bytes: int = Field(default=16 << 20, ge=4096, le=1 << 40)
    """A segment is closed when it is larger, in bytes."""
    segment_seconds: float = Field(default=3600.0, gt=0, le=86_400 * 366)
    """A segment is closed when it is older, so that `monitor` reads it."""


class RequestLog(Protocol):
    """Where entries go; see `corpus/request_log.py`."""

    def write(self, entry: dict[str, Any]) -> None:
        """Append an entry; texts in it are masked."""

    def close(self) -> None:
        """Close the segment, so that `monitor` reads it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered request.

    Attributes:
        id: of the request, as the client got it.
        slot: that answered.
        release: key of the release that answered.
        texts: what was asked; None when texts are not logged.
        predicted, confidence: one for each text; None where nothing was classified.
        milliseconds: from its headers to its answer.
        tokens: that the model read and wrote.
        status: of HTTP.
    """

    id: str
    slot: str
    release: str
    texts: Sequence[str] | None
    predicted: Sequence[str] | None
    confidence: Sequence[float] | None
    milliseconds: float
    tokens: int
    status: int


class LogWriter:
    """Takes entries in the order of answers and writes them.

    Args:
        logs: one log for each slot; see `open_logs`.
        with_texts: keep texts, masked.
        on_failure: called for each line that could not be written.
    """

    def __init__(
        self, logs: dict[str, RequestLog], *, with_texts: bool = True, on_failure: Callable[[], None] = lambda: None
    ) -> None:
        self._logs, self._with_texts, self._on_failure = logs, with_texts, on_failure
        self._pending: queue.Queue[Entry | None] = queue.Queue(MAX_PENDING)
        self._failed = False
        self._thread = threading.Thread(target=self._work, name="request-log", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Hand an entry over; never waits: when thousands are pending it is given up, and counted."""
        try:
            self._pending.put_nowait(entry)
        except queue.Full:
            self._failure("the disk is too slow")

    def close(self, *, seconds: float = 10.0) -> bool:
        """Write what is pending and close the logs.

        Returns:
            False when that took too long.
        """
        try:
            self._pending.put(None, timeout=seconds)
        except queue.Full:
            return False
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (entry := self._pending.get()) is not None:
            self._guarded(lambda entry=entry: self._logs[entry.slot].write(self._values(entry)))  # type: ignore[misc]
        for log in self._logs.values():
            self._guarded(log.close)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
            self._failed = False
        except OSError as error:
            self._failure(str(error))
        except Exception:
            logger.exception("an entry of the request log could not be made")
            self._failure("an entry could not be made")

    def _failure(self, said: str) -> None:
        """Count each, tell the first of a row."""
        self._on_failure()
        if not self._failed:
            logger.error("the request log cannot be written: %s; the service goes on without", said)
        self._failed = True

    def _values(self, entry: Entry) -> dict[str, Any]:
        return {
            "time": round(time.time(), 3),
            "id": entry.id,
            "slot": entry.slot,
            "release": entry.release,
            "texts": list(entry.texts) if self._with_texts and entry.texts is not None else None,
            "predicted": None if entry.predicted is None else list(entry.predicted),
            "confidence": None if entry.confidence is None else [round(each, 6) for each in entry.confidence],
            "milliseconds": round(entry.milliseconds, 3),
            "tokens": entry.tokens,
            "status": entry.status,
        }
