"""Compress: a smaller model, taught by the full one."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.training.config import TrainingConfig

if TYPE_CHECKING:
    from leafout.compression.distilling import Full
    from leafout.tasks.losses.distil import DistilObjective

RATE_BY_WIDTH = 0.08
"""Peak rate times width."""


class CompressConfig(TrainingConfig):
    """What is left out, and how the rest is taught."""

    layers: int = Field(default=0, ge=0)
    """How many layers stay; 0 keeps half of them."""
    keep: Literal["spread", "first"] | tuple[int, ...] = "spread"
    """Which: `spread` takes them evenly from first to last, `first` drops the top, or their numbers from 0."""
    temperature: float = Field(default=2.0, gt=0, le=100)
    """Softens the full model's answers."""
    teacher: float = Field(default=0.9, ge=0, le=1)
    """Weight of those answers; the rest goes to the labels."""
    hidden: float = Field(default=0.0, ge=0)
    """Weight of the full model's pooled hidden state, beside both."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of hidden numbers dropped while training."""
    best_on: Literal["macro_f1", "accuracy", "loss"] = "macro_f1"
    """The weights of the evaluation that is best in this figure of `val` are kept."""


@stage(version=2, resumable=True, seeded=True)
def compress(model: Path, rows: Path, *, out: Path, config: CompressConfig, run: Run = QUIET) -> dict[str, float]:
    """Drop layers and distil: what is left learns to answer as the full model does (Sanh et al. 2019).

    Args:
        model: a BERT classifier that `finetune` made.
        rows: a split artifact with labels.
        out: receives a model folder as `finetune` writes it; curves and plan in `notes/`.
        config: see its fields.
        run: its seed decides order and dropout.

    Returns:
        `val_*` of the distilled model, `full_*` of the full one and `cut_*` right after the cut; `layers`,
        `parameters` and `full_parameters`; `steps`, `tokens`.

    Raises:
        LeafoutError: when the model has not so many layers, or is no classifier.
        Stopped: when asked to.
    """
    from leafout.compression.distilling import cut_model, full_model
    from leafout.core.device import device_of
    from leafout.models.save import save_model
    from leafout.tasks.classify import write_task
    from leafout.training.batches import Batches, evaluation_batches, fingerprint, work_of
    from leafout.training.checkpoint import num_parameters, weights_digest
    from leafout.training.job import Job
    from leafout.training.loop import forget_checkpoints, train
    from leafout.training.tokenizer_files import copy_tokenizer

    device = device_of(run.device)
    full = full_model(model, rows, device=device, run=run)
    student = cut_model(model, out, wanted=config.layers, keep=config.keep, dropout=config.dropout).to(device)
    data = fingerprint(*(values for side in (full.train, full.val) for values in (side.ids, side.labels_N)))
    work = work_of(config.plain(), run.seed, data, weights_digest(full.model), weights_digest(student))
    sides = {"full": full.scores(full.model), "cut": full.scores(student)}
    job = Job(
        model=student,
        objective=_objective(full, config),
        batches=Batches(full.train, batch_tokens=config.batch_tokens, part_tokens=config.part_tokens, seed=run.seed),
        validation=lambda: evaluation_batches(full.val, batch_tokens=config.batch_tokens),
        device=device,
        work=work,
        peak_rate=config.peak_rate or RATE_BY_WIDTH / student.dims.width,
        keep_best=True,
    )
    figures = train(job, out=out, config=config, run=run)
    save_model(student, out, labels=full.task.labels)
    write_task(full.task, out)
    copy_tokenizer(model, out)
    forget_checkpoints(out)
    sizes = {"full_parameters": num_parameters(full.model), "parameters": num_parameters(student)}
    scores = {f"{side}_{name}": value for side, found in sides.items() for name, value in found.items()}
    return {**figures, **scores, **sizes, "layers": float(student.dims.layers)}


def _objective(full: "Full", config: CompressConfig) -> "DistilObjective":
    from leafout.tasks.losses.distil import DistilObjective

    return DistilObjective(
        full.model,
        full.task,
        device=full.device,
        goal=config.best_on,
        temperature=config.temperature,
        teacher=config.teacher,
        hidden=config.hidden,
    )
