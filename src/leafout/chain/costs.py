"""How long a step will take and how much memory it will need, guessed from what its stage took here before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafout.core.artifact import NOTES, Artifact, read_artifact
from leafout.core.errors import StoreError
from leafout.core.store import Store

_BUDGETS = ("steps", "tokens", "epochs")


@dataclass(frozen=True)
class Cost:
    """What a step costs on this machine.

    Attributes:
        seconds: of work.
        peak_bytes: of memory, of the whole process.
    """

    seconds: float
    peak_bytes: float


@dataclass(frozen=True)
class _Before:
    step: str
    config: Mapping[str, Any]
    seconds: float
    peak_bytes: float
    input_bytes: float


def guess(store: Store, stage: str, step: str, config: Mapping[str, Any], input_bytes: float | None) -> Cost | None:
    """What a step will cost; None where its stage has never run here, or under a budget that cannot be compared.

    A budget in minutes says it itself. One in steps, tokens or epochs scales what the stage took before; any other
    stage is scaled by the bytes of its inputs.

    Args:
        store: whose artifacts tell.
        stage: the verb.
        step: the name of the step; its own earlier runs tell most.
        config: filled in.
        input_bytes: of all inputs; None while they are not there yet, which is taken for as large as before.
    """
    earlier = [before for path in store.root.glob(f"artifacts/{stage}-*") if (before := _read(path)) is not None]
    own = [before for before in earlier if before.step == step] or earlier
    for before in sorted(own, key=lambda one: _distance(one, input_bytes)):
        scale = _scale(before, config, input_bytes)
        if scale is not None:
            return Cost(before.seconds * scale, before.peak_bytes)
    minutes = (config.get("budget") or {}).get("minutes")
    return None if minutes is None else Cost(float(minutes) * 60, 0.0)


def cost_of(artifact: Artifact) -> Cost | None:
    """What an artifact has cost; None where nobody wrote it down."""
    before = _read(artifact.path)
    return None if before is None else Cost(before.seconds, before.peak_bytes)


def _read(path: Path) -> _Before | None:
    try:
        cost = json.loads((path / NOTES / "cost.json").read_text(encoding="utf-8"))
        origin = json.loads((path / NOTES / "origin.json").read_text(encoding="utf-8"))
        config = read_artifact(path).config
        figures = [float(value) for value in (cost["seconds"], cost["peak_bytes"], origin["input_bytes"])]
        return _Before(str(origin["step"]), config, *figures)
    except (OSError, ValueError, KeyError, TypeError, StoreError):
        return None


def _distance(before: _Before, input_bytes: float | None) -> float:
    return 0.0 if input_bytes is None else abs(before.input_bytes - input_bytes)


def _scale(before: _Before, config: Mapping[str, Any], input_bytes: float | None) -> float | None:
    size = 1.0
    if input_bytes is not None and before.input_bytes > 0:
        size = min(max(input_bytes / before.input_bytes, 0.01), 100.0)
    now, then = config.get("budget"), before.config.get("budget")
    if not isinstance(now, dict) or not isinstance(then, dict):
        return size
    if now.get("minutes") is not None:
        return float(now["minutes"]) * 60 / before.seconds if before.seconds > 0 else None
    for name in _BUDGETS:
        if now.get(name) is not None and then.get(name) is not None:
            ratio = float(now[name]) / float(then[name])
            if name == "steps":
                return ratio * float(config.get("batch_tokens", 1)) / float(before.config.get("batch_tokens", 1))
            return ratio * size if name == "epochs" else ratio
    return None
