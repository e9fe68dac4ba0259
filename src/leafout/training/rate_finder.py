"""Find a peak rate by a short sweep: rates that rise from step to step, and the loss that each of them leads to.

The range test of Smith 2017 ("Cyclical learning rates for training neural networks", section 3.3), with rates that rise
by a factor instead of a sum, since what fits may lie anywhere within powers of ten.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leafout.core.durable import write_json
from leafout.training.checkpoint import Tensors, load_tensors, model_tensors
from leafout.training.plan import Plan

if TYPE_CHECKING:
    from torch import nn

    from leafout.core.run import Run

SWEEP = "rate_sweep.json"
STEPS = 60
_LOWEST, _HIGHEST = 1e-3, 1e2
"""Of the sweep, as fractions of the rate that the stage would take by its rule."""
_MEMORY = 0.8
"""Of the mean that smooths the losses."""
_FIRST_STEPS = 10
_TOO_HIGH = 2.0
"""Times the lowest smoothed loss at which the sweep ends."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rates, the loss before each of their updates, smoothed losses, and the rate to take; None where no loss fell."""

    rates: list[float]
    losses: list[float]
    smoothed: list[float]
    suggested: float | None


def swept(step: Callable[[int, float], float], *, around: float) -> Sweep:
    """Try rising rates on the first updates of training.

    Args:
        step: takes the n-th update at a rate, and gives the loss before it.
        around: the rate that is taken without a sweep.
    """
    rates = [float(rate) for rate in np.geomspace(_LOWEST * around, _HIGHEST * around, STEPS)]
    losses: list[float] = []
    for number, rate in enumerate(rates):
        loss = step(number, rate)
        if not math.isfinite(loss):
            break
        losses.append(loss)
        means = smoothed(losses)
        if number >= _FIRST_STEPS and means[-1] > _TOO_HIGH * min(means):
            break
    means = smoothed(losses)
    return Sweep(rates[: len(losses)], losses, means, suggestion(rates[: len(losses)], means))


def smoothed(losses: list[float]) -> list[float]:
    """The running mean of losses, each step weighing 0.8 of the next; the start is not pulled to zero."""
    found, mean, weight = [], 0.0, 0.0
    for loss in losses:
        mean, weight = _MEMORY * mean + (1 - _MEMORY) * loss, _MEMORY * weight + 1 - _MEMORY
        found.append(mean / weight)
    return found


def suggestion(rates: list[float], means: list[float]) -> float | None:
    """The rate at which the smoothed loss falls fastest by the logarithm of the rate, before it is lowest."""
    last = int(np.argmin(means)) + 1 if means else 0
    if last < 3:
        return None
    slopes = np.gradient(np.array(means[:last]), np.log(rates[:last]))
    steepest = int(np.argmin(slopes))
    return rates[steepest] if slopes[steepest] < 0 else None


def with_rate(plan: Plan, calls: Mapping[str, Callable[..., Any]], *, around: float, notes: Path, run: "Run") -> Plan:
    """The plan with the peak rate that a sweep finds; the weights are put back.

    Args:
        plan: is obeyed by each resume.
        calls: `sweep` takes a step, see `swept`; `back` is `there_and_back`.
        around: the rate that is taken without a sweep.
        notes: receives `rate_sweep.json`.
        run: is told.
    """
    calls["back"](1)
    sweep = swept(calls["sweep"], around=around)
    calls["back"](2)
    notes.mkdir(parents=True, exist_ok=True)
    write_json(notes / SWEEP, asdict(sweep))
    if sweep.suggested is None:
        run.say(f"the loss fell at no rate of the sweep: the peak rate stays {around:.2g}")
        return plan
    run.say(f"a peak rate of {sweep.suggested:.2g} was found in {len(sweep.losses)} steps, beside {around:.2g} by rule")
    return replace(plan, peak_rate=sweep.suggested)


def there_and_back(model: "nn.Module") -> Callable[[int], None]:
    """Called with 1 it keeps the weights, with 2 it puts them back."""
    kept: Tensors = {}

    def call(time: int) -> None:
        if time == 1:
            kept.update({name: values.clone() for name, values in model_tensors(model).items()})
        else:
            load_tensors(model, kept)
            kept.clear()

    return call
