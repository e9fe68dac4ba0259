"""Figures for those who watch with TensorBoard, Weights & Biases or MLflow, beside `metrics.jsonl`, the record.

Everything lies under `notes/` and nothing leaves the machine, unless the variables of the tracker say otherwise
(WANDB_MODE, MLFLOW_TRACKING_URI). A tracker that fails is told once and let go: no training ends for its sake.
"""

import json
import math
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from leafout.core.durable import write_json

if TYPE_CHECKING:
    from leafout.core.run import Run

NAMES = "tracking.json"
"""The names that the runs have with their trackers, so that a resume goes on under the same."""
_PROJECT = "leafout"


class Tracker(Protocol):
    """Takes figures."""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Take the figures of a step."""

    def close(self) -> None:
        """Write what is left."""


class _TensorBoard:
    def __init__(self, notes: Path, *, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(notes / "tensorboard"), purge_step=step + 1)

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._writer.close()


class _Wandb:
    def __init__(self, notes: Path, *, step: int) -> None:  # noqa: ARG002 - it knows its last step itself
        import wandb

        folder = notes / "wandb"
        folder.mkdir(parents=True, exist_ok=True)
        self._run = wandb.init(
            project=_PROJECT,
            dir=str(folder),
            id=_name(notes, "wandb", lambda: secrets.token_hex(4)),
            resume="allow",
            mode=os.environ.get("WANDB_MODE", "offline"),
        )

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        self._run.finish()


class _Mlflow:
    def __init__(self, notes: Path, *, step: int) -> None:
        import mlflow

        where = os.environ.get("MLFLOW_TRACKING_URI") or (notes / "mlflow").resolve().as_uri()
        self._client = mlflow.MlflowClient(tracking_uri=where)
        self._name = _name(notes, "mlflow", self._new)
        self._step = step

    def _new(self) -> str:
        found = self._client.get_experiment_by_name(_PROJECT)
        experiment = self._client.create_experiment(_PROJECT) if found is None else found.experiment_id
        return str(self._client.create_run(experiment).info.run_id)

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            if math.isfinite(value):
                self._client.log_metric(self._name, name, value, step=step)

    def close(self) -> None:
        self._client.set_terminated(self._name)


_TRACKERS: dict[str, Callable[..., Tracker]] = {"tensorboard": _TensorBoard, "wandb": _Wandb, "mlflow": _Mlflow}


class Tracking:
    """Trackers by name; each of them goes on until it fails.

    Args:
        names: `tensorboard`, `wandb`, `mlflow`.
        notes: their files lie in it.
        step: where training goes on; later figures come again.
        run: is told when a tracker fails.
    """

    def __init__(self, names: Sequence[str], notes: Path, *, step: int, run: "Run") -> None:
        self._run, self._open = run, dict[str, Tracker]()
        for name in dict.fromkeys(names):
            made = self._tried(name, lambda name=name: _TRACKERS[name](notes, step=step))  # type: ignore[misc]
            if made is not None:
                self._open[name] = made

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Hand the figures of a step to all that still work."""
        for name, tracker in list(self._open.items()):
            self._tried(name, lambda tracker=tracker: tracker.figures(step, values))  # type: ignore[misc]

    def close(self) -> None:
        """Let all write what is left."""
        for name, tracker in list(self._open.items()):
            self._tried(name, tracker.close)

    def _tried(self, name: str, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except ImportError:
            said = (
                f"pip install 'leafout[tracking]' {name}"
                if name != "tensorboard"
                else "pip install 'leafout[tracking]'"
            )
            self._run.say(f"`{name}` is not installed and gets no figures: {said}")
        except Exception as error:  # noqa: BLE001 - a tracker may raise anything, and no training ends for its sake
            self._run.say(f"`{name}` failed and gets no more figures: {type(error).__name__}: {str(error)[:200]}")
        self._open.pop(name, None)
        return None


def _name(notes: Path, tracker: str, make: Callable[[], str]) -> str:
    path = notes / NAMES
    try:
        names = {str(name): str(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        names = {}
    if tracker not in names:
        write_json(path, {**names, tracker: make()})
        names = json.loads(path.read_text(encoding="utf-8"))
    return names[tracker]
