"""The floor of a classifier: what a linear model over n-grams reaches on the same rows, fitted in seconds.

Such a floor is hard to beat on topics and reviews (Wang and Manning 2012; Joulin et al. 2017); a language model that
does not has learned nothing that counting words would not have found.

Legend: N rows, L labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafout.evaluation.linear import MAX_WEIGHTS, Linear, fit
from leafout.evaluation.ngrams import Columns, SparseRows, columns_of, grams, rows_of
from leafout.metrics.classify import scores

STRENGTHS = (0.5, 2.0, 8.0, 32.0)
"""The values of C that are tried, from the strongest penalty to the weakest."""
_STRENGTH_WITHOUT_VAL = 2.0
_FEW_TEXTS = 1000
_MAX_COLUMNS = 1 << 20


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts, second texts of pairs or None, and the index of each label."""

    texts: Sequence[str]
    pairs: Sequence[str] | None
    labels_N: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Floor:
    """A fitted floor.

    Attributes:
        columns, model: what it reads and how it weighs it.
        c: the strength that was best on `val`.
        num_train: rows it was fitted on.
        val_macro_f1: on `val`; None where there is none.
    """

    columns: Columns
    model: Linear
    c: float
    num_train: int
    val_macro_f1: float | None

    def logits(self, texts: Sequence[str], pairs: Sequence[str] | None) -> NDArray[np.float64]:
        """Logits [N, L]."""
        return self.model.logits(_rows(texts, pairs, self.columns))


def fit_floor(train: LabelledTexts, val: LabelledTexts | None, num_labels: int) -> Floor:
    """Fit the floor; the penalty is the one that is best on `val` by macro F1, the stronger where two are equal.

    Args:
        train: what it learns from; at least one row.
        val: what chooses the penalty; None or empty takes a middle one.
        num_labels: L.
    """
    found = grams(train.texts, train.pairs)
    least = 2 if len(train) >= _FEW_TEXTS else 1
    most = min(_MAX_COLUMNS, max(MAX_WEIGHTS // num_labels, 1))
    columns = columns_of(found, len(train), least_texts=least, most=most)
    rows = rows_of(found, len(train), columns)
    has_val = val is not None and len(val) > 0
    val_rows = _rows(val.texts, val.pairs, columns) if val is not None and has_val else None
    best: tuple[float, float, Linear] | None = None
    model: Linear | None = None
    for c in STRENGTHS if has_val else (_STRENGTH_WITHOUT_VAL,):
        model = fit(rows, train.labels_N, num_columns=len(columns.keys_D), num_labels=num_labels, c=c, start=model)
        score = 0.0
        if val is not None and val_rows is not None:
            score = scores(val.labels_N, model.logits(val_rows).argmax(axis=1), num_labels)["macro_f1"]
        if best is None or score > best[0]:
            best = (score, c, model)
    assert best is not None
    return Floor(columns, best[2], best[1], len(train), best[0] if has_val else None)


def _rows(texts: Sequence[str], pairs: Sequence[str] | None, columns: Columns) -> SparseRows:
    return rows_of(grams(texts, pairs), len(texts), columns)
