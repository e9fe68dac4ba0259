"""THE loop that teaches a model; pre-training, fine-tuning and distilling are objectives under it.

    plan once -> go back to the last checkpoint -> [batch, loss, step, look, save] until it is done -> best weights

Every step is a function of (weights, optimizer, seed, place, step): what is killed goes on to the same bytes. Several
processes take these steps together, each with its share of the batch; the first decides by the clock, and writes.
"""

import contextlib
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NoReturn

import torch

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.models.recompute import recompute_layers
from leafout.tasks.shares import share_of
from leafout.training.average import Average
from leafout.training.batches import Place
from leafout.training.checkpoint import (
    Checkpoint,
    State,
    Tensors,
    load_checkpoint,
    load_tensors,
    model_tensors,
    save_checkpoint,
)
from leafout.training.config import Spikes, TrainingConfig
from leafout.training.forecast import Trial, foreseen, outcome
from leafout.training.job import Job, Objective
from leafout.training.optim import gradient_norm, make_optimizer, set_rate
from leafout.training.plan import Plan, draft, obeyed
from leafout.training.processes import NotTheFirst, Processes, joined
from leafout.training.rate_finder import there_and_back, with_rate
from leafout.training.records import Records
from leafout.training.repeatable import products_in, repeatable, seed_step
from leafout.training.samples import sentence_of
from leafout.training.schedule import evaluation_steps, rate_factor
from leafout.training.sharding import Lesson, gather_into, lesson_of, whole
from leafout.training.speed import Meter, Step
from leafout.training.spikes import WINDOW, Calm, is_spike
from leafout.training.tracking import Tracking

if TYPE_CHECKING:
    from leafout.core.run import Run

CHECKPOINTS = "checkpoints"
LINES = 500
"""About so many lines of `metrics.jsonl` a training."""
_DONE = {
    "keep": "training goes on",
    "skip": "this update is left out",
    "rewind": f"back to weights of at most {WINDOW} steps before, and on with the next data",
    "stop": "training ends",
}
_CALMER = "try a lower `peak_rate`, a longer `warmup` or precision: fp32"


@dataclass(slots=True)
class _Training:
    """What the loop holds while it runs."""

    job: Job
    lesson: Lesson
    processes: Processes
    config: TrainingConfig
    plan: Plan
    optimizer: torch.optim.Optimizer
    state: State
    best: Tensors
    average: Average | None
    calm: Calm | None
    run: "Run"
    trouble: str = ""


def train(job: Job, *, out: Path, config: TrainingConfig, run: "Run") -> dict[str, float]:
    """Teach a model, or go on where the last call was interrupted.

    Args:
        job: model, objective and data; the model holds the result.
        out: the stage's folder. `notes/` receives `plan.json`, `metrics.jsonl` and `samples.jsonl`; `checkpoints/` lies
            there until `forget_checkpoints`.
        config: see its fields.
        run: its seed, and who watches.

    Returns:
        The figures of `val` for the weights that the model now has, and `steps`, `tokens`, `skipped_steps`.

    Raises:
        LeafoutError: for too many bad steps in a row, or a folder of other work.
        Stopped: when asked to; a checkpoint was written.
        NotTheFirst: in all processes but the first, when it is done.
    """
    processes = joined(run, job.model, job.device)
    if not recompute_layers(job.model, wanted=config.recompute):
        run.say("no layer of this model can be computed again: `recompute` changes nothing")
    with repeatable(processes.threads):
        lesson = lesson_of(job.model, job.objective, processes, device=job.device, optimizer=config.optimizer)
        plan = _planned(job, lesson, processes, out=out, config=config, run=run)
        job = replace(job, peak_rate=plan.peak_rate or job.peak_rate)
        torch.set_num_threads(plan.threads)
        optimizer = _optimizer(job, lesson, config)
        found = load_checkpoint(out / CHECKPOINTS, lesson.model, optimizer, run) or Checkpoint(State(), {})
        step, more = found.state.step, found.more
        if processes.told(step) != step:
            raise LeafoutError("the processes do not see the same checkpoints", where=str(out / CHECKPOINTS))
        average = Average(lesson.model, config.average, more.get("average")) if config.average else None
        calm = Calm(more.get("calm", {})) if config.spikes.policy == "rewind" else None
        t = _Training(job, lesson, processes, config, plan, optimizer, found.state, {}, average, calm, run)
        with _notes(t, out / "notes") as records:
            t.best = more.get("best", {}) if processes.first else {}
            _until_done(t, records, out / CHECKPOINTS)
    return _finish(t)


@contextlib.contextmanager
def _notes(t: _Training, notes: Path) -> Iterator[Records | None]:
    """What is written down on the way; the first process alone does."""
    if not t.processes.first:
        yield None
        return
    tracking = Tracking(t.config.tracking, notes, step=t.state.step, run=t.run)
    records = Records(notes, step=t.state.step, tracking=tracking)
    with contextlib.closing(records), outcome(notes, t.job.device):
        yield records


def forget_checkpoints(out: Path) -> None:
    """Remove the checkpoints, once the result lies in the stage's folder."""
    shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)


def _planned(job: Job, lesson: Lesson, processes: Processes, *, out: Path, config: TrainingConfig, run: "Run") -> Plan:
    now = draft(job.work, device=job.device, config=config)
    now = replace(now, threads=processes.threads, processes=str(processes))

    def calls() -> dict[str, Callable[..., Any]]:
        still, quiet = replace(job, peak_rate=0.0), QuietRun(seed=run.seed)  # at this rate no weight changes
        optimizer = _optimizer(job, lesson, config)
        t = _Training(still, lesson, processes, config, now, optimizer, State(), {}, None, None, quiet)

        def step(epoch: int, index: int) -> int:
            t.state.place = Place(epoch, index)
            return _step(t).tokens

        def look() -> None:
            with whole(lesson, job.model, job.device):
                _evaluate(t)
                _shown(t)

        return {"step": step, "look": look, "sweep": _sweep(t), "back": there_and_back(lesson.model)}

    @cache
    def led() -> dict[str, Callable[..., Any]]:
        return processes.leading(calls())

    def trial() -> Trial:
        return Trial(step=lambda place: int(led()["step"](place.epoch, place.index)), look=led()["look"])

    def fill(plan: Plan) -> Plan:
        plan = foreseen(plan, job=job, config=config, trial=trial, run=run)
        if not config.find_rate:
            return plan
        return with_rate(plan, led(), around=job.peak_rate, notes=out / "notes", run=run)

    if not processes.first:
        plan = Plan(**processes.following(calls()))
        if plan.work != now.work:
            raise LeafoutError("the processes do not read the same data", where=str(out))
        return plan
    plan = obeyed(out / "notes", now, fill=fill, run=run)
    processes.told(asdict(plan))
    return plan


def _sweep(t: _Training) -> Callable[[int, float], float]:
    """Takes the n-th update of training at a rate, and gives the loss before it."""
    config = t.config.model_copy(update={"schedule": "constant", "warmup": 0.0, "spikes": Spikes()})
    tried = replace(t, config=config, state=State(), optimizer=_optimizer(t.job, t.lesson, config))

    def step(number: int, rate: float) -> float:
        tried.job = replace(t.job, peak_rate=rate)
        tried.state.place = Place() if number == 0 else tried.state.place
        return _step(tried).loss

    return step


def _optimizer(job: Job, lesson: Lesson, config: TrainingConfig) -> torch.optim.Optimizer:
    return make_optimizer(lesson.model, config, layer_decay=job.layer_decay, num_layers=job.num_layers)


def _until_done(t: _Training, records: Records | None, checkpoints: Path) -> None:
    state, plan, meter = t.state, t.plan, Meter()
    looks = evaluation_steps(plan.steps, t.config.evaluations)
    every = max(1, plan.steps // LINES)
    saved, saved_step = time.monotonic(), state.step
    while not _is_done(t):
        if t.calm is not None and (state.step % WINDOW == 0 or not t.calm.tensors):
            t.calm.keep(t.lesson.model, t.optimizer)
            state.calm_losses = state.losses
        meter.add(_step(t))
        values: dict[str, float] = {}
        if state.step in looks:
            with meter.paused():
                values = _look(t, records)
        if values or state.step % every == 0:
            _write_down(t, records, meter.figures() | values)
        meter.show(t.run, state.step, plan.steps)
        is_due = t.processes.first and time.monotonic() - saved >= t.config.checkpoint_seconds
        stopping, saving = t.processes.agreed(t.run.should_stop(), is_due)
        if stopping or saving or _is_done(t):
            with meter.paused():
                _save(t, records, checkpoints)
            saved, saved_step = time.monotonic(), state.step
        if stopping and not _is_done(t):
            raise Stopped
        if t.trouble:
            _save(t, records, checkpoints)
            raise LeafoutError(
                t.trouble, where=str(checkpoints), hint=f"the same command goes on behind it; or {_CALMER}"
            )
        if state.bad_in_row > t.config.bad_steps:
            _give_up(t, records, checkpoints, saved_step)


def _is_done(t: _Training) -> bool:
    patience = t.config.stop.patience
    return t.state.step >= t.plan.steps or (patience > 0 and t.state.waited >= patience)


def _step(t: _Training) -> Step:
    """One update, or none where the gradient is not finite."""
    job, state, began = t.job, t.state, time.perf_counter()
    whole_parts = job.batches.parts(state.place, step=state.step)
    parts = [share_of(part, t.processes.rank, t.processes.count) for part in whole_parts]
    counts = [[part.weight * count for count in job.objective.counts(part.batch)] for part in parts]
    totals = tuple(map(int, t.processes.sums(*map(sum, zip(*counts, strict=True)))))
    rate = job.peak_rate * rate_factor(state.step, max(t.plan.steps, state.step + 1), t.config)
    seed_step(t.run.seed, state.step, t.processes.rank)
    t.lesson.train()
    own_loss = 0.0
    for part in parts:
        with products_in(t.plan.dtype, job.device):
            part_loss = t.lesson(part.batch, totals) * part.weight
        part_loss.backward()
        own_loss += float(part_loss.detach())
    t.processes.add_gradients(t.lesson.model)
    loss, tokens = t.processes.sums(own_loss, sum(part.weight * part.batch.num_tokens for part in parts))
    norm = gradient_norm(t.lesson.model, t.config.clip)
    if _is_welcome(t, loss, norm):
        set_rate(t.optimizer, rate)
        t.optimizer.step()
        if t.average is not None:
            t.average.add(t.lesson.model, state.step + 1)
    t.optimizer.zero_grad(set_to_none=True)
    state.step, state.place, state.tokens = state.step + 1, job.batches.after(state.place), state.tokens + int(tokens)
    return Step(loss=loss, rate=rate, norm=norm, tokens=int(tokens), seconds=time.perf_counter() - began)


def _is_welcome(t: _Training, loss: float, norm: float) -> bool:
    """Whether the update of this step is taken; what is wrong with it is counted and told."""
    state, policy, step = t.state, t.config.spikes.policy, t.state.step + 1
    if not (math.isfinite(loss) and math.isfinite(norm)):
        state.bad_in_row, state.bad_steps = state.bad_in_row + 1, state.bad_steps + 1
        t.run.say(f"step {step} was skipped: its loss is {loss:g}, the norm of its gradient {norm:g}")
        return False
    jumped = is_spike(loss, state.losses, t.config.spikes.deviations)
    if jumped:
        state.spikes += 1
        told = f"the loss jumped to {loss:.4g} in step {step}, from {median(state.losses):.4g}"
        t.run.say(f"{told}: {_DONE[policy]}")
        t.trouble = told if policy == "stop" else ""
    if jumped and policy != "keep":
        state.bad_in_row += 1
        if t.calm is not None:
            t.calm.give_back(t.lesson.model, t.optimizer)
            state.losses = state.calm_losses
        return False
    state.bad_in_row = 0
    state.losses = [*state.losses[1 - WINDOW :], loss]
    return True


def _look(t: _Training, records: Records | None) -> dict[str, float]:
    """Evaluate, keep the best, show samples; with the averaged weights where there are some."""
    averaged = contextlib.nullcontext() if t.average is None else t.average.in_place(t.lesson.model)
    with averaged, whole(t.lesson, t.job.model, t.job.device):
        return _looked(t, records)


def _looked(t: _Training, records: Records | None) -> dict[str, float]:
    state, objective = t.state, t.job.objective
    state.figures = _evaluate(t)
    state.waited += 1
    if not state.best_figures or _rank(state.figures, objective) > _rank(state.best_figures, objective):
        state.best_step, state.best_figures, state.waited = state.step, state.figures, 0
        if t.job.keep_best and t.processes.first:
            t.best = {name: values.to("cpu", copy=True) for name, values in model_tensors(t.job.model).items()}
    if records is not None and (lines := _shown(t)):
        for line in lines:
            records.samples.write({"step": state.step, **line})
        for line in lines[:: max(1, len(lines) // 2)][:2]:
            t.run.say(f"step {state.step}: {sentence_of(line)}")
    return state.figures


def _shown(t: _Training) -> list[dict[str, Any]]:
    with torch.no_grad():
        return [] if t.job.show is None or not t.processes.first else t.job.show(t.job.model)


def _rank(figures: Mapping[str, float], objective: Objective) -> tuple[float, float]:
    """The larger the better: the goal and, where that is equal, the loss."""
    value = figures[f"val_{objective.goal}"]
    return value if objective.more else -value, -figures["val_loss"]


def _evaluate(t: _Training) -> dict[str, float]:
    job = t.job
    job.model.eval()
    with torch.no_grad(), products_in(t.plan.dtype, job.device):
        batches = t.processes.shared(job.validation())
        found = job.objective.evaluate(job.model, batches, t.processes.gathered)
    figures = {f"val_{name}": value for name, value in found.items()}
    for name, value in figures.items():
        if not math.isfinite(value):
            raise LeafoutError(f"`{name}` is {value} after step {t.state.step}", hint=_CALMER)
    return figures


def _write_down(t: _Training, records: Records | None, values: Mapping[str, float]) -> None:
    if records is not None:
        records.figures(t.state.step, {"tokens": t.state.tokens, **values})
    t.run.log(t.state.step, **values)


def _save(t: _Training, records: Records | None, checkpoints: Path) -> None:
    if records is not None:
        records.sync()
    more = {
        "best": t.best,
        "average": {} if t.average is None else t.average.tensors,
        "calm": {} if t.calm is None else t.calm.tensors,
    }
    save_checkpoint(checkpoints, t.state, t.lesson.model, t.optimizer, more=more, write=t.processes.first)


def _give_up(t: _Training, records: Records | None, checkpoints: Path, saved_step: int) -> NoReturn:
    if t.state.step != saved_step:
        _save(t, records, checkpoints)  # skipped steps changed no weight: these are the last good ones
    message = f"{t.state.bad_in_row} steps in a row were skipped, the limit is {t.config.bad_steps}"
    raise LeafoutError(message, where=str(checkpoints), hint=_CALMER)


def _finish(t: _Training) -> dict[str, float]:
    if t.state.bad_steps:
        t.run.say(f"{t.state.bad_steps} of {t.state.step} steps were skipped: their gradients were not finite")
    if t.state.spikes:
        t.run.say(f"the loss jumped in {t.state.spikes} of {t.state.step} steps")
    figures = t.state.figures
    if t.average is not None:
        load_tensors(t.lesson.model, t.average.tensors)
    gather_into(t.lesson, t.job.model)
    if not t.processes.first:
        raise NotTheFirst
    t.job.model.to(t.job.device)
    if t.best:
        load_tensors(t.job.model, t.best)
        figures = {**t.state.best_figures, "best_step": float(t.state.best_step)}
    counts = {"steps": t.state.step, "tokens": t.state.tokens, "skipped_steps": t.state.bad_steps}
    return {**figures, **{name: float(count) for name, count in counts.items()}}
