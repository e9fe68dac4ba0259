"""THE loop that teaches a model; pre-training, fine-tuning and distilling are objectives under it.

    plan once -> go back to the last checkpoint -> [batch, loss, step, look, save] until it is done -> best weights

Every step is a function of (weights, optimizer, seed, place, step): what is killed goes on to the same bytes.
"""

import contextlib
import math
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import torch

from leafout.core.device import cores
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.training.average import Average
from leafout.training.batches import Batches, Place
from leafout.training.checkpoint import (
    Checkpoint,
    State,
    Tensors,
    load_checkpoint,
    load_tensors,
    model_tensors,
    save_checkpoint,
)
from leafout.training.config import TrainingConfig
from leafout.training.forecast import Trial, foreseen, outcome
from leafout.training.optim import gradient_norm, make_optimizer, set_rate
from leafout.training.plan import Plan, draft, obeyed
from leafout.training.records import Records
from leafout.training.repeatable import products_in, repeatable, seed_step
from leafout.training.samples import sentence_of
from leafout.training.schedule import evaluation_steps, rate_factor
from leafout.training.speed import Meter, Step
from leafout.training.spikes import WINDOW, Calm, is_spike

if TYPE_CHECKING:
    from torch import nn

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


class Objective(Protocol):
    """What a model is taught."""

    @property
    def goal(self) -> str:
        """The figure that tells which evaluation was the best."""

    @property
    def more(self) -> bool:
        """Whether more of it is better."""

    def counts(self, batch: Any) -> tuple[int, ...]:
        """How many there are of each thing that the loss is a mean over."""

    def loss(self, model: Any, batch: Any, totals: tuple[int, ...]) -> torch.Tensor:
        """The loss of a part: its sums, divided by the counts of the whole update."""

    def evaluate(self, model: Any, batches: Iterable[Any]) -> dict[str, float]:
        """The figures of a data set, their names without `val_`; `loss` and the goal are among them."""


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        model: on its device, with its first weights; trained in place.
        objective: what it is taught.
        batches: of the training part.
        validation: makes the batches of `val` anew each time.
        device: `cpu` or `cuda`.
        work: the fingerprint of data, config and seed.
        peak_rate: the learning rate after warm-up.
        keep_best: end with the weights of the best evaluation, not with the last.
        show: makes the lines of `samples.jsonl` at each evaluation; two of them are said.
        layer_decay, num_layers: see `make_optimizer`.
    """

    model: "nn.Module"
    objective: Objective
    batches: Batches
    validation: Callable[[], Iterable[Any]]
    device: str
    work: str
    peak_rate: float
    keep_best: bool = False
    show: Callable[[Any], list[dict[str, Any]]] | None = None
    layer_decay: float = 1.0
    num_layers: int = 0


@dataclass(slots=True)
class _Training:
    """What the loop holds while it runs."""

    job: Job
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
    """
    with repeatable(cores()):
        plan = _planned(job, out, config, run)
        torch.set_num_threads(plan.threads)
        optimizer = _optimizer(job, config)
        found = load_checkpoint(out / CHECKPOINTS, job.model, optimizer, run) or Checkpoint(State(), {})
        step, more = found.state.step, found.more
        average = Average(job.model, config.average, more.get("average")) if config.average else None
        calm = Calm(more.get("calm", {})) if config.spikes.policy == "rewind" else None
        with contextlib.closing(Records(out / "notes", step=step, tensorboard=config.tensorboard)) as records:
            training = _Training(job, config, plan, optimizer, found.state, more.get("best", {}), average, calm, run)
            with outcome(out / "notes", job.device):
                _until_done(training, records, out / CHECKPOINTS)
    return _finish(training)


def forget_checkpoints(out: Path) -> None:
    """Remove the checkpoints, once the result lies in the stage's folder."""
    shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)


def _planned(job: Job, out: Path, config: TrainingConfig, run: "Run") -> Plan:
    now = draft(job.work, device=job.device, config=config)

    def trial() -> Trial:
        still, quiet = replace(job, peak_rate=0.0), QuietRun(seed=run.seed)  # at this rate no weight changes
        t = _Training(still, config, now, _optimizer(job, config), State(), {}, None, None, quiet)

        def step(place: Place) -> int:
            t.state.place = place
            return _step(t).tokens

        return Trial(step=step, look=lambda: (_evaluate(t), _shown(t)))

    fill = partial(foreseen, job=job, config=config, trial=trial, run=run)
    return obeyed(out / "notes", now, fill=fill, run=run)


def _optimizer(job: Job, config: TrainingConfig) -> torch.optim.Optimizer:
    return make_optimizer(job.model, config, layer_decay=job.layer_decay, num_layers=job.num_layers)


def _until_done(t: _Training, records: Records, checkpoints: Path) -> None:
    state, plan, meter = t.state, t.plan, Meter()
    looks = evaluation_steps(plan.steps, t.config.evaluations)
    every = max(1, plan.steps // LINES)
    saved, saved_step = time.monotonic(), state.step
    while not _is_done(t):
        if t.calm is not None and (state.step % WINDOW == 0 or not t.calm.tensors):
            t.calm.keep(t.job.model, t.optimizer)
            state.calm_losses = state.losses
        meter.add(_step(t))
        values: dict[str, float] = {}
        if state.step in looks:
            with meter.paused():
                values = _look(t, records)
        if values or state.step % every == 0:
            _write_down(t, records, meter.figures() | values)
        meter.show(t.run, state.step, plan.steps)
        stopping = t.run.should_stop()
        if stopping or _is_done(t) or time.monotonic() - saved >= t.config.checkpoint_seconds:
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
    parts = job.batches.parts(state.place, step=state.step)
    totals = tuple(sum(counts) for counts in zip(*map(job.objective.counts, parts), strict=True))
    rate = job.peak_rate * rate_factor(state.step, max(t.plan.steps, state.step + 1), t.config)
    seed_step(t.run.seed, state.step)
    job.model.train()
    loss = 0.0
    for part in parts:
        with products_in(t.plan.dtype, job.device):
            part_loss = job.objective.loss(job.model, part, totals)
        part_loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
        loss += float(part_loss.detach())
    norm = gradient_norm(job.model, t.config.clip)
    if _is_welcome(t, loss, norm):
        set_rate(t.optimizer, rate)
        t.optimizer.step()
        if t.average is not None:
            t.average.add(job.model, state.step + 1)
    t.optimizer.zero_grad(set_to_none=True)
    tokens = sum(part.num_tokens for part in parts)
    state.step, state.place, state.tokens = state.step + 1, job.batches.after(state.place), state.tokens + tokens
    return Step(loss=loss, rate=rate, norm=norm, tokens=tokens, seconds=time.perf_counter() - began)


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
            t.calm.give_back(t.job.model, t.optimizer)
            state.losses = state.calm_losses
        return False
    state.bad_in_row = 0
    state.losses = [*state.losses[1 - WINDOW :], loss]
    return True


def _look(t: _Training, records: Records) -> dict[str, float]:
    """Evaluate, keep the best, show samples; with the averaged weights where there are some."""
    with contextlib.nullcontext() if t.average is None else t.average.in_place(t.job.model):
        return _looked(t, records)


def _looked(t: _Training, records: Records) -> dict[str, float]:
    state, objective = t.state, t.job.objective
    state.figures = _evaluate(t)
    state.waited += 1
    if not state.best_figures or _rank(state.figures, objective) > _rank(state.best_figures, objective):
        state.best_step, state.best_figures, state.waited = state.step, state.figures, 0
        if t.job.keep_best:
            t.best = {name: values.to("cpu", copy=True) for name, values in model_tensors(t.job.model).items()}
    if lines := _shown(t):
        for line in lines:
            records.samples.write({"step": state.step, **line})
        for line in lines[:: max(1, len(lines) // 2)][:2]:
            t.run.say(f"step {state.step}: {sentence_of(line)}")
    return state.figures


def _shown(t: _Training) -> list[dict[str, Any]]:
    with torch.no_grad():
        return [] if t.job.show is None else t.job.show(t.job.model)


def _rank(figures: Mapping[str, float], objective: Objective) -> tuple[float, float]:
    """The larger the better: the goal and, where that is equal, the loss."""
    value = figures[f"val_{objective.goal}"]
    return value if objective.more else -value, -figures["val_loss"]


def _evaluate(t: _Training) -> dict[str, float]:
    job = t.job
    job.model.eval()
    with torch.no_grad(), products_in(t.plan.dtype, job.device):
        found = job.objective.evaluate(job.model, job.validation())
    figures = {f"val_{name}": value for name, value in found.items()}
    for name, value in figures.items():
        if not math.isfinite(value):
            raise LeafoutError(f"`{name}` is {value} after step {t.state.step}", hint=_CALMER)
    return figures


def _write_down(t: _Training, records: Records, values: Mapping[str, float]) -> None:
    records.figures(t.state.step, {"tokens": t.state.tokens, **values})
    t.run.log(t.state.step, **values)


def _save(t: _Training, records: Records, checkpoints: Path) -> None:
    records.sync()
    more = {
        "best": t.best,
        "average": {} if t.average is None else t.average.tensors,
        "calm": {} if t.calm is None else t.calm.tensors,
    }
    save_checkpoint(checkpoints, t.state, t.job.model, t.optimizer, more=more)


def _give_up(t: _Training, records: Records, checkpoints: Path, saved_step: int) -> NoReturn:
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
        load_tensors(t.job.model, t.average.tensors)
    if t.best:
        load_tensors(t.job.model, t.best)
        figures = {**t.state.best_figures, "best_step": float(t.state.best_step)}
    counts = {"steps": t.state.step, "tokens": t.state.tokens, "skipped_steps": t.state.bad_steps}
    return {**figures, **{name: float(count) for name, count in counts.items()}}
