import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tiny_models
import tiny_rows
import tiny_tokens
from leafout.core.config import Config
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.core.stage import StageFunction
from leafout.stages.finetune import FinetuneConfig, finetune
from leafout.stages.pretrain import PretrainConfig, pretrain
from leafout.tokenization.sentinels import add_sentinels
from leafout.training import starting
from leafout.training.starting import Call, together

COMMON = {"precision": "fp32", "peak_rate": 0.01, "evaluations": 3, "checkpoint_seconds": 0}
TINY = {"layers": 2, "width": 16, "heads": 2, "max_tokens": 24}


class Pair(QuietRun):
    """Two processes, or another number of them."""

    def __init__(self, mode: str = "ddp", *, count: int = 2, at: Callable[[int], object] | None = None) -> None:
        super().__init__(seed=3, device="cpu")
        self.processes, self.parallel, self.at, self.wanted = count, mode, at, False

    def log(self, step: int, **values: float | str) -> None:
        self.wanted = self.at is not None and self.at(step) is True

    def should_stop(self) -> bool:
        return self.wanted


def lesson(tmp_path: Path, kind: str, **values: Any) -> tuple[StageFunction, dict[str, Any], Config]:
    if kind == "finetune":
        if not (tmp_path / "model").exists():
            tiny_models.write_bert(tmp_path / "model", labels=("x", "y"))
            tiny_rows.write_rows(tmp_path / "rows")
        given = COMMON | {"budget": {"steps": 8}, "batch_tokens": 128, "dropout": 0.0} | values
        return finetune, {"model": tmp_path / "model", "rows": tmp_path / "rows"}, FinetuneConfig.read(given)
    if not (tmp_path / "tokens").exists():
        tokens = tiny_tokens.write_tokens(tmp_path / "tokens")
        tokenizer = tiny_models.tokenizer()
        add_sentinels(tokenizer, 30 if kind == "t5" else 0)
        tokenizer.save(str(tokens / "tokenizer.json"))
    model = {"kind": kind, **TINY, "dropout": values.pop("dropout", 0.0)}
    given = COMMON | {"model": model, "budget": {"steps": 8}, "batch_tokens": 96, "part_tokens": 64} | values
    return pretrain, {"tokens": tmp_path / "tokens", "model": None}, PretrainConfig.read(given)


def trained(tmp_path: Path, kind: str, run: Pair, out: str, **values: Any) -> dict[str, float]:
    """The figures of a stage whose result lies in a folder."""
    function, arguments, config = lesson(tmp_path, kind, **values)
    if run.processes == 1:
        return function(**arguments, out=tmp_path / out, config=config, run=run)
    with together(Call.of(function, arguments, out=tmp_path / out, config=config), run):
        return function(**arguments, out=tmp_path / out, config=config, run=run)


def losses(out: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (out / "notes" / "metrics.jsonl").read_text("utf-8").splitlines()]


def digests(out: Path) -> dict[str, str]:
    return {path.as_posix(): sha256_file(out / path) for path in payload_files(out)}


def test_an_order_holds_what_another_process_needs(tmp_path: Path) -> None:
    _, arguments, config = lesson(tmp_path, "bert")
    order = json.loads(Call.of(pretrain, arguments, out=tmp_path / "out", config=config).order(Pair("fsdp")))
    assert order["target"] == "leafout.stages.pretrain:pretrain"
    assert starting._paths(order["arguments"]["tokens"]) == tmp_path / "tokens"
    assert order["arguments"]["model"] is None
    assert PretrainConfig.read(order["config"]) == config
    assert (order["seed"], order["device"], order["parallel"]) == (3, "cpu", "fsdp")
    assert starting._paths(starting._words([tmp_path, tmp_path / "b"])) == [tmp_path, tmp_path / "b"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode"), [*itertools.product(["bert", "gpt", "finetune"], ["ddp", "fsdp"]), ("t5", "ddp")]
)
def test_two_processes_learn_as_one_does(tmp_path: Path, kind: str, mode: str) -> None:
    wanted = trained(tmp_path, kind, Pair(count=1), "one")
    found = trained(tmp_path, kind, Pair(mode), "two")
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), abs=1e-5)
    assert found == pytest.approx(wanted, abs=1e-5)
    assert json.loads((tmp_path / "two" / "notes" / "plan.json").read_text("utf-8"))["processes"] == f"2 by {mode}"
    assert not (tmp_path / "two" / "checkpoints").exists()


@pytest.mark.slow
def test_more_processes_than_rows_keep_each_other_company(tmp_path: Path) -> None:
    values: dict[str, Any] = {"batch_tokens": 24, "part_tokens": 0, "budget": {"steps": 4}}
    trained(tmp_path, "gpt", Pair(count=1), "one", **values)
    for mode in ("ddp", "fsdp"):
        trained(tmp_path, "gpt", Pair(mode, count=3), mode, **values)
        assert losses(tmp_path / mode) == pytest.approx(losses(tmp_path / "one"), abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["ddp", "fsdp"])
def test_whoever_stops_goes_on_to_the_same_bytes(tmp_path: Path, mode: str) -> None:
    values: dict[str, Any] = {"dropout": 0.1, "average": 0.9, "spikes": {"policy": "rewind"}}
    trained(tmp_path, "bert", Pair(mode), "calm", **values)
    with pytest.raises(Stopped):
        trained(tmp_path, "bert", Pair(mode, at=lambda step: step == 5), "out", **values)
    assert len(losses(tmp_path / "out")) == 5
    trained(tmp_path, "bert", Pair(mode), "out", **values)
    assert digests(tmp_path / "out") == digests(tmp_path / "calm")
    assert losses(tmp_path / "out") == losses(tmp_path / "calm")


@pytest.mark.slow
def test_a_checkpoint_goes_on_with_any_number_of_processes_in_either_mode(tmp_path: Path) -> None:
    wanted = trained(tmp_path, "bert", Pair(count=1), "calm")
    out = tmp_path / "out"
    sittings = [Pair("fsdp", at=lambda step: step == 3), Pair(count=1, at=lambda step: step == 5), Pair("ddp")]
    for run in sittings[:2]:
        with pytest.raises(Stopped):
            trained(tmp_path, "bert", run, "out")
    found = trained(tmp_path, "bert", sittings[2], "out")
    assert losses(out) == pytest.approx(losses(tmp_path / "calm"), abs=1e-5)
    assert found == pytest.approx(wanted, abs=1e-5)
    plan = json.loads((out / "notes" / "plan.json").read_text("utf-8"))
    assert plan["not_exact"] == ["`processes` was 2 by fsdp, is 1", "`processes` was 1, is 2 by ddp"]


@pytest.mark.slow
def test_a_killed_process_ends_all_soon_and_the_same_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = starting._start

    def noted(rank: int, count: int, meeting: Path) -> "subprocess.Popen[bytes]":
        started.append(start(rank, count, meeting))
        return started[-1]

    monkeypatch.setattr(starting, "_start", noted)
    killed: list[float] = []

    def kill(step: int) -> None:
        if step == 4 and not killed:
            started[1].kill()
            killed.append(time.monotonic())

    with pytest.raises(LeafoutError, match=r"process 2 of 3 ended by signal 9"):
        trained(tmp_path, "bert", Pair(count=3, at=kill), "out")
    assert time.monotonic() - killed[0] < 10
    assert all(process.poll() is not None for process in started)
    trained(tmp_path, "bert", Pair(count=3), "out")
    trained(tmp_path, "bert", Pair(count=1), "one")
    assert losses(tmp_path / "out") == pytest.approx(losses(tmp_path / "one"), abs=1e-5)


@pytest.mark.slow
def test_minutes_become_the_same_steps_for_all(tmp_path: Path) -> None:
    found = trained(tmp_path, "gpt", Pair(), "out", budget={"minutes": 0.05}, checkpoint_seconds=60)
    assert found["steps"] == len(losses(tmp_path / "out")) or found["steps"] > 500


@pytest.mark.slow
def test_a_mistake_in_another_process_is_told_as_it_is(tmp_path: Path) -> None:
    function, arguments, config = lesson(tmp_path, "bert")
    wrong = {**arguments, "tokens": tmp_path / "absent"}
    with (
        pytest.raises(LeafoutError, match="absent"),
        together(Call.of(function, wrong, out=tmp_path / "out", config=config), Pair()),
    ):
        function(**arguments, out=tmp_path / "out", config=config, run=Pair())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
def test_no_process_outlives_the_first(tmp_path: Path) -> None:
    lesson(tmp_path, "bert")
    words = [sys.executable, "-m", "leafout", "pretrain", str(tmp_path / "tokens"), "--store", str(tmp_path / "store")]
    words += ["--model.layers", "1", "--model.width", "16", "--model.heads", "2", "--budget.steps", "1000000"]
    process = subprocess.Popen([*words, "--processes", "2", "--device", "cpu"], stderr=subprocess.PIPE)
    notes = tmp_path / "store" / "partial"
    until = time.monotonic() + 60
    while not list(notes.glob("*/notes/metrics.jsonl")) and time.monotonic() < until and process.poll() is None:
        time.sleep(0.1)
    others = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert others
    process.kill()
    process.communicate()
    until = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in others) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in others)


@pytest.mark.slow
def test_torchrun_starts_them_too(tmp_path: Path) -> None:
    trained(tmp_path, "bert", Pair(count=1), "one", checkpoint_seconds=60)
    chain = tmp_path / "chain.yaml"
    model = ", ".join(f"{name}: {value}" for name, value in {"kind": "bert", **TINY}.items())
    chain.write_text(
        f"seed: 3\npretrain: {{from: {{tokens: tokens/}}, model: {{{model}}}, budget: {{steps: 8}}, batch_tokens: 96, "
        "part_tokens: 64, precision: fp32, peak_rate: 0.01, evaluations: 3}\n",
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "leafout"]
    words += ["run", str(chain), "--store", str(tmp_path / "store"), "--device", "cpu"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    (out,) = (tmp_path / "store" / "artifacts").glob("pretrain-*")
    assert losses(out) == pytest.approx(losses(tmp_path / "one"), abs=1e-5)


@pytest.mark.slow
def test_processes_that_read_other_data_are_told_so(tmp_path: Path) -> None:
    function, arguments, config = lesson(tmp_path, "bert")
    other = {**arguments, "tokens": tiny_tokens.write_tokens(tmp_path / "other", seed=9)}
    with (
        pytest.raises(LeafoutError, match="do not read the same data"),
        together(Call.of(function, other, out=tmp_path / "out", config=config), Pair()),
    ):
        function(**arguments, out=tmp_path / "out", config=config, run=Pair())
