import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from leafout.core import parallel
from leafout.core.errors import LeafoutError, Stopped, StoreError
from leafout.core.parallel import Workers, in_order
from leafout.core.store import disk_errors
from parallel_work import die, divide, fill_the_disk, print_loud, refuse, squared_slowly, take_all_memory


def test_results_keep_the_order_of_their_tasks_and_come_from_other_processes() -> None:
    found = list(in_order(squared_slowly, range(12), workers=2))
    assert [square for square, _ in found] == [number * number for number in range(12)]
    assert os.getpid() not in {process for _, process in found}
    assert len({process for _, process in found}) == 2


def test_one_worker_or_one_task_works_in_this_process() -> None:
    assert {process for _, process in in_order(squared_slowly, range(3), workers=1)} == {os.getpid()}
    assert list(in_order(squared_slowly, [5], workers=2)) == [(25, os.getpid())]
    assert list(in_order(squared_slowly, [], workers=2)) == []


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    with Workers(2) as workers:
        results = workers.in_order(print_loud, tasks())
        assert [next(results) for _ in range(3)] == [0, 1, 2]
        assert len(taken) < 12


def test_what_a_task_refuses_reaches_the_caller_with_its_place() -> None:
    with pytest.raises(LeafoutError, match="`数` is bad") as caught:
        list(in_order(partial(refuse, bad=4), range(9), workers=2))
    assert (caught.value.where, caught.value.hint) == ("row 4", "mend it")


def test_a_bug_in_a_task_shows_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(in_order(divide, [1, 0], workers=2))


def test_a_killed_worker_is_told() -> None:
    with pytest.raises(LeafoutError, match="ended by signal 9"):
        list(in_order(die, range(4), workers=2))


def test_a_disk_that_is_full_for_a_worker_is_told_like_one_that_is_full_here(tmp_path: Path) -> None:
    for workers in (1, 2):
        with pytest.raises(StoreError, match="the disk is full") as caught, disk_errors(tmp_path):
            list(in_order(fill_the_disk, range(4), workers=workers))
        assert caught.value.where.startswith("/满/")
        assert "make space" in caught.value.hint


def test_memory_that_a_worker_does_not_get_is_told() -> None:
    with pytest.raises(LeafoutError, match="no more memory"):
        list(in_order(take_all_memory, range(4), workers=2))


@pytest.mark.parametrize("start", ["raise SystemExit(3)", "import sys; sys.stdin.close(); sys.stdout.close()"])
def test_a_worker_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(parallel, "_START", start)
    with pytest.raises(LeafoutError, match="ended by exit code"):
        list(in_order(divide, range(1, 9), workers=2))


def test_no_process_to_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(LeafoutError, match="no worker process can be started: No such file"):
        list(in_order(divide, range(1, 9), workers=2))


def test_a_stop_is_heard_while_waiting() -> None:
    with pytest.raises(Stopped):
        list(in_order(time.sleep, [30, 30], workers=2, should_stop=lambda: True))


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    code = f"""
import os, time
from leafout.core.parallel import Workers
with Workers(2) as workers:
    results = workers.in_order(time.sleep, [0, 0, 60, 60])
    next(results)
    open({str(tmp_path / "pids")!r}, "w").write(" ".join(str(w._process.pid) for w in workers._all))
    list(results)
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "pids").exists() or not (tmp_path / "pids").read_text():
        time.sleep(0.05)
        assert parent.poll() is None
    parent.kill()
    parent.wait()
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    until = time.monotonic() + 10
    while any(_alive(pid) for pid in pids):
        assert time.monotonic() < until, "a worker outlived its parent"
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text(encoding="ascii").split(") ")[1][0] != "Z"
    except OSError:
        return False
