"""What a training will take, told before its first step, and what it took, written down beside it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leafout.core.device import forget_peak, peak_bytes
from leafout.core.durable import write_json
from leafout.training.batches import Batches, Place
from leafout.training.config import TrainingConfig
from leafout.training.memory import memory_of, refuse_what_cannot_fit
from leafout.training.plan import Plan
from leafout.training.speed import TRIALS, Pace, pace_of, steps_within

if TYPE_CHECKING:
    from leafout.core.run import Run
    from leafout.training.job import Job

OUTCOME = "outcome.json"
_WORTH_STEPS = 100
"""A training of fewer steps is not timed beforehand: the trial would take a noticeable part of it."""
_FEW_TRIALS = 3
_SMALL_WEIGHTS = 100_000
"""A model of fewer weights fits wherever torch does: nothing is rehearsed."""
_SAVED_BYTES_A_SECOND = 400e6


@dataclass(frozen=True)
class Trial:
    """Steps and looks that change nothing.

    Attributes:
        step: computes the update at a place, and says its tokens.
        look: evaluates once, samples included.
    """

    step: Callable[[Place], int]
    look: Callable[[], object]


def foreseen(plan: Plan, *, job: "Job", config: TrainingConfig, trial: Callable[[], Trial], run: "Run") -> Plan:
    """A plan with its steps and the forecast: memory first, so that what cannot fit is refused before it is tried.

    Args:
        plan: its steps are open.
        job: what is taught.
        config: its budget decides the steps.
        trial: makes what can be timed.
        run: is told in one line.

    Returns:
        `forecast` holds `seconds`, `step_seconds` and `look_seconds` where steps were timed, `peak_bytes` and its
        parts under `memory` where the model is large enough to matter.

    Raises:
        LeafoutError: when the memory cannot be enough.
    """
    found: dict[str, Any] = {}
    minutes = config.budget.minutes
    steps = 0 if minutes is not None else job.batches.steps_of(config.budget)
    memory = None
    if sum(parameter.numel() for parameter in job.model.parameters()) >= _SMALL_WEIGHTS:
        memory = memory_of(job, config, dtype=plan.dtype, steps=steps)
    if memory is not None:
        refuse_what_cannot_fit(job, config, memory, dtype=plan.dtype)
        found |= {"peak_bytes": memory.peak, "memory": asdict(memory)}
    if minutes is not None or steps >= _WORTH_STEPS:
        pace = _timed(job, trial(), seconds=None if minutes is None else 60 * minutes)
        looks = config.evaluations
        steps = steps or steps_within(pace, 60 * (minutes or 0), looks=looks)
        saved = 0.0 if memory is None else (memory.weights + memory.optimizer) / _SAVED_BYTES_A_SECOND
        found |= _seconds(pace, steps, looks=min(looks, steps), saved=saved, every=config.checkpoint_seconds)
    if found:
        run.say(sentence(steps, job.batches.mean_tokens(), found))
    return replace(plan, steps=steps, forecast=found)


def sentence(steps: int, mean_tokens: float, forecast: dict[str, Any]) -> str:
    """A forecast in words."""
    parts = [f"{steps} steps of {mean_tokens:.0f} tokens"]
    if "seconds" in forecast:
        parts.append(f"about {_duration(forecast['seconds'])}")
    if "peak_bytes" in forecast:
        parts.append(f"{forecast['peak_bytes'] / 1e9:.2g} GB of memory at most")
    return "forecast: " + ", ".join(parts)


def _seconds(pace: Pace, steps: int, *, looks: int, saved: float, every: float) -> dict[str, float]:
    working = steps * pace.step_seconds + looks * pace.look_seconds
    saves = 1 + (steps if every <= pace.step_seconds else working / every)
    return {
        "seconds": round(working + saves * saved, 3),
        "step_seconds": round(pace.step_seconds, 6),
        "look_seconds": round(pace.look_seconds, 6),
    }


def _timed(job: "Job", trial: Trial, *, seconds: float | None) -> Pace:
    buffers = [(values, values.clone()) for values in job.model.buffers()]
    trials = _FEW_TRIALS if seconds is None else TRIALS
    places = typical_places(job.batches, trials)
    pace = pace_of(
        lambda number: trial.step(places[number % len(places)]),
        trial.look,
        mean_tokens=job.batches.mean_tokens(),
        seconds=float("inf") if seconds is None else seconds,
        trials=trials,
    )
    for values, before in buffers:
        values.copy_(before)
    return pace


def typical_places(batches: Batches, count: int) -> list[Place]:
    """Places of the first epoch whose longest rows stand for those of all; the middle one first."""
    lengths_N = batches.data.lengths(0)
    longest = [int(lengths_N[rows_B].max(initial=0)) for rows_B in batches.order(0)]
    order = np.argsort(longest, kind="stable")
    shares = (np.arange(count) + 0.5) / count
    ranks = sorted((int(share * len(order)) for share in shares), key=lambda rank: abs(rank - len(order) // 2))
    return [Place(0, int(order[rank])) for rank in ranks]


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


@contextmanager
def outcome(notes: Path, device: str) -> Iterator[None]:
    """Write down what the block took into `outcome.json`, added to what earlier sittings took.

    `sittings` counts calls, and `ended` those of them that were not killed: only where both are equal are `seconds`
    those of the whole training. `peak_bytes` is that of the process; `counted` is false where the system cannot count
    it from here on, and the peak may be an older one.
    """
    path = notes / OUTCOME
    before = _read(path)
    sittings, peak, counted = int(before.get("sittings", 0)) + 1, 0, forget_peak(device)
    _write(path, before | {"sittings": sittings})
    began = time.monotonic()
    try:
        yield
    finally:
        peak = max(int(before.get("peak_bytes", 0)), peak_bytes(device))
        seconds = float(before.get("seconds", 0.0)) + time.monotonic() - began
        ended = int(before.get("ended", 0)) + 1
        _write(
            path,
            {
                "seconds": round(seconds, 3),
                "peak_bytes": peak,
                "counted": counted,
                "sittings": sittings,
                "ended": ended,
            },
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _write(path: Path, values: dict[str, Any]) -> None:
    try:
        write_json(path, values)
    except OSError:
        return  # a full disk is told by the checkpoint, not by a note
