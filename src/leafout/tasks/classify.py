"""Classify: a text, or a pair of texts, gets one of several labels.

Legend: N rows, L labels.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.tasks.example import Example

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TASK_FILE = "task.json"
MAX_LABELS = 100_000
MAX_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a classifier says of one text.

    Attributes:
        label: the likeliest label.
        confidence: its probability.
        probabilities: one for each label of the task, in the task's order.
    """

    label: str
    confidence: float
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Classify:
    """The face of a single-label task: text in, label out; no torch.

    Attributes:
        labels: the names, in the order of the model's outputs.
        max_tokens: longer texts are cut, special tokens included.
        pair: whether a row is two texts.
    """

    labels: tuple[str, ...]
    max_tokens: int
    pair: bool = False

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None, tokenizer: "Tokenizer") -> list[Example]:
        """Turn texts into examples without labels; `index` is the place in `texts`."""
        from leafout.tokenization.encode import encode

        encoded = encode(tokenizer, texts, pairs, max_tokens=self.max_tokens)
        rows = zip(encoded.ids, encoded.segments, strict=True)
        return [Example(ids, segments, index=index) for index, (ids, segments) in enumerate(rows)]

    def decode(self, logits_NL: NDArray[np.floating]) -> list[Answer]:
        """Turn logits into answers."""
        probabilities_NL = softmax(logits_NL)
        best_N = probabilities_NL.argmax(axis=1)
        rows = zip(best_N.tolist(), probabilities_NL.tolist(), strict=True)
        return [Answer(self.labels[best], row[best], tuple(row)) for best, row in rows]

    def score(self, logits_NL: NDArray[np.floating], true_N: NDArray[np.integer]) -> dict[str, float]:
        """Accuracy, macro F1 and their like of logits against true label indices."""
        from leafout.metrics.classify import scores

        return dict(scores(true_N, logits_NL.argmax(axis=1), len(self.labels)))

    def indices(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """The index of each label; -1 for a label the task does not know."""
        places = {label: place for place, label in enumerate(self.labels)}
        return np.fromiter((places.get(label, -1) for label in labels), np.int64, len(labels))


def softmax(logits_NL: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities of each row, in double precision and without overflow."""
    shifted_NL = logits_NL.astype(np.float64) - logits_NL.max(axis=1, keepdims=True)
    powers_NL = np.exp(shifted_NL)
    quotients_NL: NDArray[np.float64] = powers_NL / powers_NL.sum(axis=1, keepdims=True)
    return quotients_NL


def write_task(task: Classify, folder: Path) -> None:
    """Write `task.json` into a model folder."""
    write_json(
        folder / TASK_FILE,
        {"task": "classify", "labels": list(task.labels), "max_tokens": task.max_tokens, "pair": task.pair},
    )


def read_task(folder: Path) -> Classify:
    """Read `task.json` of a model folder.

    Raises:
        LeafoutError: when there is none, or it is not one.
    """
    path = folder / TASK_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "give a model that `finetune` made, or fine-tune this one first"
        raise LeafoutError("the model has no task: no `task.json`", where=str(folder), hint=hint) from None
    except (ValueError, RecursionError) as error:
        raise LeafoutError(f"`task.json` is not JSON: {error}", where=str(path)) from None
    return task_of(values, where=str(path))


def task_of(values: Any, *, where: str = "") -> Classify:
    """The task that JSON values describe.

    Raises:
        LeafoutError: naming the first field that is wrong.
    """
    if not isinstance(values, dict) or values.get("task") != "classify":
        said = values.get("task") if isinstance(values, dict) else type(values).__name__
        raise LeafoutError(f"the task is {said!r}, and only `classify` is known", where=where)
    labels = values.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels):
        raise LeafoutError("`labels` is not a list of names", where=where)
    if not 2 <= len(labels) <= MAX_LABELS or len(set(labels)) != len(labels):
        raise LeafoutError(f"`labels` has {len(labels)} names, {len(set(labels))} of them different", where=where)
    max_tokens = values.get("max_tokens")
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool) or not 1 <= max_tokens <= MAX_TOKENS:
        raise LeafoutError(f"`max_tokens` is {max_tokens!r}, not a number from 1 to {MAX_TOKENS}", where=where)
    pair = values.get("pair", False)
    if not isinstance(pair, bool):
        raise LeafoutError(f"`pair` is {pair!r}, neither true nor false", where=where)
    return Classify(labels=tuple(labels), max_tokens=max_tokens, pair=pair)
