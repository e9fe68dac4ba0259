"""Stages that take milliseconds, for tests of the chain: text in, text out, an exam, and an update."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from leafout.chain.watching import Unwatched
from leafout.core.artifact import Artifact
from leafout.core.config import Config
from leafout.core.durable import write_json
from leafout.core.errors import Stopped
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage


class ReadConfig(Config):
    files: tuple[str, ...] = ("词.txt",)
    """Names of files."""

    def outside(self, root: Path) -> dict[str, Path]:
        """The files."""
        return {name: root / name for name in self.files}


class Rules(Config):
    upper: bool = False
    """Write in capitals."""
    most: int = Field(default=100, ge=1)
    """Words kept."""


class JoinConfig(Config):
    rules: Rules = Rules()
    """What is kept."""
    mark: str = ""
    """Stands at the end."""
    bonus: Rules | None = None
    """More of it."""


class CountConfig(Config):
    steps: int = Field(default=3, ge=1)
    """How far to count."""


class ExamConfig(Config):
    accuracy: float = Field(default=0.9, ge=0, le=1)
    """What the exam will find."""


class UpdateConfig(Config):
    better: bool = True
    """What the comparison will find."""


@stage(version=1)
def read(*, out: Path, config: ReadConfig, run: Run = QUIET) -> dict[str, float]:
    """Read words from files."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in config.outside(run.root).values())
    (out / "words.txt").write_text(text, encoding="utf-8")
    run.say("read 读完")
    return {"words": float(len(text.split()))}


@stage(version=1)
def join(
    parts: Sequence[Path], extra: Path | None = None, *, out: Path, config: JoinConfig, run: Run = QUIET
) -> dict[str, float]:
    """Join words."""
    folders = [*parts, *([extra] if extra else [])]
    words = " ".join((folder / "words.txt").read_text(encoding="utf-8") for folder in folders).split()
    text = " ".join(words[: config.rules.most]) + config.mark
    (out / "words.txt").write_text(text.upper() if config.rules.upper else text, encoding="utf-8")
    return {"words": float(len(words))}


@stage(version=1, seeded=True)
def draw(source: Path, *, out: Path, config: JoinConfig, run: Run = QUIET) -> dict[str, float]:
    """Write the seed beside the words."""
    (out / "words.txt").write_text(f"{(source / 'words.txt').read_text(encoding='utf-8')} {run.seed}", encoding="utf-8")
    return {"seed": float(run.seed)}


@stage(version=1, resumable=True)
def count(source: Path, *, out: Path, config: CountConfig, run: Run = QUIET) -> dict[str, float]:
    """Count, one checkpoint a step."""
    place = out / "count.txt"
    done = int(place.read_text(encoding="utf-8")) if place.exists() else 0
    began = done
    while done < config.steps:
        done += 1
        place.write_text(str(done), encoding="utf-8")
        run.log(done, loss=1 / done)
        run.progress(done, config.steps, unit="steps")
        if done < config.steps and run.should_stop():
            raise Stopped
    (out / "notes" / "began.txt").write_text(str(began), encoding="utf-8")
    return {"count": float(done)}


@stage(version=1)
def grows(source: Path, *, out: Path, config: CountConfig, run: Run = QUIET) -> dict[str, float]:
    """Grow two other stages."""
    inner = run.grow("small_stages:count", {"steps": config.steps}, {"source": source})
    joined = run.grow("small_stages:join", {}, {"parts": [source, source]})
    (out / "words.txt").write_bytes((joined.path / "words.txt").read_bytes())
    return inner.metrics


@stage(version=1)
def evaluate(release: Path, rows: Path, *, out: Path, config: ExamConfig, run: Run = QUIET) -> dict[str, float]:
    """Take an exam whose end is known."""
    write_json(out / "exam.json", {"accuracy": config.accuracy})
    return {"accuracy": config.accuracy}


@stage(version=1)
def update(
    release: Path, rows: Path, champion: Path | None = None, *, out: Path, config: UpdateConfig, run: Run = QUIET
) -> dict[str, float]:
    """Compare, with an end that is known."""
    decision = "promote" if config.better else "keep"
    write_json(out / "decision.json", {"decision": decision, "reason": "accuracy 0.9 against 0.8"})
    return {"better": float(config.better)}


CHAIN = """\
seed: 7
words: {stage: "small_stages:read"}
more:  {stage: "small_stages:read", files: [更多.txt]}
join:  {stage: "small_stages:join", from: [words, more], rules: {most: 50}}
draw:  {stage: "small_stages:draw", from: join}
count: {stage: "small_stages:count", from: draw, steps: 4}
exam:  {stage: "small_stages:evaluate", from: {release: count, rows: join}, gates: {accuracy: ">= 0.8"}, promote: leaf}
"""


def write_chain(folder: Path, text: str = CHAIN) -> Path:
    """Write a chain file and its words into a folder."""
    (folder / "词.txt").write_text("叶 子 leaf out", encoding="utf-8")
    (folder / "更多.txt").write_text("春 天 spring", encoding="utf-8")
    chain = folder / "chain.yaml"
    chain.write_text(text, encoding="utf-8")
    return chain


class Seen(Unwatched):
    """Remembers what was made, and sends a signal at a step."""

    def __init__(self, *, stop_at: int = 0, number: int = signal.SIGINT) -> None:
        self.made: list[str] = []
        self.found: list[str] = []
        self.stop_at = stop_at
        self.number = number

    def ends(self, step: str, artifact: Artifact, *, made: bool, seconds: float) -> None:
        (self.made if made else self.found).append(step)

    def progress(self, step: str, done: float, total: float | None, unit: str, note: str) -> None:
        if done == self.stop_at:
            os.kill(os.getpid(), self.number)
