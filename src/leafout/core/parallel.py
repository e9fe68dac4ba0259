"""Work on several cores: a bounded map over processes that keeps the order of its tasks.

Workers are plain Python processes that read tasks from a pipe; the program's main module is not imported again, so a
script needs no `if __name__ == "__main__"`. A worker ends when its pipe or its parent does. Ctrl-C reaches the parent
alone, which decides.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from itertools import chain, islice
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.parallel_worker import LESS_MEMORY, receive, send

T = TypeVar("T")
R = TypeVar("R")

_LOOK_SECONDS = 0.2
"""How often somebody who waits looks whether to stop."""

_AHEAD = 2
"""Tasks given out for each worker before the first result is taken."""

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_START = "import sys; from leafout.core.parallel_worker import main; main(int(sys.argv[1]))"


class Workers:
    """A few processes that stay for several maps; none is started before the first map that has two tasks.

    Args:
        count: how many; 1 or less works in this process, unless it is to be apart.
        apart: never work in this process, so that the caller can stop in the middle of a task.
    """

    def __init__(self, count: int, *, apart: bool = False) -> None:
        self.count = max(count, 1)
        self._apart = apart
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: list[_Worker] = []
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; work at hand is dropped."""
        for worker in self._all:
            worker.kill()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._idle, self._all, self._threads = SimpleQueue(), [], None

    def in_order(
        self, work: Callable[[T], R], tasks: Iterable[T], *, should_stop: Callable[[], bool] = lambda: False
    ) -> Iterator[R]:
        """The result of each task, in the order of the tasks.

        Args:
            work: a function that can be pickled by name, or a `functools.partial` of one.
            tasks: small things that can be pickled: paths, ranges, configs; taken as they are needed.
            should_stop: asked between results, and while waiting for one.

        Raises:
            Stopped: when `should_stop` says so.
            LeafoutError: what the work raised, or a worker died.
            RuntimeError: any other error of the work, with its traceback.
        """
        source = iter(tasks)
        first = list(islice(source, 2))
        every = chain(first, source)
        if not self._apart and (self.count == 1 or len(first) < 2):
            for task in every:
                if should_stop():
                    raise Stopped
                yield work(task)
            return
        waiting: deque[Future[R]] = deque()
        try:
            for task in every:
                waiting.append(self._submit(work, task))
                if len(waiting) > _AHEAD * self.count:
                    yield _result(waiting.popleft(), should_stop)
            while waiting:
                yield _result(waiting.popleft(), should_stop)
        except BaseException:
            self.close()  # the queue ahead is not wanted any more
            raise

    def _submit(self, work: Callable[[T], R], task: T) -> "Future[R]":
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.count)
            for _ in range(self.count):
                self._all.append(_Worker())
                self._idle.put(self._all[-1])
        return self._threads.submit(self._call, work, task, self._idle)

    @staticmethod
    def _call(work: Callable[[T], R], task: T, idle: "SimpleQueue[_Worker]") -> R:
        worker = idle.get()
        try:
            result: R = worker.call(work, task)
            return result
        finally:
            idle.put(worker)


def in_order(
    work: Callable[[T], R],
    tasks: Iterable[T],
    *,
    workers: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[R]:
    """One map over processes of its own; see `Workers.in_order`."""
    with Workers(workers) as pool:
        yield from pool.in_order(work, tasks, should_stop=should_stop)


def _result(future: "Future[R]", should_stop: Callable[[], bool]) -> R:
    while True:
        if should_stop():
            raise Stopped
        try:
            return future.result(timeout=_LOOK_SECONDS)
        except NotYet:
            if future.done():  # the work itself raised a TimeoutError
                raise


class _Worker:
    """One process and the pipes to it."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | _ONE_THREAD,
                process_group=0,  # the terminal's Ctrl-C is for the parent
            )
        except OSError as error:
            raise LeafoutError(f"no worker process can be started: {error.strerror}", hint=LESS_MEMORY) from error
        with suppress(BrokenPipeError):  # it ended already: the first task tells
            send(_pipe(self._process.stdin), sys.path)

    def call(self, work: Callable[[T], R], task: T) -> R:
        """Do one task."""
        try:
            send(_pipe(self._process.stdin), (work, task))
            answer = receive(_pipe(self._process.stdout))
        except BrokenPipeError:
            answer = None
        if answer is None:
            raise self._died()
        done, value = pickle.loads(answer)  # noqa: S301 our own process wrote it
        if done:
            result: R = value
            return result
        if isinstance(value, BaseException):
            raise value
        raise RuntimeError(f"a worker failed\n{value}")

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was still to be written is not wanted
                _pipe(pipe).close()

    def _died(self) -> LeafoutError:
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return LeafoutError(f"a worker process ended by {how}", hint=LESS_MEMORY)


def _pipe(pipe: IO[Any] | None) -> IO[Any]:
    assert pipe is not None
    return pipe
