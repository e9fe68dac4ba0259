import errno
import signal
import subprocess
import sys

import pytest

from leafout.core import faults
from leafout.core.faults import fault_point


def asked(monkeypatch: pytest.MonkeyPatch, point: str, count: str, kind: str) -> None:
    for name, value in (("_POINT", point), ("_COUNT", count), ("_KIND", kind), ("_passed", {"count": 0})):
        monkeypatch.setattr(faults, name, value)


def test_without_being_asked_nothing_fails() -> None:
    assert [fault_point("store.seal") for _ in range(3)] == [False] * 3


@pytest.mark.parametrize(("kind", "number"), [("eio", errno.EIO), ("enospc", errno.ENOSPC)])
def test_the_passing_that_was_named_fails(monkeypatch: pytest.MonkeyPatch, kind: str, number: int) -> None:
    asked(monkeypatch, "store.seal", "2", kind)
    assert not fault_point("store.seal")
    assert not fault_point("store.rename")
    with pytest.raises(OSError, match="fault point") as caught:
        fault_point("store.seal")
    assert caught.value.errno == number
    assert not fault_point("store.seal")


def test_a_short_write_is_the_callers_part(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "durable.write", "", "short")
    assert fault_point("durable.write")


def test_a_kill_is_a_kill() -> None:
    code = "from leafout.core.faults import fault_point; fault_point('x')"
    done = subprocess.run([sys.executable, "-c", code], env={"LEAFOUT_FAULT": "x:1:kill"}, check=False)
    assert done.returncode == -signal.SIGKILL
