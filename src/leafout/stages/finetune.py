"""Finetune: a model for a task, from a pre-trained one and labelled rows."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.training.config import Stop
from leafout.training.methods.config import MethodTraining

if TYPE_CHECKING:
    from leafout.tasks.losses.classify import ClassifyObjective
    from leafout.training.finetuning import Lesson


class FinetuneConfig(MethodTraining):
    """Which task, and how it is taught."""

    task: Literal["classify"] = "classify"
    """`classify`: one label for each row."""
    init: Literal["pretrained", "random"] = "pretrained"
    """`random` draws the same architecture's weights anew: what pre-training bought is measured with it."""
    max_tokens: int = Field(default=0, ge=0)
    """Longer texts are cut; 0 takes as many tokens as the model can read, 512 at most."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """Share of hidden numbers dropped while training."""
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    """The rate of each layer as a fraction of the one above it; 1 trains all alike."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Probability that is given to all labels alike."""
    class_weights: Literal["none", "balanced"] = "none"
    """`balanced` weighs rare labels up."""
    best_on: Literal["macro_f1", "accuracy", "loss"] = "macro_f1"
    """The weights of the evaluation that is best in this figure of `val` are kept."""
    stop: Stop = Stop(patience=0)
    """When to end before the budget does."""

    @model_validator(mode="after")
    def _adapted_weights_mean_something(self) -> Self:
        if self.init == "random" and self.method != "full":
            raise ValueError(f"`method: {self.method}` learns beside pre-trained weights, `init: random` has none")
        return self


@stage(version=2, resumable=True, seeded=True)
def finetune(model: Path, rows: Path, *, out: Path, config: FinetuneConfig, run: Run = QUIET) -> dict[str, float]:
    """Teach a model a task; the weights that were best on `val` are kept.

    Args:
        model: a BERT that `pretrain` made, or any local Hugging Face folder.
        rows: a split artifact with labels.
        out: receives `config.json`, `model.safetensors`, `task.json` and the tokenizer; curves and plan in `notes/`;
            `adapter/` in peft's layout for a method other than `full`.
        config: see its fields.
        run: its seed decides the head's first weights, order and dropout.

    Returns:
        `val_accuracy`, `val_macro_f1`, `val_loss` of what was kept, `best_step`, `steps`, `tokens`, `labels`,
        `parameters`, `trainable`, `trainable_share`, and `merge_difference` of the logits.

    Raises:
        LeafoutError: when the rows have no labels, the model cannot be loaded, training goes astray, or a merged model
            would answer otherwise.
        Stopped: when asked to.
    """
    from leafout.core.device import device_of
    from leafout.tasks.classify import write_task
    from leafout.training.batches import Batches, evaluation_batches, fingerprint, work_of
    from leafout.training.checkpoint import num_parameters, weights_digest
    from leafout.training.finetuning import classifier, fitted, lesson, rate_of, save, sizes
    from leafout.training.job import Job
    from leafout.training.loop import forget_checkpoints, train
    from leafout.training.methods.merging import settled
    from leafout.training.tokenizer_files import copy_tokenizer

    device = device_of(run.device)
    taught = lesson(model, rows, max_tokens=config.max_tokens, run=run, taken=config.taken_positions)
    made = classifier(model, taught.task, pretrained=config.init == "pretrained", dropout=config.dropout, seed=run.seed)
    batches = Batches(taught.train, batch_tokens=config.batch_tokens, part_tokens=config.part_tokens, seed=run.seed)
    made, method = fitted(made, config, batches, seed=run.seed)
    data = fingerprint(*(values for side in (taught.train, taught.val) for values in (side.ids, side.labels_N)))
    job = Job(
        model=made.model.to(device),
        objective=_objective(taught, device, config),
        batches=batches,
        validation=lambda: evaluation_batches(taught.val, batch_tokens=config.batch_tokens),
        device=device,
        work=work_of(config.plain(), run.seed, data, weights_digest(made.model)),
        peak_rate=config.peak_rate or rate_of(made.width, pretrained=config.init == "pretrained", method=config.method),
        keep_best=True,
        layer_decay=config.layer_decay,
        num_layers=made.layers,
    )
    figures = train(job, out=out, config=config, run=run)
    figures |= sizes(made.model)
    merged, differences = settled(made.model, method, out, batches=job.validation, device=device)
    save(merged, out, labels=taught.task.labels)
    write_task(taught.task, out)
    copy_tokenizer(model, out)
    forget_checkpoints(out)
    counts = {"labels": float(len(taught.task.labels)), "parameters": num_parameters(merged)}
    return {**figures, **differences, **counts}


def _objective(taught: "Lesson", device: str, config: FinetuneConfig) -> "ClassifyObjective":
    from leafout.tasks.losses.classify import ClassifyObjective
    from leafout.training.finetuning import class_weights

    weights_L = class_weights(taught) if config.class_weights == "balanced" else None
    return ClassifyObjective(
        taught.task, device=device, goal=config.best_on, smoothing=config.label_smoothing, weights_L=weights_L
    )
