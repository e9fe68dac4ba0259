import io
import pickle
import subprocess
import sys
from typing import Any

from leafout.core.parallel_worker import receive, send

CODE = "from leafout.core.parallel_worker import main; main()"


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
