import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import tiny_training
from leafout.core import faults
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.tasks.losses.classify import ClassifyObjective
from leafout.tasks.losses.sums import Gather, alone
from leafout.training.checkpoint import model_tensors, weights_digest
from leafout.training.loop import CHECKPOINTS, forget_checkpoints, train

POINTS = ("checkpoint.write", "checkpoint.fsync", "checkpoint.rename", "checkpoint.clean", "durable.rename")
SIX = {"steps": 6}


class Watching(QuietRun):
    """Stops after some steps, and listens."""

    def __init__(self, *, seed: int = 1, steps: int = 10**9) -> None:
        super().__init__(seed=seed)
        self.steps, self.said = steps, list[str]()

    def should_stop(self) -> bool:
        self.steps -= 1
        return self.steps <= 0

    def say(self, message: str) -> None:
        self.said.append(message)


def metrics(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "notes" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_model_learns_and_the_figures_are_those_of_its_best_weights(tmp_path: Path) -> None:
    settings = tiny_training.config(budget={"steps": 60}, checkpoint_seconds=60)
    job = tiny_training.job(settings)
    found = train(job, out=tmp_path, config=settings, run=QuietRun(seed=1))
    assert found["val_macro_f1"] > 0.8
    job.model.eval()
    with torch.no_grad():
        again = job.objective.evaluate(job.model, job.validation())
    assert again["macro_f1"] == found["val_macro_f1"]
    assert again["loss"] == pytest.approx(found["val_loss"])
    assert found["steps"] == 60
    assert found["skipped_steps"] == 0
    lines = metrics(tmp_path)
    assert [line["step"] for line in lines] == list(range(1, 61))
    assert lines[-1]["tokens"] == found["tokens"]
    assert {"loss", "rate", "gradient_norm", "tokens_per_second"} <= lines[0].keys()
    assert [line["step"] for line in lines if "val_loss" in line] == [15, 30, 45, 60]


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path: Path) -> None:
    digests = [tiny_training.train_toy(tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("steps", [1, 5, 11])
def test_whoever_stops_and_goes_on_ends_with_the_same_bytes(tmp_path: Path, steps: int) -> None:
    wanted = tiny_training.train_toy(tmp_path / "calm")
    settings = tiny_training.config(checkpoint_seconds=60)
    with pytest.raises(Stopped):
        train(tiny_training.job(settings), out=tmp_path / "out", config=settings, run=Watching(steps=steps))
    assert [line["step"] for line in metrics(tmp_path / "out")] == list(range(1, steps + 1))
    assert tiny_training.train_toy(tmp_path / "out", checkpoint_seconds=60) == wanted
    assert [line["step"] for line in metrics(tmp_path / "out")] == list(range(1, 13))


@pytest.mark.parametrize(("point", "kind"), [*((point, "eio") for point in POINTS), ("checkpoint.write", "short")])
def test_a_failing_disk_costs_steps_and_no_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, kind: str
) -> None:
    wanted = tiny_training.train_toy(tmp_path / "calm", budget=SIX)
    with monkeypatch.context() as patch:
        for name, value in (("_POINT", point), ("_COUNT", "5"), ("_KIND", kind), ("_passed", {"count": 0})):
            patch.setattr(faults, name, value)
        with pytest.raises(OSError, match=r"Input/output error"):
            tiny_training.train_toy(tmp_path / "out", budget=SIX)
    assert tiny_training.train_toy(tmp_path / "out", budget=SIX) == wanted
    assert [line["step"] for line in metrics(tmp_path / "out")] == list(range(1, 7))


def crash(out: Path, fault: str) -> subprocess.CompletedProcess[str]:
    here = str(Path(tiny_training.__file__).parent)
    code = f"""
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
import tiny_training
print(tiny_training.train_toy(Path({str(out)!r}), budget={{"steps": 4}}))
"""
    environment = {**os.environ, "LEAFOUT_FAULT": fault}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_kill_while_a_checkpoint_is_written_changes_no_byte(tmp_path: Path) -> None:
    wanted = tiny_training.train_toy(tmp_path / "calm", budget={"steps": 4})
    assert crash(tmp_path / "out", "checkpoint.write:8:kill").returncode == -signal.SIGKILL
    assert len(list((tmp_path / "out" / CHECKPOINTS).glob("step-*"))) == 2
    assert tiny_training.train_toy(tmp_path / "out", budget={"steps": 4}) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("point", [*POINTS, "durable.write", "durable.fsync"])
def test_a_kill_at_any_passing_of_a_fault_point_changes_no_byte(tmp_path: Path, point: str) -> None:
    wanted = tiny_training.train_toy(tmp_path / "calm", budget={"steps": 4})
    for number in itertools.count(1):
        out = tmp_path / f"out-{number}"
        died = crash(out, f"{point}:{number}:kill")
        if died.returncode == 0:
            assert died.stdout.split() == [wanted]
            assert number > 4
            return
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert tiny_training.train_toy(out, budget={"steps": 4}) == wanted
        assert [line["step"] for line in metrics(out)] == [1, 2, 3, 4]


def test_kills_in_a_row_get_through(tmp_path: Path) -> None:
    wanted = tiny_training.train_toy(tmp_path / "calm")
    settings = tiny_training.config()
    for _ in range(5):
        with pytest.raises(Stopped):
            train(tiny_training.job(settings), out=tmp_path / "out", config=settings, run=Watching(steps=2))
    assert tiny_training.train_toy(tmp_path / "out") == wanted


class Poisoned(ClassifyObjective):
    """Its loss is not finite in some steps."""

    def __init__(self, bad: Iterable[int], value: float) -> None:
        super().__init__(tiny_training.TASK, device="cpu", goal="macro_f1")
        self.bad, self.value, self.step = set(bad), value, 0

    def loss(self, model: Any, batch: Any, totals: tuple[int, ...]) -> torch.Tensor:
        self.step += 1
        found = super().loss(model, batch, totals)
        return found * self.value if self.step in self.bad else found


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_bad_steps_are_skipped_and_told(tmp_path: Path, value: float) -> None:
    settings = tiny_training.config(bad_steps=2)
    job = tiny_training.job(settings, objective=Poisoned([3, 4, 7], value))
    run = Watching()
    found = train(job, out=tmp_path, config=settings, run=run)
    assert found["skipped_steps"] == 3
    assert sum("was skipped" in said for said in run.said) == 3
    assert "3 of 12 steps were skipped: their gradients were not finite" in run.said
    assert all(values.isfinite().all() for values in model_tensors(job.model).values())


def test_too_many_bad_steps_stop_and_the_last_good_weights_are_kept(tmp_path: Path) -> None:
    settings = tiny_training.config(bad_steps=2, checkpoint_seconds=60)
    job = tiny_training.job(settings, objective=Poisoned(range(5, 99), float("nan")), keep_best=False)
    with pytest.raises(LeafoutError, match="3 steps in a row were skipped, the limit is 2") as error:
        train(job, out=tmp_path / "out", config=settings, run=Watching())
    assert "peak_rate" in error.value.hint
    assert (tmp_path / "out" / CHECKPOINTS / "step-000000007").is_dir()
    good = tiny_training.job(settings, keep_best=False)
    with pytest.raises(Stopped):
        train(good, out=tmp_path / "good", config=settings, run=Watching(steps=4))
    assert weights_digest(job.model) == weights_digest(good.model)


def test_a_validation_that_is_not_finite_is_an_error(tmp_path: Path) -> None:
    settings = tiny_training.config()
    job = tiny_training.job(settings)

    class Broken(ClassifyObjective):
        def evaluate(self, model: Any, batches: Iterable[Any], gather: Gather = alone) -> dict[str, float]:
            return {"loss": float("inf"), "macro_f1": 0.5}

    broken = Broken(tiny_training.TASK, device="cpu", goal="macro_f1")
    with pytest.raises(LeafoutError, match="`val_loss` is inf after step 3"):
        train(replace(job, objective=broken), out=tmp_path, config=settings, run=QuietRun())


def test_patience_ends_early_and_the_best_is_kept(tmp_path: Path) -> None:
    class Worsening(ClassifyObjective):
        looks = 0

        def evaluate(self, model: Any, batches: Iterable[Any], gather: Gather = alone) -> dict[str, float]:
            self.looks += 1
            return {"loss": 0.5, "macro_f1": 0.9 if self.looks == 2 else 0.3}

    settings = tiny_training.config(budget={"steps": 20}, evaluations=10, stop={"patience": 3})
    job = tiny_training.job(settings, objective=Worsening(tiny_training.TASK, device="cpu", goal="macro_f1"))
    found = train(job, out=tmp_path / "out", config=settings, run=Watching())
    assert (found["best_step"], found["steps"], found["val_macro_f1"]) == (4, 10, 0.9)
    calm = tiny_training.job(settings, keep_best=False)
    with pytest.raises(Stopped):
        train(calm, out=tmp_path / "calm", config=settings, run=Watching(steps=4))
    assert weights_digest(job.model) == weights_digest(calm.model)


def test_parts_of_an_update_add_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for part_tokens in (0, 10):
        settings = tiny_training.config(part_tokens=part_tokens, budget={"steps": 1}, optimizer="adamw")
        job = tiny_training.job(settings, keep_best=False)
        monkeypatch.setattr("torch.nn.functional.dropout", lambda values, *_: values)  # each part draws its own
        train(job, out=tmp_path / str(part_tokens), config=settings, run=QuietRun(seed=1))
        found.append(metrics(tmp_path / str(part_tokens))[0])
    assert found[0]["loss"] == pytest.approx(found[1]["loss"], rel=1e-5)
    assert found[0]["gradient_norm"] == pytest.approx(found[1]["gradient_norm"], rel=1e-5)


def test_minutes_are_turned_into_steps_once(tmp_path: Path) -> None:
    values: dict[str, Any] = {"budget": {"minutes": 0.004}, "checkpoint_seconds": 60.0}
    settings = tiny_training.config(**values)
    run = Watching(steps=3)
    with pytest.raises(Stopped):
        train(tiny_training.job(settings), out=tmp_path / "out", config=settings, run=run)
    assert run.said[0].startswith("forecast: ")
    plan = json.loads((tmp_path / "out" / "notes" / "plan.json").read_text(encoding="utf-8"))
    digest = tiny_training.train_toy(tmp_path / "out", **values)
    assert metrics(tmp_path / "out")[-1]["step"] == plan["steps"]
    calm = tiny_training.train_toy(tmp_path / "calm", **(values | {"budget": {"steps": plan["steps"]}}))
    assert calm == digest, "the trial left a trace in the weights"


def test_samples_are_written_and_two_are_said(tmp_path: Path) -> None:
    settings = tiny_training.config(evaluations=2)
    lines = [{"prompt": f"今天{number}", "text": "很好"} for number in range(4)]
    run = Watching()
    train(tiny_training.job(settings, show=lambda _: lines), out=tmp_path, config=settings, run=run)
    text = (tmp_path / "notes" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in text] == [6] * 4 + [12] * 4
    assert [said for said in run.said if ">>>" in said][:2] == ["step 6: 今天0 >>> 很好", "step 6: 今天2 >>> 很好"]


def test_checkpoints_are_forgotten_when_the_result_is_there(tmp_path: Path) -> None:
    tiny_training.train_toy(tmp_path)
    assert (tmp_path / CHECKPOINTS).is_dir()
    forget_checkpoints(tmp_path)
    forget_checkpoints(tmp_path)
    assert not (tmp_path / CHECKPOINTS).exists()


def test_averaged_weights_are_evaluated_and_kept_and_survive_a_stop(tmp_path: Path) -> None:
    settings = tiny_training.config(average=0.9, checkpoint_seconds=60, budget={"steps": 12})
    plain = replace(tiny_training.job(settings), keep_best=False)
    found = train(plain, out=tmp_path / "calm", config=settings, run=QuietRun(seed=1))
    wanted = weights_digest(plain.model)
    with torch.no_grad():
        assert plain.objective.evaluate(plain.model.eval(), plain.validation())["loss"] == pytest.approx(
            found["val_loss"]
        )
    job = replace(tiny_training.job(settings), keep_best=False)
    with pytest.raises(Stopped):
        train(job, out=tmp_path / "out", config=settings, run=Watching(steps=5))
    job = replace(tiny_training.job(settings), keep_best=False)
    train(job, out=tmp_path / "out", config=settings, run=QuietRun(seed=1))
    assert weights_digest(job.model) == wanted
    bare = tiny_training.config(checkpoint_seconds=60, budget={"steps": 12})
    last = replace(tiny_training.job(bare), keep_best=False)
    train(last, out=tmp_path / "last", config=bare, run=QuietRun(seed=1))
    assert weights_digest(last.model) != wanted


def jumping(
    tmp_path: Path, policy: str, name: str, **values: Any
) -> tuple[torch.nn.Module, dict[str, float], list[str]]:
    """Train with a loss that jumps in steps 25 and 31."""
    settings = tiny_training.config(
        spikes={"policy": policy}, budget={"steps": 36}, checkpoint_seconds=60, clip=0, **values
    )
    objective = Poisoned([25, 31], 1e6)
    job = tiny_training.job(settings, objective=objective, keep_best=False)
    run = Watching()
    found = train(job, out=tmp_path / name, config=settings, run=run)
    return job.model, found, run.said


def test_a_jump_of_the_loss_is_told_and_done_with_as_the_user_says(tmp_path: Path) -> None:
    digests = {}
    for policy, words in (("keep", "goes on"), ("skip", "left out"), ("rewind", "back to")):
        model, found, said = jumping(tmp_path, policy, policy)
        told = sum("the loss jumped to" in line and words in line for line in said)
        assert told >= {"keep": 1, "skip": 2, "rewind": 1}[policy]  # after a rewind it takes 20 losses to know anew
        assert f"the loss jumped in {told} of 36 steps" in said
        assert found["steps"] == 36
        digests[policy] = weights_digest(model)
    assert len(set(digests.values())) == 3


def test_whoever_rewinds_after_a_stop_ends_with_the_same_bytes(tmp_path: Path) -> None:
    wanted, _, _ = jumping(tmp_path, "rewind", "calm")
    settings = tiny_training.config(spikes={"policy": "rewind"}, budget={"steps": 36}, checkpoint_seconds=60, clip=0)
    for steps, poisoned in ((22, []), (7, [3]), (99, [2])):  # steps of each sitting; 25 and 31 of all of them
        job = tiny_training.job(settings, objective=Poisoned(poisoned, 1e6), keep_best=False)
        with contextlib.suppress(Stopped):
            train(job, out=tmp_path / "out", config=settings, run=Watching(steps=steps))
    assert weights_digest(job.model) == weights_digest(wanted)


def test_training_can_end_at_a_jump_and_go_on_behind_it(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match=r"the loss jumped to .* in step 25") as error:
        jumping(tmp_path, "stop", "out")
    assert "goes on behind it" in error.value.hint
    assert (tmp_path / "out" / CHECKPOINTS / "step-000000025").is_dir()
    settings = tiny_training.config(spikes={"policy": "stop"}, budget={"steps": 36}, checkpoint_seconds=60, clip=0)
    found = train(tiny_training.job(settings, keep_best=False), out=tmp_path / "out", config=settings, run=Watching())
    assert found["steps"] == 36
