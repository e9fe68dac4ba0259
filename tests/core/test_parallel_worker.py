import errno
import io
import os
import pickle
import signal
import subprocess
import sys
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.core.parallel_worker import receive, send
from parallel_work import held_bytes

CODE = "import os; from leafout.core.parallel_worker import main; main(os.getppid())"


def _answers(sent: io.BytesIO) -> tuple[list[tuple[bool, Any]], bytes]:
    words = [sys.executable, "-c", CODE]
    done = subprocess.run(words, input=sent.getvalue(), capture_output=True, timeout=60, check=True)
    out = io.BytesIO(done.stdout)
    return [pickle.loads(message) for message in iter(lambda: receive(out), None)], done.stderr


def test_a_worker_answers_until_its_pipe_ends() -> None:
    sent = io.BytesIO()
    for thing in (sys.path, (len, "春眠"), (print, "to the screen"), (len, 3)):
        send(sent, thing)
    answers, printed = _answers(sent)
    assert answers[:2] == [(True, 2), (True, None)]
    assert answers[2][0] is False
    assert "TypeError" in answers[2][1]
    assert b"to the screen" in printed


def test_a_task_that_cannot_be_read_is_an_answer() -> None:
    sent = io.BytesIO()
    send(sent, sys.path)
    for message in (b"no pickle", pickle.dumps((len, "春"))):
        sent.write(len(message).to_bytes(8, "little") + message)
    assert [done for done, _ in _answers(sent)[0]] == [False, True]


def test_half_a_message_is_none() -> None:
    whole = io.BytesIO()
    send(whole, "春眠不觉晓")
    for length in range(len(whole.getvalue())):
        assert receive(io.BytesIO(whole.getvalue()[:length])) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_is_the_parents(number: signal.Signals) -> None:
    sent = io.BytesIO()
    for thing in (sys.path, (signal.raise_signal, number), (len, "春眠")):
        send(sent, thing)
    assert _answers(sent)[0] == [(True, None), (True, 2)]


def test_a_worker_whose_parent_is_gone_does_nothing() -> None:
    sent = io.BytesIO()
    for thing in (sys.path, (len, "春眠")):
        send(sent, thing)
    code = CODE.replace("os.getppid()", "os.getppid() + 1")
    done = subprocess.run(
        [sys.executable, "-c", code], input=sent.getvalue(), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_what_the_system_refuses_keeps_its_number_and_its_traceback() -> None:
    sent = io.BytesIO()
    for thing in (sys.path, (os.mkdir, "/proc/春眠"), (bytearray, 1 << 60), (os.close, 999)):
        send(sent, thing)
    missing, memory, closed = (error for _, error in _answers(sent)[0])
    assert isinstance(missing, FileNotFoundError)
    assert (missing.errno, missing.filename) == (errno.ENOENT, "/proc/春眠")
    assert "parallel_worker.py" in missing.__notes__[0]
    assert isinstance(memory, LeafoutError)
    assert "--workers 1" in memory.hint
    assert closed.errno == errno.EBADF


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_of_a_task_goes_back_to_the_system() -> None:
    sent = io.BytesIO()
    for thing in (sys.path, (held_bytes, 0), (held_bytes, 200_000), (held_bytes, 0)):
        send(sent, thing)
    before, while_held, after = (held for _, held in _answers(sent)[0])
    assert while_held > before + 100e6
    assert after < before + 40e6
