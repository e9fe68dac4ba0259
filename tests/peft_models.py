"""What peft answers with an adapter that we wrote, and models that have learnt at random."""

import warnings
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from leafout.models.heads import Classifier
from leafout.models.load import classifier_from
from leafout.models.stream import Stream
from leafout.tasks.example import Example, collate

Model = TypeVar("Model", bound=nn.Module)


def stirred(model: Model, *, by: float = 0.1, seed: int = 0) -> Model:
    """Add noise to all that is trained."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * by)
    return model.eval()


def lean(folder: Path, *, labels: int = 2) -> Classifier:
    """A classifier of ours with a fresh head and without dropout."""
    return classifier_from(folder, labels, 3, dropout=0.0)


def logits(model: nn.Module, rows: list[Example]) -> NDArray[np.float32]:
    """What a model over streams answers."""
    with torch.no_grad():
        found: Tensor = model(Stream.of(collate(rows)))
    array: NDArray[np.float32] = found.numpy()
    return array


def farthest(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """The largest difference of two arrays."""
    return float(np.abs(first - second).max())


def peft_logits(base: Path, adapter: Path, rows: list[Example], *, labels: int = 2) -> NDArray[np.float32]:
    """What peft makes of a base model and an adapter, one row at a time."""
    from peft import PeftModel
    from transformers import AutoModelForSequenceClassification

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            base, num_labels=labels, ignore_mismatched_sizes=True
        )
        model = PeftModel.from_pretrained(model, adapter).eval()
        with torch.no_grad():
            found = [model(**_inputs(row, model)).logits[0] for row in rows]
    array: NDArray[np.float32] = torch.stack(found).numpy()
    return array


def _inputs(row: Example, model: Any) -> dict[str, Tensor]:
    inputs = {"input_ids": torch.tensor(row.ids, dtype=torch.long)[None]}
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if getattr(model.config, "type_vocab_size", 0) > 1:
        inputs["token_type_ids"] = torch.tensor(row.segments, dtype=torch.long)[None]
    return inputs
