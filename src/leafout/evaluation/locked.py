"""The rows of an exam: the test part of a split, unchanged since it was locked.

Legend: N rows.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.evaluation.floor import LabelledTexts
from leafout.tasks.classify import Classify
from leafout.text.language import language

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ["id", "text", "text_b", "label", "source", "line", "language"]


@dataclass(frozen=True, slots=True)
class ExamRows:
    """What a classifier is asked.

    Attributes:
        ids, texts, pairs, sources, lines: of the rows; `pairs` is None for a task of single texts.
        languages: as the row says, or as its scripts do.
        labels_N: the index of each true label.
        num_read: rows of the part.
        num_unlabelled: of them without a label, left out.
        unknown: rows of each label that the release does not have, left out.
    """

    ids: list[str]
    texts: list[str]
    pairs: list[str] | None
    sources: list[str]
    lines: list[int | None]
    languages: list[str]
    labels_N: NDArray[np.int64]
    num_read: int
    num_unlabelled: int
    unknown: dict[str, int]

    def __len__(self) -> int:
        return len(self.ids)


def read_locked(rows: Path, *, deleaked: bool = False) -> "tuple[pa.Table, str]":
    """The test part of a split and the digest that locks it.

    Args:
        rows: a split.
        deleaked: its test without rows that stand in its train or val too, instead of the test as it is.

    Raises:
        LeafoutError: when the folder is no split, its test part is empty, or is not the one that was locked.
    """
    from leafout.corpus.documents import read_table
    from leafout.corpus.splits import content_digest

    if not (rows / "split.json").is_file() or not (rows / "test").is_dir():
        hint = "give the output of `leafout split`; an exam needs its locked `test`"
        raise LeafoutError("the rows are no split with a locked test part", where=str(rows), hint=hint)
    about, part = read_object(rows / "split.json"), rows / "test"
    wanted = about.get("test_digest")
    if deleaked:
        part, wanted = rows / "test_deleaked", (about.get("test_deleaked") or {}).get("digest")
        if wanted is None or not part.is_dir():
            hint = "split with `method: fixed, leaks: from_test`; other methods let no copy cross"
            raise LeafoutError("the split has no de-leaked test", where=str(rows), hint=hint)
    table = read_table(part, columns=_COLUMNS)
    if not table.num_rows:
        raise LeafoutError("the test part is empty", where=str(part), hint="split with `test: 0.1`")
    found = content_digest(table)
    if found != wanted:
        message = f"the test rows are not the ones that were locked: their digest is {found[:12]}, not"
        hint = "someone changed them; run `split` again"
        raise LeafoutError(f"{message} {str(wanted)[:12]}", where=str(part), hint=hint)
    return table, found


def exam_rows(table: "pa.Table", task: Classify, *, max_rows: int, seed: int) -> ExamRows:
    """The rows that a classifier can be asked: those whose label it knows.

    Args:
        table: the locked part.
        task: labels and whether rows are pairs.
        max_rows: at most so many, drawn without repeats and in their order; 0 takes all.
        seed: of the draw.

    Raises:
        LeafoutError: when there is none.
    """
    columns = {name: table[name].to_pylist() for name in _COLUMNS}
    index_N = task.indices([label or "" for label in columns["label"]])
    has_label = np.array([label is not None for label in columns["label"]])
    unknown = Counter(label for label, index in zip(columns["label"], index_N, strict=True) if label and index < 0)
    places = chosen(np.flatnonzero(index_N >= 0), max_rows, seed=seed)
    if not len(places):
        message = f"none of the {table.num_rows} test rows has a label that the release knows"
        seen = ", ".join(f"`{label}`" for label, _ in unknown.most_common(5)) or "none at all"
        known = ", ".join(f"`{label}`" for label in task.labels[:5])
        raise LeafoutError(message, hint=f"the rows say {seen}; the release says {known}")
    taken = {name: [values[place] for place in places] for name, values in columns.items()}
    given = zip(taken["language"], taken["text"], strict=True)
    return ExamRows(
        ids=taken["id"],
        texts=taken["text"],
        pairs=[text or "" for text in taken["text_b"]] if task.pair else None,
        sources=[source or "" for source in taken["source"]],
        lines=taken["line"],
        languages=[said or language(text) for said, text in given],
        labels_N=index_N[places],
        num_read=table.num_rows,
        num_unlabelled=int((~has_label).sum()),
        unknown=dict(sorted(unknown.items())),
    )


def labelled_part(rows: Path, part: str, task: Classify, *, max_rows: int, seed: int) -> LabelledTexts:
    """`train` or `val` of a split for the floor: rows whose label the task knows; none where the part is absent."""
    from leafout.corpus.documents import read_table

    if not (rows / part).is_dir():
        return LabelledTexts([], [] if task.pair else None, np.zeros(0, np.int64))
    table = read_table(rows / part, columns=["text", "text_b", "label"])
    labels_N = task.indices([label or "" for label in table["label"].to_pylist()])
    places = chosen(np.flatnonzero(labels_N >= 0), max_rows, seed=seed)
    texts, pairs = table["text"].to_pylist(), table["text_b"].to_pylist()
    return LabelledTexts(
        [texts[place] for place in places],
        [pairs[place] or "" for place in places] if task.pair else None,
        labels_N[places],
    )


def chosen(places_N: NDArray[np.int64], most: int, *, seed: int) -> NDArray[np.int64]:
    """At most so many places, drawn without repeats and in their order; 0 takes all."""
    if not most or len(places_N) <= most:
        return places_N
    return np.sort(np.random.default_rng((seed, 0xE8A3)).choice(places_N, most, replace=False))
