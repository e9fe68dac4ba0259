"""Scores of a classifier, equal to scikit-learn's.

Legend: N rows, L labels, S leading axes (resamples), possibly none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PerClass:
    """Precision, recall and F1 of each label (0 where nothing can be said), and how many rows have it."""

    precision_L: Float64
    recall_L: Float64
    f1_L: Float64
    rows_L: Int64


def scores(true_N: NDArray[np.integer], predicted_N: NDArray[np.integer], num_labels: int) -> dict[str, float]:
    """`accuracy` and `macro_f1` of predicted against true label indices; nan for both where there is no row."""
    counts_LL = confusion(true_N, predicted_N, num_labels)
    return {"accuracy": float(accuracy(counts_LL)), "macro_f1": float(macro_f1(counts_LL))}


def confusion(true_N: NDArray[np.integer], predicted_N: NDArray[np.integer], num_labels: int) -> Int64:
    """Rows of each (true, predicted) pair of labels, as [L, L].

    Raises:
        ValueError: when an index is no label.
    """
    for name, values_N in (("true", true_N), ("predicted", predicted_N)):
        if len(values_N) and not (int(values_N.min()) >= 0 and int(values_N.max()) < num_labels):
            raise ValueError(f"a {name} index lies outside 0 to {num_labels - 1}")
    cells_N = true_N.astype(np.int64) * num_labels + predicted_N
    return np.bincount(cells_N, minlength=num_labels**2).reshape(num_labels, num_labels).astype(np.int64)


def accuracy(counts_SLL: NDArray[np.integer]) -> Float64:
    """The fraction of rows on the diagonal of each confusion matrix [..., L, L]."""
    right_S = np.trace(counts_SLL, axis1=-2, axis2=-1)
    return _quotient(right_S, counts_SLL.sum(axis=(-2, -1)), empty=np.nan)


def macro_f1(counts_SLL: NDArray[np.integer]) -> Float64:
    """The mean F1 of the labels that occur, as truth or as answer, in each confusion matrix [..., L, L].

    That is what scikit-learn's `f1_score(average="macro")` takes the mean over.
    """
    right_SL = np.diagonal(counts_SLL, axis1=-2, axis2=-1)
    seen_SL = counts_SLL.sum(axis=-1) + counts_SLL.sum(axis=-2)
    return mean_f1(right_SL, seen_SL)


def mean_f1(right_SL: NDArray[np.integer], seen_SL: NDArray[np.integer]) -> Float64:
    """Macro F1 from the right answers of each label and its rows plus its answers, along the last axis."""
    f1_SL = _quotient(2 * right_SL, seen_SL, empty=0.0)
    return _quotient(f1_SL.sum(axis=-1), (seen_SL > 0).sum(axis=-1), empty=np.nan)


def per_class(counts_LL: NDArray[np.integer]) -> PerClass:
    """The table of labels from a confusion matrix."""
    right_L = np.diagonal(counts_LL)
    rows_L, answers_L = counts_LL.sum(axis=1), counts_LL.sum(axis=0)
    return PerClass(
        precision_L=_quotient(right_L, answers_L, empty=0.0),
        recall_L=_quotient(right_L, rows_L, empty=0.0),
        f1_L=_quotient(2 * right_L, rows_L + answers_L, empty=0.0),
        rows_L=rows_L.astype(np.int64),
    )


def _quotient(above: NDArray[np.generic], below: NDArray[np.generic], *, empty: float) -> Float64:
    wide_above, wide_below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    result: Float64 = np.full(wide_below.shape, empty)
    np.divide(wide_above, wide_below, out=result, where=wide_below > 0)
    return result
