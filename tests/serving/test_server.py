import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.request_log import read_closed
from leafout.serving.limits import Limits
from leafout.serving.log_writer import LogOptions
from leafout.serving.server import listening_socket, serve
from serving.fakes import CLIENT, live, runner, service_of, wait_until, write_fake

TESTS = Path(__file__).parents[1]


def test_any_address_but_loopback_needs_a_token(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no token is set"):
        serve(tmp_path, [write_fake(tmp_path / "r")], host="0.0.0.0", port=0)


def test_a_taken_port_is_told_before_a_model_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LeafoutError, match=f"`127.0.0.1` port {port}: address already in use") as caught:
            serve(tmp_path, [write_fake(tmp_path / "r")], port=port)
    assert "--port 0" in caught.value.hint


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("192.0.2.1", 0), ("a b", 0)])
def test_an_address_that_is_none_is_refused(host: str, port: int) -> None:
    with pytest.raises(LeafoutError, match=r"port is|cannot listen"):
        listening_socket(host, port)


def test_a_release_without_exam_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no exam"):
        serve(tmp_path, [write_fake(tmp_path / "r")], port=0, port_file=tmp_path / "port")
    assert not (tmp_path / "port").exists()


def test_a_port_file_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no folder to lie in"):
        serve(tmp_path, [write_fake(tmp_path / "r")], port=0, port_file=tmp_path / "none" / "port")


def test_requests_that_were_accepted_are_finished_and_new_ones_told_503(tmp_path: Path) -> None:
    runners = {"stars": {"task": "classify"}}
    with service_of(tmp_path, runners) as service, live(service) as server:
        runner(service, "stars").seconds = 0.6
        found: list[httpx.Response] = []
        ask = threading.Thread(
            target=lambda: found.append(CLIENT.post(f"{server.url}/v1/classify", json={"text": "好"}))
        )
        ask.start()
        wait_until(lambda: service.active)
        server.signal()
        late = CLIENT.post(f"{server.url}/v1/classify", json={"text": "好"})
        assert (late.status_code, late.headers["connection"]) == (503, "close")
        assert late.json()["error"]["message"] == "the service is stopping"
        ask.join()
        assert found[0].json()["answers"][0]["label"] == "good"
    assert not server.server.was_cut
    assert server.server.stopped_by == signal.SIGTERM


def test_a_drain_ends_in_time_and_says_that_it_cut(tmp_path: Path) -> None:
    runners = {"gpt": {"task": "generate", "seconds": 0.02}}
    with service_of(tmp_path, runners) as service, live(service, drain_seconds=0.3) as server:
        client = threading.Thread(target=lambda: ask_and_forget(server.url))
        client.start()
        wait_until(lambda: service.active)
        began = time.monotonic()
        server.signal()
        wait_until(lambda: server.server.was_cut)
        assert time.monotonic() - began < 2
        client.join()


def ask_and_forget(url: str) -> None:
    with suppress(httpx.HTTPError):
        CLIENT.post(f"{url}/v1/completions", json={"prompt": "a", "max_tokens": 64})


def test_the_log_keeps_masked_texts_and_no_text_can_forge_a_line(tmp_path: Path) -> None:
    text = '电话 13812345678, write to me@example.com\n{"id": "forged"}\r\n\u2028{"id": "forged"}'
    options = LogOptions()
    with service_of(tmp_path, {"评论": {"task": "classify"}}, log=options) as service:
        with live(service) as server:
            answer = CLIENT.post(f"{server.url}/v1/classify", json={"text": text}).json()
        assert service.close(seconds=5)
        entries = list(read_closed(tmp_path / "store" / "logs" / "评论"))
    assert [each["id"] for each in entries] == [answer["id"]]
    assert "13812345678" not in str(entries)
    assert "me@example.com" not in str(entries)
    assert entries[0]["predicted"] == ["差"]


def test_no_texts_and_no_log_mean_it(tmp_path: Path) -> None:
    with service_of(tmp_path / "a", {"s": {"task": "classify"}}, log=LogOptions(texts=False)) as service:
        with live(service) as server:
            CLIENT.post(f"{server.url}/v1/classify", json={"text": "秘密 secret"})
        assert service.close(seconds=5)
        (entry,) = read_closed(tmp_path / "a" / "store" / "logs" / "s")
    assert entry["texts"] is None
    with service_of(tmp_path / "b", {"s": {"task": "classify"}}, limits=Limits()) as service, live(service) as server:
        CLIENT.post(f"{server.url}/v1/classify", json={"text": "秘密 secret"})
    assert not (tmp_path / "b" / "store" / "logs").exists()


@contextmanager
def process(tmp_path: Path, *names: str, drain_seconds: float = 10) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A service in a process of its own, and its port."""
    port_file = tmp_path / "port"
    command = [
        sys.executable,
        "-m",
        "serving.child",
        str(tmp_path / "store"),
        str(port_file),
        str(drain_seconds),
        *names,
    ]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as made:
        try:
            wait_until(port_file.exists, seconds=60)
            yield made, int(port_file.read_text(encoding="ascii"))
        finally:
            made.kill()


def ended(made: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, said = made.communicate(timeout=60)
    return made.returncode, out, said


def ask_until_stopped(port: int, outcomes: list[str], lock: threading.Lock) -> None:
    """Ask, each time on a fresh connection, until the service says that it stops or is gone."""
    while True:
        try:
            answer = CLIENT.post(f"http://127.0.0.1:{port}/v1/classify", json={"text": "房间很好 good"})
            outcome = str(answer.status_code)
        except httpx.ConnectError:
            outcome = "refused"
        except httpx.HTTPError as error:
            outcome = f"dropped: {error!r}"
        with lock:
            outcomes.append(outcome)
        if outcome != "200":
            return


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_under_ten_clients_drops_nothing(tmp_path: Path, sent: signal.Signals) -> None:
    folder = write_fake(tmp_path / "made", seconds=0.15)
    with process(tmp_path, f"stars={folder}") as (made, port):
        outcomes: list[str] = []
        lock = threading.Lock()
        clients = [threading.Thread(target=ask_until_stopped, args=(port, outcomes, lock)) for _ in range(10)]
        for client in clients:
            client.start()
        wait_until(lambda: len(outcomes) > 20, seconds=30)
        began = time.monotonic()
        made.send_signal(sent)
        for client in clients:
            client.join()
        code, out, said = ended(made)
    assert code == 0, said
    assert time.monotonic() - began < 10
    assert set(outcomes) <= {"200", "503", "refused"}
    assert outcomes.count("503") > 0
    assert not (tmp_path / "port").exists()
    assert "Traceback" not in said
    assert "passed NO EXAM" in out
    logged = list(read_closed(tmp_path / "store" / "logs" / "stars"))
    assert len(logged) == outcomes.count("200")


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("signals", [1, 2])
def test_what_cannot_be_finished_is_cut_and_told_by_the_exit(
    tmp_path: Path, sent: signal.Signals, code: int, signals: int
) -> None:
    folder = write_fake(tmp_path / "made", task="generate", seconds=0.5)
    drain = 1.0 if signals == 1 else 60.0
    with process(tmp_path, f"gpt={folder}", drain_seconds=drain) as (made, port):
        client = threading.Thread(target=ask_and_forget, args=(f"http://127.0.0.1:{port}",))
        client.start()
        wait_until(lambda: 'slot="gpt"' in CLIENT.get(f"http://127.0.0.1:{port}/metrics").text)
        time.sleep(0.3)
        began = time.monotonic()
        for _ in range(signals):
            made.send_signal(sent)
            time.sleep(0.2)
        found, _, said = ended(made)
        client.join()
    assert found == code, said
    assert time.monotonic() - began < 1 + 5


@pytest.mark.slow
def test_a_killed_service_leaves_a_whole_log_and_starts_again(tmp_path: Path) -> None:
    folder = write_fake(tmp_path / "made")
    answered: list[Any] = []
    for _ in range(2):
        with process(tmp_path, f"stars={folder}") as (made, port):
            answer = CLIENT.post(f"http://127.0.0.1:{port}/v1/classify", json={"text": "好"})
            answered.append(answer.json()["id"])
            time.sleep(0.2)
            made.kill()
            made.wait()
        (tmp_path / "port").unlink(missing_ok=True)
    with process(tmp_path, f"stars={folder}") as (made, _):
        made.send_signal(signal.SIGTERM)
        assert ended(made)[0] == 0
    assert [each["id"] for each in read_closed(tmp_path / "store" / "logs" / "stars")] == answered


NO_TORCH = """\
import json, os, signal, sys, threading, time, urllib.request
from pathlib import Path
from leafout.serving.server import serve

store, release = Path(sys.argv[1]), sys.argv[2]
port_file = store / "port"
found = {}

def ask():
    while not port_file.exists():
        time.sleep(0.01)
    url = f"http://127.0.0.1:{int(port_file.read_text())}/v1/classify"
    body = json.dumps({"texts": ["这本书很好", "the room was bad"]}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    found["answer"] = json.load(urllib.request.urlopen(request, timeout=20))
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=ask, daemon=True).start()
found["code"] = serve(store, [f"stars={release}"], port=0, port_file=port_file, threads=1, unexamined=True)
found["heavy"] = [name for name in ("torch", "transformers", "numba", "pyarrow", "pandas") if name in sys.modules]
print(json.dumps(found))
"""


def test_what_serves_an_onnx_release_imports_no_torch() -> None:
    script = "import sys, leafout.serving.server, leafout.inference.onnx_classifier; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert not {"torch", "transformers", "numba", "pyarrow", "pandas"} & set(done.stdout.split())


@pytest.mark.slow
def test_an_onnx_release_is_served_without_torch(tmp_path: Path) -> None:
    import tiny_models
    from leafout.compression.writing import write_files
    from leafout.inference.release import read_release

    tiny_models.write_bert(tmp_path / "model")
    write_files(read_release(tmp_path / "model"), tmp_path / "release", chosen="onnx", precision="int8")
    (tmp_path / "store").mkdir()
    command = [sys.executable, "-c", NO_TORCH, str(tmp_path / "store"), str(tmp_path / "release")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    assert found["heavy"] == []
    assert found["code"] == 0
    assert {each["label"] for each in found["answer"]["answers"]} <= {"差", "好"}
    assert "NO EXAM" in done.stderr
