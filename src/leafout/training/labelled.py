"""Labelled rows of a split, encoded for training.

Legend: N rows, L labels.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.tasks.classify import Classify
from leafout.tasks.example import Example
from leafout.tasks.rows import Rows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from leafout.core.run import Run


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts of one part, their second texts where the rows are pairs, and their labels."""

    part: str
    texts: list[str]
    pairs: list[str] | None
    labels: list[str]


def read_part(rows: Path, part: str, run: "Run") -> LabelledTexts:
    """The labelled rows of `train` or `val`; how many have no label is said.

    Raises:
        LeafoutError: when the part is absent, or has no labelled row.
    """
    from leafout.corpus.documents import read_table

    folder = rows / part
    if not folder.is_dir():
        raise LeafoutError(f"there is no `{part}` in the rows", where=str(rows), hint="give the output of `split`")
    table = read_table(folder, columns=["text", "text_b", "label"])
    found = [row for row in table.to_pylist() if row["label"] is not None]
    if len(found) < table.num_rows:
        run.say(f"{table.num_rows - len(found)} of {table.num_rows} rows of `{part}` have no label and are left out")
    if not found:
        hint = "`collect` needs a column of labels: `columns: {label: ...}`"
        raise LeafoutError(f"no row of `{part}` has a label", where=str(folder), hint=hint)
    with_second = sum(row["text_b"] is not None for row in found)
    return LabelledTexts(
        part=part,
        texts=[row["text"] for row in found],
        pairs=[row["text_b"] or "" for row in found] if with_second else None,
        labels=[row["label"] for row in found],
    )


def label_set(train: LabelledTexts, rows: Path) -> tuple[str, ...]:
    """The labels of the training rows, sorted.

    Raises:
        LeafoutError: when there is only one.
    """
    labels = tuple(sorted(set(train.labels)))
    if len(labels) < 2:
        message = f"all {len(train.labels)} rows of `train` have the label `{labels[0]}`"
        raise LeafoutError(message, where=str(rows), hint="a classifier needs rows of at least two labels")
    return labels


def encoded(texts: LabelledTexts, task: Classify, tokenizer: "Tokenizer", run: "Run") -> Rows:
    """Rows as tokens; how many were cut at `max_tokens`, and how many have a label that `train` lacks, is said.

    Raises:
        LeafoutError: when no row is left.
    """
    from leafout.tokenization.encode import encode

    found = encode(tokenizer, texts.texts, texts.pairs if task.pair else None, max_tokens=task.max_tokens)
    cut = int(found.truncated.sum())
    if cut:
        run.say(f"{cut} of {len(texts.texts)} rows of `{texts.part}` were cut at {task.max_tokens} tokens")
    labels_N = task.indices(texts.labels)
    unknown = int((labels_N < 0).sum())
    if unknown:
        run.say(f"{unknown} rows of `{texts.part}` have a label that the model does not know and are left out")
    if unknown == len(labels_N):
        raise LeafoutError(
            f"no row of `{texts.part}` has a label that the model knows", hint=", ".join(task.labels[:10])
        )
    parts = zip(found.ids, found.segments, labels_N.tolist(), strict=True)
    return Rows([Example(ids, segments, label=label) for ids, segments, label in parts if label >= 0])


def balanced_weights(labels_N: NDArray[np.integer], num_labels: int) -> NDArray[np.float32]:
    """A weight for each label, inverse to its share of the rows; their mean over the rows is 1."""
    counts_L = np.bincount(labels_N, minlength=num_labels)
    weights_L: NDArray[np.float32] = (len(labels_N) / (num_labels * np.maximum(counts_L, 1))).astype(np.float32)
    return weights_L


def label_shares(labels: Sequence[str]) -> dict[str, float]:
    """The fraction of the rows that each label has, the largest first."""
    return {label: count / len(labels) for label, count in Counter(labels).most_common()}
