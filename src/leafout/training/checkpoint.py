"""Checkpoints that are whole or absent: written beside, fsynced, hashed, renamed; the newest that verifies goes on.

checkpoints/
  step-000000120/  model.safetensors, optimizer.safetensors, best.safetensors, state.json (with the sha256 of each),
                   by choice average.safetensors and calm.safetensors
  step-000000180/
  writing/         what a crash left; never read
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from leafout.core.digest import sha256_file
from leafout.core.durable import sync_folder, write_json
from leafout.core.faults import fault_point
from leafout.training.batches import Place, fingerprint
from leafout.training.optim import optimizer_tensors, restore_optimizer
from leafout.training.sharding import laid_like, whole_tensors

if TYPE_CHECKING:
    from torch import nn

    from leafout.core.run import Run

KEPT = 2
_STATE = "state.json"
Tensors = dict[str, torch.Tensor]


@dataclass(slots=True)
class State:
    """How far training is: everything but the tensors.

    Attributes:
        step: updates done, skipped ones included.
        place: where the next update's batch stands.
        tokens: read so far.
        bad_in_row, bad_steps: skipped updates, without a good one between, and in all.
        figures: of the last evaluation; empty before the first.
        best_step, best_figures: of the best evaluation so far.
        waited: evaluations since then.
        losses: of the last steps that were no spikes; `calm_losses` are those before the weights to go back to.
        spikes: steps whose loss jumped.
    """

    step: int = 0
    place: Place = field(default_factory=Place)
    tokens: int = 0
    bad_in_row: int = 0
    bad_steps: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    best_step: int = 0
    best_figures: dict[str, float] = field(default_factory=dict)
    waited: int = 0
    losses: list[float] = field(default_factory=list)
    calm_losses: list[float] = field(default_factory=list)
    spikes: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint holds besides weights and the optimizer's memory; see `save_checkpoint`."""

    state: State
    more: dict[str, Tensors]


def model_tensors(model: "nn.Module") -> Tensors:
    """What training changes, by name: parameters that are trained, each tied one once, and buffers."""
    named = [item for item in model.named_parameters() if item[1].requires_grad]
    return {name: values.detach() for name, values in [*named, *model.named_buffers()]}


def num_parameters(model: "nn.Module") -> float:
    """Weights of a model, tied ones counted once."""
    return float(sum(parameter.numel() for parameter in model.parameters()))


def num_trained(model: "nn.Module") -> float:
    """Those of them that training changes."""
    return float(sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad))


def weights_digest(model: "nn.Module") -> str:
    """The sha256 of all tensors of a model, those included that stand still."""
    tensors = {name: values.detach() for name, values in [*model.named_parameters(), *model.named_buffers()]}
    return fingerprint(*(tensors[name].cpu().numpy() for name in sorted(tensors)))


def load_tensors(model: "nn.Module", tensors: Mapping[str, torch.Tensor]) -> None:
    """Copy tensors by name into a model."""
    own = model_tensors(model)
    with torch.no_grad():
        for name, values in tensors.items():
            own[name].copy_(laid_like(values, own[name]))


def save_checkpoint(
    folder: Path,
    state: State,
    model: "nn.Module",
    optimizer: torch.optim.Optimizer,
    more: Mapping[str, Mapping[str, torch.Tensor]],
    *,
    write: bool = True,
) -> None:
    """Write a checkpoint and forget all but the last two.

    Args:
        folder: of all checkpoints; made when it is not there.
        state: its step names the checkpoint.
        model: whose tensors are saved.
        optimizer: whose memory is saved.
        more: further tensors by the name of their file: `best` of the best evaluation, `average` of the weights,
            `calm` of model and optimizer some steps before. Empty ones are not written.
        write: False only helps other processes to gather what is shared out among them.
    """
    groups = {"model": model_tensors(model), "optimizer": optimizer_tensors(model, optimizer)}
    groups |= {name: dict(tensors) for name, tensors in more.items() if tensors}
    groups = {name: whole_tensors(tensors, keep=write) for name, tensors in groups.items()}
    if not write:
        return
    writing, target = folder / "writing", folder / f"step-{state.step:09d}"
    shutil.rmtree(writing, ignore_errors=True)
    writing.mkdir(parents=True)
    files = {f"{name}.safetensors": _write(writing / f"{name}.safetensors", group) for name, group in groups.items()}
    write_json(writing / _STATE, {"state": asdict(state), "files": files})
    sync_folder(writing)
    fault_point("checkpoint.rename")
    shutil.rmtree(target, ignore_errors=True)
    writing.rename(target)
    sync_folder(folder)
    fault_point("checkpoint.clean")
    for _, old in _found(folder)[KEPT:]:
        shutil.rmtree(old)


def _write(path: Path, tensors: Tensors) -> str:
    from safetensors.torch import save_file

    save_file({name: values.contiguous() for name, values in tensors.items()}, path)
    with path.open("rb+") as file:
        if fault_point("checkpoint.write"):
            file.truncate(path.stat().st_size // 2)
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        os.fsync(file.fileno())
    fault_point("checkpoint.fsync")
    return sha256_file(path)


def load_checkpoint(
    folder: Path, model: "nn.Module", optimizer: torch.optim.Optimizer, run: "Run"
) -> Checkpoint | None:
    """Go back to the newest checkpoint whose every byte is as it was written.

    Args:
        folder: of all checkpoints.
        model: receives its tensors.
        optimizer: receives its memory.
        run: is told of damaged checkpoints.

    Returns:
        What is not in the model and the optimizer, or None where there is no checkpoint to go on from.
    """
    from safetensors.torch import load_file

    for step, path in _found(folder):
        state = _verified(path)
        if state is None:
            run.say(f"the checkpoint of step {step} is damaged and left out")
            continue
        load_tensors(model, load_file(path / "model.safetensors"))
        restore_optimizer(model, optimizer, load_file(path / "optimizer.safetensors"))
        there = {file.stem: file for file in path.glob("*.safetensors")}
        return Checkpoint(state, {name: load_file(there[name]) for name in there.keys() - {"model", "optimizer"}})
    return None


def _found(folder: Path) -> list[tuple[int, Path]]:
    """Step and folder of each checkpoint, newest first."""
    return sorted(((int(path.name[5:]), path) for path in _named(folder)), reverse=True)


def _named(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.glob("step-*") if path.name[5:].isdigit())


def _verified(path: Path) -> State | None:
    try:
        values: Any = json.loads((path / _STATE).read_text(encoding="utf-8"))
        if any(sha256_file(path / name) != sha256 for name, sha256 in values["files"].items()):
            return None
        state = dict(values["state"])
        return State(**{**state, "place": Place(**state["place"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
