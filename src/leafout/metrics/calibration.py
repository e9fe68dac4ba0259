"""How far a classifier's confidence can be believed.

Legend: N rows, L labels, K bins.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leafout.metrics.classify import Float64, Int64

NUM_BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """Rows parted by confidence into bins of equal width, `edges_K1[k] < confidence <= edges_K1[k + 1]`.

    Attributes:
        edges_K1: from 0 to 1.
        rows_K: rows in each bin.
        confidence_K, accuracy_K: their means in each bin; 0 in an empty one.
    """

    edges_K1: Float64
    rows_K: Int64
    confidence_K: Float64
    accuracy_K: Float64

    @property
    def ece(self) -> float:
        """The expected calibration error (Naeini et al. 2015; Guo et al. 2017): the mean gap, rows counted."""
        gaps_K = np.abs(self.confidence_K - self.accuracy_K) * self.rows_K
        return float(gaps_K.sum() / max(int(self.rows_K.sum()), 1))

    def plain(self) -> list[dict[str, float]]:
        """The bins for JSON, those with rows alone."""
        rows = zip(self.edges_K1[:-1], self.edges_K1[1:], self.rows_K, self.confidence_K, self.accuracy_K, strict=True)
        return [
            {
                "low": round(float(low), 6),
                "high": round(float(high), 6),
                "rows": int(count),
                "confidence": round(float(confidence), 6),
                "accuracy": round(float(accuracy), 6),
            }
            for low, high, count, confidence, accuracy in rows
            if count
        ]


def reliability(
    confidence_N: NDArray[np.floating], is_right_N: NDArray[np.bool_], *, num_bins: int = NUM_BINS
) -> Reliability:
    """Part rows by confidence.

    Args:
        confidence_N: probability of the answer that was given, 0 to 1.
        is_right_N: whether it was right.
        num_bins: of equal width.
    """
    edges_K1 = np.linspace(0.0, 1.0, num_bins + 1)
    bin_N = np.clip(np.searchsorted(edges_K1, confidence_N, side="left") - 1, 0, num_bins - 1)
    rows_K = np.bincount(bin_N, minlength=num_bins).astype(np.int64)
    at_least_one_K = np.maximum(rows_K, 1)
    return Reliability(
        edges_K1=edges_K1,
        rows_K=rows_K,
        confidence_K=np.bincount(bin_N, confidence_N, minlength=num_bins) / at_least_one_K,
        accuracy_K=np.bincount(bin_N, is_right_N, minlength=num_bins) / at_least_one_K,
    )


def ece(confidence_N: NDArray[np.floating], is_right_N: NDArray[np.bool_], *, num_bins: int = NUM_BINS) -> float:
    """The expected calibration error; see `Reliability.ece`."""
    return reliability(confidence_N, is_right_N, num_bins=num_bins).ece


def brier(probabilities_NL: NDArray[np.floating], true_N: NDArray[np.integer]) -> Float64:
    """The squared distance of each row's probabilities from its truth (Brier 1950), [N]; 0 to 2, less is better."""
    right_N = probabilities_NL[np.arange(len(true_N)), true_N].astype(np.float64)
    squares_N = np.square(probabilities_NL, dtype=np.float64).sum(axis=1)
    return np.asarray(squares_N - 2 * right_N + 1, np.float64)


def log_loss(probabilities_NL: NDArray[np.floating], true_N: NDArray[np.integer]) -> Float64:
    """Minus the logarithm of the probability of each row's truth, [N], in nats; at most that of the least double."""
    right_N = probabilities_NL[np.arange(len(true_N)), true_N].astype(np.float64)
    return np.asarray(-np.log(np.maximum(right_N, np.finfo(np.float64).tiny)), np.float64)


def selective(confidence_N: NDArray[np.floating], is_right_N: NDArray[np.bool_]) -> tuple[Float64, Float64]:
    """The risk-coverage curve (El-Yaniv and Wiener 2010): coverage and accuracy when the surest rows alone answer.

    Returns:
        Coverage [N] and accuracy [N] of the 1, 2, ... N surest rows; equal confidences in the order given.
    """
    order_N = np.argsort(-confidence_N, kind="stable")
    count_N = np.arange(1, len(order_N) + 1)
    return count_N / max(len(order_N), 1), np.cumsum(is_right_N[order_N]) / count_N
