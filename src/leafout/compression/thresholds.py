"""The confidence below which a label is better not given, chosen on validation rows.

Legend: N rows, L labels.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.classify import softmax


def thresholds(
    logits_NL: NDArray[np.float32], true_N: NDArray[np.int64], labels: Sequence[str], *, precision: float
) -> dict[str, float]:
    """The least confidence for each label at which its answers are right often enough.

    For each label, its answers are sorted by confidence; the threshold is the lowest confidence such that, of all
    answers at or above it, the asked-for fraction is right. It is fitted, so that the same fraction on new text comes
    out a little lower, the more so the fewer rows there are.

    Args:
        logits_NL: of the release, on validation rows.
        true_N: the index of each true label.
        labels: the names.
        precision: the fraction that must be right.

    Returns:
        One threshold for each label that needs one; 1.0 where no answer can be trusted so far. A label that is right
        often enough at every confidence has none.
    """
    probabilities_NL = softmax(logits_NL)
    predicted_N = probabilities_NL.argmax(axis=1)
    confidence_N = probabilities_NL.max(axis=1)
    found: dict[str, float] = {}
    for place, label in enumerate(labels):
        is_label_N = predicted_N == place
        threshold = _threshold(confidence_N[is_label_N], true_N[is_label_N] == place, precision)
        if threshold > 0:
            found[label] = threshold
    return found


def _threshold(confidence_N: NDArray[np.float64], is_right_N: NDArray[np.bool_], precision: float) -> float:
    if not len(confidence_N):
        return 0.0
    order_N = np.argsort(-confidence_N, kind="stable")
    right_so_far_N = np.cumsum(is_right_N[order_N]) / np.arange(1, len(order_N) + 1)
    sorted_N = confidence_N[order_N]
    is_last_of_ties_N = np.append(sorted_N[1:] < sorted_N[:-1], True)
    good_N = np.flatnonzero((right_so_far_N >= precision) & is_last_of_ties_N)
    if not len(good_N):
        return 1.0
    if good_N[-1] == len(order_N) - 1:
        return 0.0
    return float(np.floor(sorted_N[good_N[-1]] * 1e6) / 1e6)
