import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from leafout.serving.batcher import Batcher, ClosedError, QueueFullError


class Work:
    """Upper-cases texts; a text costs its length; a held gate keeps the model busy."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.running = threading.Event()

    def prepare(self, texts: Sequence[str]) -> list[tuple[str, int]]:
        if any(text == "unreadable" for text in texts):
            raise ValueError("unreadable")
        return [(text, len(text)) for text in texts]

    def run(self, texts: Sequence[str]) -> list[str]:
        self.running.set()
        assert self.gate.wait(5)
        self.batches.append(list(texts))
        if "bad" in texts:
            raise ValueError("bad")
        return [text.upper() for text in texts]


def with_batcher(body: Callable[[Batcher[str, str, str], Work], Awaitable[None]], **options: Any) -> Work:
    work = Work()
    batcher: Batcher[str, str, str] = Batcher(work.prepare, work.run, **{"budget": 100, "max_waiting": 10, **options})
    try:
        asyncio.run(body(batcher, work))  # type: ignore[arg-type]
    finally:
        work.gate.set()
        assert batcher.close(seconds=5)
    assert not batcher.is_alive
    return work


async def busy(batcher: Batcher[str, str, str], work: Work) -> "asyncio.Future[str]":
    """Keep the model busy until the gate opens."""
    work.gate.clear()
    work.running.clear()
    first = batcher.submit("first")
    await asyncio.to_thread(work.running.wait, 5)
    return first


def test_what_queues_while_the_model_runs_is_one_batch_in_order() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        rest = [batcher.submit(text) for text in ("a", "b", "c")]
        assert batcher.waiting == 3
        work.gate.set()
        assert await asyncio.gather(first, *rest) == ["FIRST", "A", "B", "C"]
        assert batcher.waiting == 0

    assert with_batcher(body).batches == [["first"], ["a", "b", "c"]]


def test_a_batch_keeps_to_its_budget_and_a_dear_one_runs_alone() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        rest = [batcher.submit(text) for text in ("aaaa", "bbbb", "c" * 50, "dd", "ee")]
        work.gate.set()
        await asyncio.gather(first, *rest)

    assert with_batcher(body, budget=8).batches == [["first"], ["aaaa", "bbbb"], ["c" * 50], ["dd", "ee"]]


def test_a_full_queue_refuses_and_an_empty_one_takes_whatever_comes() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        large = batcher.submit("large", size=50)
        with pytest.raises(QueueFullError):
            batcher.submit("more")
        work.gate.set()
        assert await large == "LARGE"
        await first

    with_batcher(body)


def test_one_that_fails_does_not_spoil_the_others() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        rest = [batcher.submit(text) for text in ("a", "bad", "unreadable", "b")]
        work.gate.set()
        found = await asyncio.gather(first, *rest, return_exceptions=True)
        assert [str(each) for each in found] == ["FIRST", "A", "bad", "unreadable", "B"]

    with_batcher(body)


def test_what_nobody_waits_for_is_not_run() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        gone, kept = batcher.submit("gone"), batcher.submit("kept")
        gone.cancel()
        work.gate.set()
        await asyncio.gather(first, kept)
        assert batcher.waiting == 0

    assert with_batcher(body).batches == [["first"], ["kept"]]


def test_closing_finishes_what_waits_and_takes_nothing_new() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        last = batcher.submit("last")
        closing = asyncio.create_task(asyncio.to_thread(batcher.close, seconds=5))
        while not batcher._is_closed:
            await asyncio.sleep(0.001)
        with pytest.raises(ClosedError):
            batcher.submit("late")
        work.gate.set()
        assert await closing
        assert (await first, await last) == ("FIRST", "LAST")

    with_batcher(body)


def test_closing_says_when_it_did_not_finish() -> None:
    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        first = await busy(batcher, work)
        assert not batcher.close(seconds=0.01)
        work.gate.set()
        await first

    with_batcher(body)


def test_each_batch_is_observed() -> None:
    seen: list[tuple[int, int]] = []

    async def body(batcher: Batcher[str, str, str], work: Work) -> None:
        await batcher.submit("abc", size=2)

    with_batcher(body, observe=lambda size, cost, seconds: seen.append((size, cost)))
    assert seen == [(2, 3)]
