"""Batches without a timer: while one runs, requests queue; the next takes what queued, up to a budget.

An idle service answers at once, a busy one fills its batches by itself.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)
Given = TypeVar("Given")
Ready = TypeVar("Ready")
Answer = TypeVar("Answer")
Observe = Callable[[int, int, float], None]


class QueueFullError(Exception):
    """More waits than the queue may hold."""


class ClosedError(Exception):
    """The batcher takes no more work."""


@dataclass(slots=True, eq=False)
class _Job(Generic[Given, Answer]):
    given: Given
    size: int
    future: "asyncio.Future[Answer]"


@dataclass(slots=True, eq=False)
class _Prepared(Generic[Given, Ready, Answer]):
    job: _Job[Given, Answer]
    ready: Ready
    cost: int


class Batcher(Generic[Given, Ready, Answer]):
    """Runs a model on a thread of its own.

    Args:
        prepare: turns what was given into (what runs, its cost) each: tokenising, for a classifier.
        run: answers for a batch, in its order.
        budget: the most cost a batch may have; something dearer runs alone.
        max_waiting: the most size that may wait.
        name: of the thread.
        observe: called after each batch with its size, its cost and its seconds.
    """

    def __init__(
        self,
        prepare: Callable[[Sequence[Given]], Sequence[tuple[Ready, int]]],
        run: Callable[[Sequence[Ready]], Sequence[Answer]],
        *,
        budget: int,
        max_waiting: int,
        name: str = "batcher",
        observe: Observe = lambda size, cost, seconds: None,  # noqa: ARG005
    ) -> None:
        self._prepare, self._run, self._observe = prepare, run, observe
        self._budget, self._max_waiting = budget, max_waiting
        self._arrived: list[_Job[Given, Answer]] = []
        self._prepared: deque[_Prepared[Given, Ready, Answer]] = deque()
        self._waiting = 0
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """The size of all that waits."""
        return self._waiting

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def submit(self, given: Given, *, size: int = 1) -> "asyncio.Future[Answer]":
        """Queue work; call it in an event loop.

        Args:
            given: the work.
            size: how much of the queue it takes.

        Raises:
            QueueFullError: when it does not fit into the queue.
            ClosedError: after `close`.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._is_closed:
                raise ClosedError
            if self._waiting and self._waiting + size > self._max_waiting:
                raise QueueFullError
            self._waiting += size
            self._arrived.append(_Job(given, size, future))
            self._changed.notify()
        return future

    def close(self, *, seconds: float | None = None) -> bool:
        """Take no more work, finish what waits.

        Returns:
            False when it was not finished after so many seconds.
        """
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._arrived and not self._prepared and not self._is_closed:
                    self._changed.wait()
                arrived, self._arrived = self._arrived, []
            if not arrived and not self._prepared:
                return
            self._make_ready(arrived)
            batch = self._take()
            if batch:
                self._answer(batch)

    def _make_ready(self, arrived: Sequence[_Job[Given, Answer]]) -> None:
        wanted = [job for job in arrived if not job.future.cancelled()]
        self._forget([job for job in arrived if job.future.cancelled()])
        outcomes = _outcomes(self._prepare, [job.given for job in wanted])
        failed = []
        for job, outcome in zip(wanted, outcomes, strict=True):
            if isinstance(outcome, Exception):
                failed.append((job, outcome))
            else:
                self._prepared.append(_Prepared(job, *outcome))
        self._forget([job for job, _ in failed])
        _deliver(failed)

    def _take(self) -> list[_Prepared[Given, Ready, Answer]]:
        batch: list[_Prepared[Given, Ready, Answer]] = []
        cost = 0
        while self._prepared and (not batch or cost + self._prepared[0].cost <= self._budget):
            first = self._prepared.popleft()
            self._forget([first.job])
            if not first.job.future.cancelled():
                batch.append(first)
                cost += first.cost
        return batch

    def _answer(self, batch: Sequence[_Prepared[Given, Ready, Answer]]) -> None:
        began = time.perf_counter()
        outcomes = _outcomes(self._run, [each.ready for each in batch])
        seconds = time.perf_counter() - began
        _deliver([(each.job, outcome) for each, outcome in zip(batch, outcomes, strict=True)])
        self._observe(sum(each.job.size for each in batch), sum(each.cost for each in batch), seconds)

    def _forget(self, jobs: Sequence[_Job[Given, Answer]]) -> None:
        with self._changed:
            self._waiting -= sum(job.size for job in jobs)


def _outcomes(
    work: Callable[[Sequence[Given]], Sequence[Ready]], items: Sequence[Given]
) -> Sequence[Ready | Exception]:
    """What the work gives for each item; after a failure each item runs alone, so that one cannot spoil the others."""
    if not items:
        return []
    try:
        return work(items)
    except Exception as error:
        if len(items) > 1:
            return [outcome for item in items for outcome in _outcomes(work, [item])]
        logger.exception("a request could not be answered")
        return [error]


def _deliver(results: Sequence[tuple[_Job[Given, Answer], Answer | Exception]]) -> None:
    """Hand results over to the event loop, all in one call."""
    if not results:
        return
    try:
        results[0][0].future.get_loop().call_soon_threadsafe(_set, results)
    except RuntimeError:
        logger.warning("%d answers came after the service had stopped", len(results))


def _set(results: Sequence[tuple[_Job[Given, Answer], Answer | Exception]]) -> None:
    for job, outcome in results:
        if job.future.done():
            continue
        if isinstance(outcome, Exception):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)
