"""Runners without a model, releases on disk that only look like ones, and a live server in a thread."""

import asyncio
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from leafout.inference.load import Completion
from leafout.inference.release import Release, TaskName
from leafout.serving.app import App, make_app
from leafout.serving.chosen import Chosen
from leafout.serving.limits import Limits
from leafout.serving.loaded import LoadRunner, Opening, Runner
from leafout.serving.log_writer import LogOptions
from leafout.serving.releases import identity, record_verdict
from leafout.serving.server import DrainingServer, listening_socket, open_service
from leafout.serving.service import Service
from leafout.tasks.classify import Answer, Classify
from leafout.tasks.example import Example

CLIENT = httpx.Client(verify=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
"""One for all, a fresh connection each time: making a client takes longer than most tests."""
Runners = Mapping[str, Mapping[str, Any]]
LABELS = ("差", "good")
MAX_TOKENS = 64


def release_of(path: Path, *, task: TaskName = "classify", pair: bool = False) -> Release:
    """What a fake says it is."""
    return Release(
        path=path,
        task=task,
        format="huggingface",
        precision="fp32",
        labels=LABELS if task == "classify" else (),
        max_tokens=MAX_TOKENS,
        pair=pair,
        thresholds={"good": 0.9},
        languages=("en", "zh"),
        model="",
        architecture="Fake",
    )


@dataclass
class FakeClassifier:
    """Says `good` where a text holds `good` or 好, surer the more often; a token for each character.

    Attributes:
        release: what it says it is.
        seconds: it takes for each batch.
        batches: sizes of the batches it answered.
        fails_on: a text with this in it makes it fail.
    """

    release: Release
    seconds: float = 0.0
    batches: list[int] = field(default_factory=list)
    fails_on: str = "\x00never\x00"
    shift: float = 0.0

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Example]:
        found = []
        for place, text in enumerate(texts):
            whole = text + (pairs[place] if pairs else "")
            ids = np.array([min(ord(char), 2**31 - 1) for char in whole], np.int32)[:MAX_TOKENS]
            found.append(Example(ids, np.zeros(len(ids), np.int8)))
        return found

    def logits(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        time.sleep(self.seconds)
        self.batches.append(len(examples))
        texts = ["".join(map(chr, example.ids)) for example in examples]
        if any(self.fails_on in text for text in texts):
            raise RuntimeError("secret of the inside")
        counts = [text.count("good") + text.count("好") for text in texts]
        return np.array([[0.5, count + self.shift] for count in counts], np.float32).reshape(-1, 2)

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        task = Classify(labels=LABELS, max_tokens=MAX_TOKENS, pair=self.release.pair)
        return task.decode(self.logits(self.encode(texts, pairs)))


@dataclass
class FakeGenerator:
    """Writes `0 1 2 ...`, a token at a time.

    Attributes:
        release: what it says it is.
        seconds: for each token.
        wrote: tokens that it wrote in all.
        calls: the sampling knobs it was given.
        fails_after: tokens after which it fails.
    """

    release: Release
    seconds: float = 0.0
    wrote: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    fails_after: int = 10**9

    def generate(
        self,
        prompts: Sequence[str],
        *,
        max_new_tokens: int = 64,
        on_token: Callable[[int, str], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        **knobs: Any,
    ) -> list[Completion]:
        self.calls.append({"prompts": list(prompts), "max_new_tokens": max_new_tokens, **knobs})
        return [self._one(index, text, max_new_tokens, on_token, should_stop) for index, text in enumerate(prompts)]

    def _one(self, index: int, prompt: str, most: int, on_token: Any, should_stop: Any) -> Completion:
        text = ""
        for number in range(most):
            if should_stop is not None and should_stop():
                return Completion(text, number, len(prompt), "cancelled")
            if number >= self.fails_after:
                raise RuntimeError("secret of the inside")
            time.sleep(self.seconds)
            self.wrote += 1
            piece = f"{number} "
            text += piece
            if on_token is not None:
                on_token(index, piece)
        return Completion(text, most, len(prompt), "length")


def runner_of(folder: Path) -> Runner:
    """The fake that a folder describes in `fake.json`."""
    values = json.loads((folder / "fake.json").read_text(encoding="utf-8"))
    task, pair = values.pop("task"), values.pop("pair", False)
    kind = FakeClassifier if task == "classify" else FakeGenerator
    made: Runner = kind(release_of(folder, task=task, pair=pair), **values)
    return made


def write_fake(folder: Path, *, task: str = "classify", **values: Any) -> Path:
    """A folder that `runner_of` reads, with a tokenizer that makes a token of each character."""
    folder.mkdir(parents=True)
    (folder / "fake.json").write_text(json.dumps({"task": task, **values}), encoding="utf-8")
    characters = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    characters.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    characters.save(str(folder / "tokenizer.json"))
    return folder


def examine(store_root: Path, release: Path, *, passed: bool = True) -> None:
    """Let a release pass its exam, or fail it."""
    failures = [] if passed else ["`macro_f1` is 0.41, at least 0.80 is asked"]
    gates = {"macro_f1": ">= 0.80"}
    record_verdict(store_root, identity(release)[1], exam_key="e" * 64, gates=gates, passed=passed, failures=failures)


def opening_of(
    store_root: Path, *, limits: Limits | None = None, load: LoadRunner | None = None, unexamined: bool = False
) -> Opening:
    """Opens fakes."""
    return Opening(
        store_root, limits or Limits(), unexamined=unexamined, load=load or (lambda folder, _: runner_of(folder))
    )


@contextmanager
def service_of(
    tmp_path: Path,
    runners: Runners | None = None,
    *,
    limits: Limits | None = None,
    log: LogOptions | None = None,
) -> Iterator[Service]:
    """A service of fakes by hand, closed in the end.

    Args:
        tmp_path: of the test.
        runners: slot -> what `write_fake` takes; one classifier `stars` and one generator `gpt` when left out.
        limits: of the service.
        log: options of its log; None for none.
    """
    runners = runners or {"stars": {"task": "classify"}, "gpt": {"task": "generate"}}
    wanted = [Chosen(name, write_fake(tmp_path / "made" / name, **values)) for name, values in runners.items()]
    service = open_service(opening_of(tmp_path / "store", limits=limits, unexamined=True), wanted, log=log)
    try:
        yield service
    finally:
        service.close(seconds=5)


def runner(service: Service, name: str) -> Any:
    """The fake inside a slot's batcher."""
    run: Any = service.slots[name].loaded.batcher._run
    return run.args[0] if hasattr(run, "args") else run.__self__._classifier


def ask(app: App | Service, method: str, path: str, *, token: str | None = None, **more: Any) -> httpx.Response:
    """One request to an application, without a socket."""

    async def asked() -> httpx.Response:
        called: Any = make_app(app, token) if isinstance(app, Service) else app
        transport = httpx.ASGITransport(app=called, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())


@dataclass
class Live:
    """A server that listens.

    Attributes:
        port: on loopback.
        server: to send signals to.
    """

    port: int
    server: DrainingServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def signal(self) -> None:
        """What SIGTERM does."""
        self.server.handle_exit(signal.SIGTERM, None)

    def raw(self, data: bytes, *, seconds: float = 5.0) -> bytes:
        """Send bytes, read until the server closes or nothing comes for so long."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """All that comes until the end, a reset or the time-out."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except (TimeoutError, ConnectionResetError):
        pass
    return found


@contextmanager
def live(service: Service, *, token: str | None = None, drain_seconds: float = 5.0) -> Iterator[Live]:
    """Run a service's server in a thread until the end of the block."""
    listener = listening_socket("127.0.0.1", 0)
    server = DrainingServer(service, token, drain_seconds=drain_seconds)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield Live(listener.getsockname()[1], server)
    finally:
        server.handle_exit(signal.SIGTERM, None)
        thread.join(20)
        assert not thread.is_alive()
        listener.close()


def wait_until(true: Callable[[], Any], *, seconds: float = 5.0) -> None:
    """Wait for something to become true.

    Raises:
        TimeoutError: when it does not.
    """
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError("it did not become true")
        time.sleep(0.005)
