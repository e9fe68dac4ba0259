"""A chain of the data stages over small files in many parts, and kills while it runs."""

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

LAUNCHER = """
import sys
from leafout.corpus import documents, parts
from leafout.corpus.intake import sharing
documents._BATCH_ROWS, parts.PART_BYTES, sharing.SHARE_BYTES = 128, 1 << 17, 1 << 17
from leafout.cli.main import main
raise SystemExit(main())
"""
"""The command line with parts of 128 KiB, so that a small input has many."""

CHAIN = """\
seed: 7
collect:  {stage: collect, files: in/*, max_rejects: 0.1}
clean:
  from: collect
  quality: {min_chars: 20}
  personal_data: {kinds: [email, phone]}
  repeated_lines: {min_documents: 5}
  repeated_substrings: {min_chars: 60}
  index: true
split:    {from: clean, val: 0.1, test: 0.1}
tokenize: {from: split, vocab_size: 600}
"""

_THINGS = ["这本书", "这家酒店", "天气", "列车", "the harbour", "this garden", "the engine", "our teacher"]
_DOES = [
    "让人高兴",
    "非常安静",
    "比去年更好",
    "已经修好了",
    "was repaired",
    "looks older",
    "sings at night",
    "is far away",
]
_WHEN = ["昨天", "每逢春天", "据当地居民说", "雨停以后", "in winter", "after the war", "as he wrote", "every morning"]
_FOOTER = "责任编辑：小叶 Share this page with your friends"

Aim = Literal["main", "worker", "all"]


def write_data_chain(folder: Path, *, scale: float = 1.0) -> Path:
    """Write `in/` (JSON lines, packed ones, CSV, plain text; with copies, near copies and broken rows) and a chain.

    Args:
        folder: receives them.
        scale: 1 makes about 3,000 documents.

    Returns:
        The chain file.
    """
    draw = random.Random(3)
    inputs = folder / "in"
    inputs.mkdir(parents=True)
    texts = _texts(draw, int(3000 * scale))
    cuts = [len(texts) * tenths // 10 for tenths in (0, 5, 7, 8, 9)]
    with (inputs / "large.jsonl").open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts[cuts[0] : cuts[1]]):
            row = {"text": text, "url": f"https://site{number % 7}.example/{number}"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n" if number % 97 else "{broken\n")
    for part in (1, 2):
        with gzip.open(inputs / f"packed-{part}.jsonl.gz", "wt", encoding="utf-8") as file:
            for text in texts[cuts[part] : cuts[part + 1]]:
                file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    with (inputs / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["text", "label"], *([text, str(len(text) % 3)] for text in texts[cuts[3] : cuts[4]])]
        )
    (inputs / "文章.txt").write_text("\n\n".join(texts[cuts[4] :]) + "\n", encoding="utf-8")
    (folder / "chain.yaml").write_text(CHAIN, encoding="utf-8")
    return folder / "chain.yaml"


def _texts(draw: random.Random, count: int) -> list[str]:
    texts: list[str] = []
    while len(texts) < count:
        chance = draw.random()
        if texts and chance < 0.04:
            text = draw.choice(texts)
        elif texts and chance < 0.1:
            text = draw.choice(texts) + f"\n{_sentence(draw)}"
        else:
            text = "\n".join(_sentence(draw) for _ in range(draw.randint(3, 20)))
        if chance > 0.9:
            text += f"\n联系电话 138{draw.randrange(10**8):08d}，leaf{draw.randrange(10**6)}@example.com"
        texts.append(f"{text}\n{_FOOTER}" if chance > 0.6 else text)
    return texts


def _sentence(draw: random.Random) -> str:
    said = "，".join(
        f"{draw.choice(_WHEN)} {draw.choice(_THINGS)} {draw.choice(_DOES)}" for _ in range(draw.randint(1, 4))
    )
    return f"{draw.randint(2, 99999)} {said}。"


def start(
    chain: Path,
    store: Path,
    *,
    steps: tuple[str, ...] = (),
    fault: str = "",
    launcher: str = LAUNCHER,
    **options: Any,
) -> subprocess.Popen[str]:
    """Start the chain with two workers.

    Args:
        chain: the file.
        store: where artifacts go.
        steps: only these.
        fault: see `leafout.core.faults`.
        launcher: the program.
        options: of `subprocess.Popen`.
    """
    command = [sys.executable, "-c", launcher, "run", str(chain), *steps, "--store", str(store), "--workers", "2"]
    given: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    environment = {name: value for name, value in os.environ.items() if name != "LEAFOUT_FAULT"}
    if fault:
        environment["LEAFOUT_FAULT"] = fault
    return subprocess.Popen(command, env=environment, **(given | options))


def workers_of(pid: int) -> list[int]:
    """The worker processes that are alive and were started by a process, which itself may be gone (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text(encoding="utf-8").split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        if len(words) > 3 and "parallel_worker" in words[2] and words[3] == str(pid):
            found.append(int(path.parent.name))
    return sorted(found)


def wait_for_workers(process: subprocess.Popen[str], *, count: int = 2, seconds: float = 60.0) -> list[int]:
    """The workers of a run, once there are so many."""
    until = time.monotonic() + seconds
    while len(found := workers_of(process.pid)) < count:
        assert process.poll() is None, f"ended with {process.returncode} before it had workers"
        assert time.monotonic() < until, "no workers were started"
        time.sleep(0.02)
    return found


def wait_until_gone(pid: int, *, seconds: float = 5.0) -> None:
    """Wait until a process has no workers any more.

    Raises:
        AssertionError: one outlived it.
    """
    until = time.monotonic() + seconds
    while left := workers_of(pid):
        assert time.monotonic() < until, f"workers {left} outlived their parent"
        time.sleep(0.02)


def digests(store: Path) -> dict[str, str]:
    """The digest of each artifact, by folder."""
    manifests = sorted(store.glob("artifacts/*/manifest.json"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8"))["digest"] for path in manifests}


def scratch_left(store: Path) -> list[Path]:
    """What no finished store holds: scratch in artifacts, and anything that is still being made."""
    inside = [path for path in store.glob("artifacts/**/*") if "scratch" in path.name or "making" in path.name]
    return inside + [path for path in store.glob("partial/*") if path.is_dir()]


def parts_made(store: Path) -> dict[str, int]:
    """The parts that lie in the scratch of unfinished stages, by path, with the number of each folder on disk."""
    found = store.glob("partial/*/scratch/*/[0-9][0-9][0-9][0-9][0-9]")
    return {str(path.relative_to(store)): path.stat().st_ino for path in found if path.is_dir()}


@dataclass
class Survived:
    """What became of a number of kills.

    Attributes:
        calm_seconds: an undisturbed run.
        kills: by whom they hit.
        resumes: runs that went on after one.
        reused: parts that such a run found made.
        rounds: stores that ended with the digests of the undisturbed run.
        seconds: of all.
    """

    calm_seconds: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)
    resumes: int = 0
    reused: int = 0
    rounds: int = 0
    seconds: float = 0.0


def survive(folder: Path, *, kills: int, seed: int, scale: float = 1.0, say: Callable[[str], object] = str) -> Survived:
    """Run the chain in one new store after another, with random kills, and compare all digests.

    Args:
        folder: for inputs and stores.
        kills: so many in all.
        seed: decides when, and whom they hit: the main process, a worker, or all processes at once.
        scale: of the input.
        say: is told of each round.

    Raises:
        AssertionError: something was lost, doubled, changed, left behind, or outlived its parent.
    """
    began = time.monotonic()
    chain = write_data_chain(folder, scale=scale)
    calm = folder / "calm"
    process = start(chain, calm)
    said = process.communicate(timeout=600)[1]
    assert process.returncode == 0, said
    wanted = digests(calm)
    done = Survived(calm_seconds=time.monotonic() - began)
    draw = random.Random(seed)
    while sum(done.kills.values()) < kills:
        store, round_began = folder / f"store-{done.rounds}", time.monotonic()
        before = done.resumes
        _one_store(chain, store, kills, draw, done, wanted)
        if done.resumes == before:  # undisturbed, and with all kernels compiled
            done.calm_seconds = min(done.calm_seconds, time.monotonic() - round_began)
        assert digests(store) == wanted, "other digests than an undisturbed run"
        assert not scratch_left(store)
        done.rounds += 1
        say(f"store {done.rounds}: {sum(done.kills.values())} kills, {done.reused} parts reused, digests equal")
    done.seconds = time.monotonic() - began
    return done


def _one_store(
    chain: Path, store: Path, kills: int, draw: random.Random, done: Survived, wanted: dict[str, str]
) -> None:
    """Run until the chain is done, killing on the way."""
    before: dict[str, int] = {}
    while True:
        process = start(chain, store)
        aim: Aim = draw.choices(("main", "worker", "all"), (5, 3, 2))[0]
        more = sum(done.kills.values()) < kills
        delay = draw.uniform(0.3, 0.6 * done.calm_seconds) if more else 600.0
        try:
            process.wait(timeout=delay)
            hit = ""
        except subprocess.TimeoutExpired:
            hit = _kill(process, aim)
        said = process.communicate(timeout=600)[1]
        wait_until_gone(process.pid)
        if process.returncode == 0:
            done.kills.update({"late": done.kills.get("late", 0) + 1} if hit else {})  # it had nothing to do any more
            return
        expected = 2 if hit == "worker" else -signal.SIGKILL
        assert process.returncode == expected, f"{hit or 'nobody'} was killed, exit code {process.returncode}: {said}"
        assert hit != "worker" or "ended by signal 9" in said, said
        assert "Traceback" not in said, said
        done.kills[hit] = done.kills.get(hit, 0) + 1
        done.resumes += 1
        assert digests(store).items() <= wanted.items()
        made = parts_made(store)
        again = [path for path, number in before.items() if made.get(path, number) != number]
        assert not again, f"made although they were there: {again}"
        done.reused += len(made)
        before = made


def _kill(process: subprocess.Popen[str], aim: Aim) -> str:
    """Kill; the name of what was hit, `main` where there are no workers."""
    workers = workers_of(process.pid)
    if aim == "main" or not workers:
        process.kill()
        return "main"
    for pid in workers if aim == "all" else workers[-1:]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        if aim == "worker":
            return aim
    process.kill()
    return "all"
