"""Requests/s of `leafout serve` beside a naive service, the same classifier behind both, in one run; prints the ratio.

The naive one is what a first version looks like: a Starlette handler that runs one text at a time in a thread. Both
run on uvicorn with one thread for the model, each in a process of its own, in turn, asked by 64 clients that keep their
connections and wait for each answer. Random weights: speed does not depend on them. The first line is what the model
does without HTTP, many texts at once. CPU milliseconds are those of a service for each request, its request log (which
the naive one does not have) included: they say more than the clock where the machine has other work to do.

    python benchmarks/serve_speed.py --layers 4 --width 256 --requests 2000
"""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from leafout.inference.load import Classifier, load_classifier

SIDES = ("naive", "leafout")
_WORDS = (
    "房间",
    "很好",
    "服务",
    "价格",
    "不",
    "满意",
    "the",
    "room",
    "was",
    "good",
    "and",
    "quiet",
    "staff",
    "slow",
    "not",
    "value",
)


def main() -> None:
    """Print one line for each side and the ratio."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--layers", type=int, default=2)
    wish.add_argument("--width", type=int, default=128)
    wish.add_argument("--clients", type=int, default=64)
    wish.add_argument("--requests", type=int, default=2000, help="of each round")
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--seconds", type=float, default=30, help="the most for a round")
    wish.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    wish.add_argument("--release", type=Path, help=argparse.SUPPRESS)
    given = wish.parse_args()
    if given.side:
        {"naive": run_naive, "leafout": run_leafout}[given.side](given.release)
        return
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder) / "release"
        make_release(Path(folder) / "model", release, layers=given.layers, width=given.width)
        print(f"{given.layers} x {given.width} int8, {given.clients} clients, {given.requests} requests a round")
        limit = without_http(load_classifier(release, threads=1))
        print(f"{'no HTTP, 64 texts at once':<28}{limit:>10.0f} texts/s")
        compare(release, given, limit)


def compare(release: Path, given: argparse.Namespace, limit: float) -> None:
    """Ask both services in turn and print the best round of each."""
    best: dict[str, list[float]] = {}
    answered = dict.fromkeys(SIDES, 0)
    with service("naive", release) as naive, service("leafout", release) as leafout:
        for _ in range(given.rounds):
            for name, port in zip(SIDES, (naive, leafout), strict=True):
                began = time.perf_counter()
                latencies = asyncio.run(ask_all(port, given.clients, given.requests, given.seconds))
                answered[name] += len(latencies)
                rate = len(latencies) / (time.perf_counter() - began)
                found = [rate, *(1000 * np.percentile(latencies, [50, 99]))]
                best[name] = max(best.get(name, [0.0]), found)
    cost = {name: 1000 * float(cpu_file(name, release).read_text(encoding="ascii")) / answered[name] for name in SIDES}
    for name, (rate, middle, slow) in best.items():
        share = f"{rate / limit:.0%} of no HTTP"
        clock = f"p50 {middle:6.1f} ms  p99 {slow:6.1f} ms"
        print(f"{name:<28}{rate:>10.0f} requests/s  {clock}  {cost[name]:5.2f} CPU ms each  {share}")
    faster, lighter = best["leafout"][0] / best["naive"][0], cost["naive"] / cost["leafout"]
    print(f"ratio leafout / naive: {faster:.2f} requests/s, {lighter:.2f} requests per CPU second")


async def ask_all(port: int, clients: int, requests: int, seconds: float) -> list[float]:
    """The seconds of each answer; ends early when the time is over."""
    bodies = iter(make_bodies(requests))
    ends = time.monotonic() + seconds
    latencies: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in bodies:
            if time.monotonic() > ends:
                break
            began = time.perf_counter()
            writer.write(body)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return latencies


def make_texts(count: int) -> list[str]:
    """Texts with lengths as reviews have them (log-normal, median 20 words)."""
    random = np.random.default_rng(0)
    lengths = np.clip(random.lognormal(3, 0.5, count), 3, 100).astype(int)
    return [" ".join(random.choice(_WORDS, length)) for length in lengths]


def make_bodies(count: int) -> list[bytes]:
    """Whole requests."""
    found = []
    for text in make_texts(count):
        body = json.dumps({"text": text}, ensure_ascii=False).encode()
        head = "POST /v1/classify HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: "
        found.append(f"{head}{len(body)}\r\n\r\n".encode() + body)
    return found


def without_http(classifier: Classifier) -> float:
    """Texts/s of the model alone, tokenising included; the best of 5."""
    texts = make_texts(1024)
    best = 0.0
    for _ in range(5):
        began = time.perf_counter()
        for first in range(0, len(texts), 64):
            classifier.classify(texts[first : first + 64])
        best = max(best, len(texts) / (time.perf_counter() - began))
    return best


@contextmanager
def service(side: str, release: Path) -> Iterator[int]:
    """A service in a process of its own; its port."""
    port_file = release.parent / f"{side}.port"
    command = [sys.executable, __file__, "--side", side, "--release", str(release)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            ends = time.monotonic() + 60
            while not port_file.exists():
                if process.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"{side} does not start")
                time.sleep(0.05)
            yield int(port_file.read_text(encoding="ascii"))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


class CpuSeconds:
    """Leaves in a file the CPU seconds of this process since `begin`."""

    def __init__(self, file: Path) -> None:
        self._file, self._began = file, 0.0

    def begin(self) -> None:
        """Loading is over."""
        self._began = time.process_time()

    def end(self) -> None:
        """The last answer was given."""
        self._file.write_text(str(time.process_time() - self._began), encoding="ascii")


def cpu_file(side: str, release: Path) -> Path:
    """Where a side leaves its CPU seconds."""
    return release.parent / f"{side}.cpu"


def run_leafout(release: Path) -> None:
    """Serve as `leafout serve` does, request log included."""
    from leafout.serving.server import serve

    store = release.parent / "store"
    cpu = CpuSeconds(cpu_file("leafout", release))
    port_file = release.parent / "leafout.port"
    serve(store, [release], port=0, port_file=port_file, threads=1, unexamined=True, announce=lambda _: cpu.begin())
    cpu.end()


def run_naive(release: Path) -> None:
    """A handler that runs one text at a time in a thread."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from leafout.core.durable import write_whole
    from leafout.serving.server import listening_socket

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which uvicorn raises again when it is done
    classifier = load_classifier(release, threads=1)

    async def classify(request: Request) -> JSONResponse:
        text = (await request.json())["text"]
        answer = (await run_in_threadpool(classifier.classify, [text]))[0]
        probabilities = dict(zip(classifier.release.labels, map(float, answer.probabilities), strict=True))
        return JSONResponse({"label": answer.label, "confidence": answer.confidence, "probabilities": probabilities})

    listener = listening_socket("127.0.0.1", 0)
    app = Starlette(routes=[Route("/v1/classify", classify, methods=["POST"])])
    config = uvicorn.Config(app, http="h11", loop="asyncio", access_log=False, log_level="warning")
    listener.listen()
    write_whole(release.parent / "naive.port", str(listener.getsockname()[1]).encode())
    cpu = CpuSeconds(cpu_file("naive", release))
    cpu.begin()
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    cpu.end()


def make_release(model: Path, release: Path, *, layers: int, width: int) -> None:
    """A classifier of 10 labels with random weights, exported to int8."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification

    from leafout.compression.writing import write_files
    from leafout.inference.release import read_release

    torch.manual_seed(0)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters(_WORDS), *(word for word in _WORDS if word.isascii())]
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=max(1, width // 64),
        intermediate_size=4 * width,
        num_labels=10,
    )
    BertForSequenceClassification(config).save_pretrained(model)
    tokenizer = Tokenizer(models.WordPiece({token: place for place, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(model / "tokenizer.json"))
    task = {"task": "classify", "labels": [f"label {place}" for place in range(10)], "max_tokens": 128, "pair": False}
    (model / "task.json").write_text(json.dumps(task), encoding="utf-8")
    write_files(read_release(model), release, chosen="onnx", precision="int8")


def characters(words: Sequence[str]) -> list[str]:
    """Each Chinese character once."""
    return sorted({char for word in words if not word.isascii() for char in word})


if __name__ == "__main__":
    main()
