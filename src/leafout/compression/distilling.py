"""What distilling is made of: the full model and its rows, and the student cut out of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from leafout.compression.layers import Keep, drop_layers, kept_layers, num_layers_of
from leafout.core.device import cores
from leafout.models.heads import Classifier
from leafout.models.load import load_classifier
from leafout.tasks.classify import Classify, read_task
from leafout.tasks.losses.classify import classified
from leafout.tasks.rows import Rows
from leafout.tokenization.load import load_tokenizer
from leafout.training.batches import evaluation_batches
from leafout.training.labelled import encoded, read_part
from leafout.training.loop import CHECKPOINTS
from leafout.training.repeatable import repeatable

if TYPE_CHECKING:
    from leafout.core.run import Run

_BATCH_TOKENS = 4096


@dataclass(frozen=True)
class Full:
    """The full model, its task, and the rows that its student learns from."""

    model: Classifier
    task: Classify
    train: Rows
    val: Rows
    device: str

    def scores(self, model: Classifier) -> dict[str, float]:
        """Accuracy and macro F1 of a model on `val`, in float32."""
        with repeatable(cores()), torch.no_grad():
            batches = evaluation_batches(self.val, batch_tokens=_BATCH_TOKENS)
            found = classified(self.task, model.eval(), batches, self.device)
        return {name: found[name] for name in ("accuracy", "macro_f1")}


def full_model(model: Path, rows: Path, *, device: str, run: "Run") -> Full:
    """Load the full model and its rows.

    Raises:
        LeafoutError: when the folder is no BERT classifier, or the rows do not fit it.
    """
    task, tokenizer = read_task(model), load_tokenizer(model)
    train, val = (encoded(read_part(rows, part, run), task, tokenizer, run) for part in ("train", "val"))
    return Full(load_classifier(model, dropout=0.0).to(device), task, train, val, device)


def cut_model(model: Path, out: Path, *, wanted: int, keep: Keep, dropout: float) -> Classifier:
    """The student before it has learnt: some layers of the full model.

    Args:
        model: the full model's folder.
        out: the stage's folder; the cut lies in it for a moment.
        wanted: how many layers stay; 0 keeps half of them.
        keep: which.
        dropout: while training.

    Raises:
        LeafoutError: when there are not so many layers.
    """
    layers = num_layers_of(model)
    cut = out / CHECKPOINTS / "cut"
    drop_layers(model, kept_layers(layers, wanted or max(1, layers // 2), keep), cut)
    student = load_classifier(cut, dropout=dropout)
    shutil.rmtree(cut)
    return student
