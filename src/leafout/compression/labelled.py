"""Labelled rows of one part of a split, as plain lists."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.compression.probes import PROBES
from leafout.core.errors import LeafoutError
from leafout.inference.release import Release
from leafout.tasks.classify import Classify


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows in their order.

    Attributes:
        texts, pairs: first texts, and second ones where the task takes two.
        labels: the index of each label; -1 for one that the task does not know.
        languages: of each row; empty where that is not known.
    """

    texts: list[str]
    pairs: list[str] | None
    labels: NDArray[np.int64]
    languages: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, places: NDArray[np.int64]) -> "Labelled":
        """Some of the rows."""
        chosen = places.tolist()
        return Labelled(
            texts=[self.texts[place] for place in chosen],
            pairs=None if self.pairs is None else [self.pairs[place] for place in chosen],
            labels=self.labels[places],
            languages=[self.languages[place] for place in chosen],
        )

    def sample(self, num_rows: int, *, seed: int) -> "Labelled":
        """At most so many rows, drawn without repeats, in their order; 0 takes all."""
        if num_rows == 0 or num_rows >= len(self):
            return self
        places = np.random.default_rng(seed).choice(len(self), num_rows, replace=False)
        return self.at(np.sort(places).astype(np.int64))

    def known(self) -> "Labelled":
        """The rows whose label the task knows."""
        return self.at(np.flatnonzero(self.labels >= 0).astype(np.int64))


def read_labelled(rows: Path, part: str, task: Classify) -> Labelled:
    """Read `train`, `val` or `test` of a split artifact.

    Raises:
        LeafoutError: when the part is absent or empty, or has no second texts for a task of pairs.
    """
    from leafout.corpus.documents import read_table

    folder = _part(rows, part)
    table = read_table(folder, columns=["text", "text_b", "label", "language"])
    texts, labels = table["text"].to_pylist(), table["label"].to_pylist()
    pairs = [text or "" for text in table["text_b"].to_pylist()] if task.pair else None
    languages = [language or "" for language in table["language"].to_pylist()]
    found = Labelled(texts, pairs, task.indices([label or "" for label in labels]), languages).known()
    if not len(found):
        message = f"none of the {len(texts)} rows of `{part}` has a label that the model knows"
        known = ", ".join(task.labels[:10])
        raise LeafoutError(message, where=str(folder), hint=f"the model's labels: {known}")
    return found


def validation(rows: Path | None, release: Release) -> Labelled:
    """The `val` rows of a split, or the probes without labels where there is none."""
    if rows is not None:
        return read_labelled(rows, "val", Classify(release.labels, release.max_tokens, release.pair))
    texts = list(PROBES)
    pairs = texts[1:] + texts[:1] if release.pair else None
    return Labelled(texts, pairs, np.full(len(texts), -1, np.int64), [""] * len(texts))


def some_texts(rows: Path | None, num_rows: int, *, seed: int) -> list[str]:
    """Texts of `val`, drawn without repeats and in their order (0 takes all), or the probes where there is no split."""
    if rows is None:
        return list(PROBES)
    from leafout.corpus.documents import read_table

    texts: list[str] = read_table(_part(rows, "val"), columns=["text"])["text"].to_pylist()
    unlabelled = Labelled(texts, None, np.full(len(texts), -1, np.int64), [""] * len(texts))
    return unlabelled.sample(num_rows, seed=seed).texts or list(PROBES)


def _part(rows: Path, part: str) -> Path:
    if not (rows / part).is_dir():
        hint = "give the output of `leafout split`"
        raise LeafoutError(f"there is no `{part}` in the rows", where=str(rows), hint=hint)
    return rows / part
