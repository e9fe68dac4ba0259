"""The plan: what must be equal for equal bytes, fixed before the first step and obeyed by each resume."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafout.core.device import bf16_is_fast, cores, made_with
from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.training.config import TrainingConfig

if TYPE_CHECKING:
    from leafout.core.run import Run

PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training obeys.

    Attributes:
        work: the fingerprint of data, config and seed.
        steps: updates; a budget in minutes has become steps.
        dtype: of matrix products, `fp32` or `bf16`.
        device: `cpu` or `cuda`.
        threads: of the CPU.
        processes: how many, and how they share the work.
        made_with: versions and the chip's family.
        not_exact: why a resume could not promise equal bytes; empty when all was equal.
        forecast: what it was to take, see `forecast.foreseen`; nothing depends on it.
        peak_rate: that a sweep has found; 0 where the config's or the stage's is taken.
    """

    work: str
    steps: int
    dtype: str
    device: str
    threads: int
    made_with: dict[str, str]
    not_exact: tuple[str, ...] = ()
    processes: str = "1"
    forecast: dict[str, Any] = field(default_factory=dict)
    peak_rate: float = 0.0


def draft(work: str, *, device: str, config: TrainingConfig) -> Plan:
    """A plan for this machine, its steps still open (0)."""
    dtype = config.precision
    if dtype == "auto":
        dtype = "bf16" if bf16_is_fast(device) else "fp32"
    return Plan(work=work, steps=0, dtype=dtype, device=device, threads=cores(), made_with=made_with())


def obeyed(notes: Path, now: Plan, *, fill: Callable[[Plan], Plan], run: "Run") -> Plan:
    """The plan that was written before the first step, or a new one.

    Args:
        notes: the folder that holds `plan.json`.
        now: what would be planned here and now.
        fill: finds the steps of a new plan, and what it will take; it may take a while.
        run: is told when a resume is not exact.

    Raises:
        LeafoutError: when the folder belongs to other work.
    """
    path = notes / PLAN
    before = _read(path)
    if before is None:
        plan = fill(now)
        notes.mkdir(parents=True, exist_ok=True)
        write_json(path, asdict(plan))
        return plan
    if before.work != now.work:
        raise LeafoutError(
            "the folder holds the checkpoints of other work", where=str(path), hint="use an empty folder"
        )
    reasons = tuple(_differences(before, now))
    if not reasons:
        return before
    run.say(f"this resume is not exact: {'; '.join(reasons)}")
    if before.processes != now.processes:
        before = replace(before, threads=now.threads, processes=now.processes)
    plan = replace(before, device=now.device, not_exact=tuple(dict.fromkeys(before.not_exact + reasons)))
    write_json(path, asdict(plan))
    return plan


def _differences(before: Plan, now: Plan) -> list[str]:
    was, is_now = ({**plan.made_with, "device": plan.device, "processes": plan.processes} for plan in (before, now))
    names = sorted(set(was) | set(is_now))
    return [
        f"`{name}` was {was.get(name, 'absent')}, is {is_now.get(name, 'absent')}"
        for name in names
        if was.get(name) != is_now.get(name)
    ]


def _read(path: Path) -> Plan | None:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Plan(**{**values, "not_exact": tuple(values["not_exact"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise LeafoutError(f"the plan is damaged: {error}", where=str(path), hint="use an empty folder") from None
