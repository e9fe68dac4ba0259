"""A service without its HTTP: slots, their releases, the request log, the figures."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from leafout.inference.release import TaskName
from leafout.serving.limits import Limits
from leafout.serving.log_writer import Entry, LogWriter
from leafout.serving.metrics import Metrics
from leafout.serving.problems import Problem
from leafout.serving.watcher import Slot, Watcher

_ENDPOINTS: Mapping[TaskName, str] = {"classify": "/v1/classify", "generate": "/v1/completions"}


@dataclass(eq=False)
class Service:
    """What answers.

    Attributes:
        slots: by name.
        limits: on requests.
        metrics: figures.
        log: the request log; None when it is off.
        watcher: follows the registry; None for a release given by hand.
        draining: set when the service takes no new work.
        active: requests that were accepted and are not answered yet.
    """

    slots: Mapping[str, Slot]
    limits: Limits
    metrics: Metrics
    log: LogWriter | None = None
    watcher: Watcher | None = None
    draining: bool = False
    active: int = 0

    def start(self) -> None:
        """Begin to follow the registry."""
        if self.watcher is not None and not self.watcher.is_alive():
            self.watcher.start()

    def close(self, *, seconds: float = 5.0) -> bool:
        """Finish what waits and close the log, in so many seconds at most.

        Returns:
            False when something was not finished in time.
        """
        self.draining = True
        ends = time.monotonic() + seconds
        if self.watcher is not None:
            self.watcher.stop(seconds=seconds / 4)
        done = True
        for slot in self.slots.values():
            for loaded in (slot.loaded, slot.standby):
                left = max(0.0, ends - time.monotonic()) / 2
                done &= loaded is None or loaded.batcher.close(seconds=left)
        return (self.log is None or self.log.close(seconds=max(0.1, ends - time.monotonic()))) and done

    @contextmanager
    def accepted(self) -> Iterator[None]:
        """Count a request as accepted: a drain waits for it."""
        self.active += 1
        try:
            yield
        finally:
            self.active -= 1

    def slot(self, name: str | None, task: TaskName) -> Slot:
        """The slot that a request names; without a name the only one for its task.

        Raises:
            Problem: 404 for an unknown name, 400 when it does something else or a name is needed.
        """
        fitting = [slot for slot in self.slots.values() if slot.loaded.release.task == task]
        if name is None:
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise Problem(400, "`model` is missing", f"models: {_names(fitting)}")
            raise Problem(404, f"no model here can `{task}`", f"models: {_names(self.slots.values())}")
        slot = self.slots.get(name)
        if slot is None:
            raise Problem(404, f"unknown model `{name[:100]}`", f"models: {_names(self.slots.values())}")
        if slot not in fitting:
            other = _ENDPOINTS[slot.loaded.release.task]
            raise Problem(400, f"`{name}` cannot `{task}`", f"ask it at {other}, or use {_names(fitting) or 'another'}")
        return slot

    def dead_slots(self) -> list[str]:
        """The slots whose model no thread runs any more; none in a service that works."""
        return [slot.name for slot in self.slots.values() if not slot.loaded.batcher.is_alive]

    def note_waiting(self) -> None:
        """Bring the figures of the queues up to date."""
        for slot in self.slots.values():
            self.metrics.waiting(slot.name, slot.loaded.batcher.waiting)

    def models(self) -> list[dict[str, Any]]:
        """What `/v1/models` shows of each slot."""
        return [_described(slot) for slot in self.slots.values()]

    def record(self, entry: Entry) -> None:
        """Keep a request in the log."""
        if self.log is not None:
            self.log.put(entry)


def _described(slot: Slot) -> dict[str, Any]:
    loaded = slot.loaded
    release = loaded.release
    return {
        "id": slot.name,
        "object": "model",
        "owned_by": "leafout",
        "task": release.task,
        "endpoint": _ENDPOINTS[release.task],
        "release": loaded.key,
        "digest": loaded.digest,
        "examined": loaded.examined,
        "format": release.format,
        "precision": release.precision,
        "labels": list(release.labels),
        "pair": release.pair,
        "languages": list(release.languages),
        "max_tokens": release.max_tokens,
        "standby": None if slot.standby is None else slot.standby.key,
        "refused": slot.refused or None,
    }


def _names(slots: Iterable[Slot]) -> str:
    return ", ".join(f"`{slot.name}`" for slot in slots)
