"""What fine-tuning is made of: labelled rows as tokens, and a classifier to start from.

Legend: L labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from leafout.core.errors import LeafoutError
from leafout.models.adapters.unmerged import refuse_unmerged
from leafout.models.config import ENCODERS
from leafout.models.load import classifier_from, dims_in, is_ours
from leafout.models.new import random_classifier
from leafout.models.save import save_model
from leafout.tasks.classify import Classify
from leafout.tasks.rows import Rows
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.special import special_tokens
from leafout.training.batches import Batches
from leafout.training.checkpoint import num_parameters, num_trained
from leafout.training.foreign import ForeignClassifier, foreign_classifier, max_positions
from leafout.training.labelled import balanced_weights, encoded, label_set, read_part
from leafout.training.methods.config import MethodTraining
from leafout.training.methods.method import LARGEST_RATE, RATES, Method, method_of

if TYPE_CHECKING:
    from leafout.core.run import Run

LONGEST_TOKENS, LEAST_TOKENS = 512, 8
_RATE_BY_WIDTH = 1.45
"""Peak rate times width to the power of 1.5: 0.001 for a width of 128, 0.00035 for 256, 0.00007 for 768.

The ends: what small models did best with here, and what large ones are published with (Devlin et al. 2019, A.3).
"""
_FRESH_RATE_BY_WIDTH = 0.16
"""Peak rate times width, of fresh weights."""


@dataclass(frozen=True)
class Lesson:
    """A task, and its rows."""

    task: Classify
    train: Rows
    val: Rows


@dataclass(frozen=True)
class Made:
    """A classifier to start from, and its shape."""

    model: nn.Module
    layers: int
    width: int


def lesson(model: Path, rows: Path, *, max_tokens: int, run: "Run", taken: int = 0) -> Lesson:
    """The rows of a split as tokens of a model.

    Args:
        model: whose tokenizer and positions they fit.
        rows: the split.
        max_tokens: of a row; 0 takes what the model can read, 512 at most.
        run: is told what is left out.
        taken: positions that a prefix takes.

    Raises:
        LeafoutError: when a part is absent, labels are, or a prefix leaves no room for a text.
    """
    train, val = (read_part(rows, part, run) for part in ("train", "val"))
    left = max_positions(model) - taken
    if left < LEAST_TOKENS:
        message = f"a prefix of {taken} tokens leaves {left} of {left + taken} positions for a text"
        raise LeafoutError(message, where="[prefix.tokens]", hint=f"leave {LEAST_TOKENS} at least")
    limit = min(left, max_tokens or LONGEST_TOKENS)
    task = Classify(labels=label_set(train, rows), max_tokens=limit, pair=train.pairs is not None)
    tokenizer = load_tokenizer(model)
    return Lesson(task, encoded(train, task, tokenizer, run), encoded(val, task, tokenizer, run))


def classifier(model: Path, task: Classify, *, pretrained: bool, dropout: float, seed: int) -> Made:
    """A classifier with a fresh head: an encoder of ours, any other architecture is computed by transformers.

    Args:
        model: the folder.
        task: its labels.
        pretrained: take the folder's weights; else all are fresh.
        dropout: while training.
        seed: of the fresh weights.

    Raises:
        LeafoutError: when the folder holds no model that can be loaded, or its weights alone are not the model.
    """
    refuse_unmerged(model, why="it cannot be the start of another training")
    if is_ours(model, *ENCODERS):
        dims = replace(dims_in(model), dropout=dropout)
        if pretrained:
            return Made(classifier_from(model, len(task.labels), seed, dropout=dropout), dims.layers, dims.width)
        return Made(random_classifier(dims, len(task.labels), seed), dims.layers, dims.width)
    foreign = foreign_classifier(
        model, task.labels, pad_id=special_tokens(model).pad_id, seed=seed, pretrained=pretrained, dropout=dropout
    )
    found: Any = foreign.model.config
    return Made(foreign, layers=int(found.num_hidden_layers), width=int(found.hidden_size))


def fitted(made: Made, config: MethodTraining, batches: Batches, *, seed: int) -> tuple[Made, Method]:
    """A classifier prepared for the method that a config asks for.

    Args:
        made: the classifier; changed in place too.
        config: method and budget.
        batches: of the training part.
        seed: of first weights.

    Raises:
        LeafoutError: when the method has no place in this model.
    """
    steps = batches.steps_of(config.budget) if config.budget.minutes is None else 0
    method = method_of(config, made.model, seed=seed, steps=steps)
    return replace(made, model=method.fit_into(made.model)), method


def sizes(model: nn.Module) -> dict[str, float]:
    """How many parameters of a fitted model are `trainable`, and their share of all."""
    trainable = num_trained(model)
    return {"trainable": trainable, "trainable_share": trainable / num_parameters(model)}


def rate_of(width: int, *, pretrained: bool, method: str = "full") -> float:
    """The peak rate for a width; fresh weights take as much or more, small modules a multiple of it, up to a bound."""
    fresh = _FRESH_RATE_BY_WIDTH / width
    if not pretrained:
        return fresh
    full = float(min(_RATE_BY_WIDTH / width**1.5, fresh))
    return full if method == "full" else min(full * RATES[method], LARGEST_RATE)


def class_weights(taught: Lesson) -> torch.Tensor:
    """Weights of the labels [L], inverse to their share of the training rows."""
    return torch.from_numpy(balanced_weights(taught.train.labels_N, len(taught.task.labels)))


def save(model: nn.Module, out: Path, *, labels: Sequence[str]) -> None:
    """Write config and weights in Hugging Face layout."""
    if isinstance(model, ForeignClassifier):
        model.save(out)
    else:
        save_model(model, out, labels=labels)
