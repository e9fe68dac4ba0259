"""Multinomial logistic regression over sparse rows: L-BFGS (Liu and Nocedal 1989), deterministic.

Minimises `mean loss + |weights|^2 / (2 C N)`, which is scikit-learn's `LogisticRegression(C=C)` for three or more
labels; intercepts go free of the penalty. Each weight is measured in units of its own curvature (how often its n-gram
occurs), which saves three steps of four.

Legend: N rows, E entries of sparse rows, D columns, K labels, P parameters (weights, then intercepts).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafout.evaluation.ngrams import SparseRows

Float64 = NDArray[np.float64]
Objective = Callable[[Float64], tuple[float, Float64]]

MAX_WEIGHTS = 1 << 21
"""D times K at most: the method keeps about twenty copies of the weights."""
_TOLERANCE = 2e-4
"""Nats of mean loss that are left to gain, about."""
_MAX_STEPS = 100
_MEMORY = 6


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear classifier; its logits are `rows @ weights_DK + intercepts_K`."""

    weights_DK: Float64
    intercepts_K: Float64

    def logits(self, rows: SparseRows) -> Float64:
        """Logits [N, K]."""
        return _forward(rows, self.weights_DK) + self.intercepts_K


def fit(
    rows: SparseRows,
    labels_N: NDArray[np.integer],
    *,
    num_columns: int,
    num_labels: int,
    c: float,
    start: Linear | None = None,
    tolerance: float = _TOLERANCE,
) -> Linear:
    """Fit a classifier.

    Args:
        rows: of the training part.
        labels_N: the index of each label.
        num_columns: D.
        num_labels: K.
        c: the larger, the weaker the penalty.
        start: where to begin: the solution for another `c`.
        tolerance: see `minimise`.
    """
    objective = _objective(rows, labels_N, num_columns=num_columns, num_labels=num_labels, c=c)
    size = num_columns * num_labels
    first_P = np.zeros(size + num_labels)
    if start is not None:
        first_P = np.concatenate([start.weights_DK.ravel(), start.intercepts_K])
    unit_P = _units(rows, num_columns=num_columns, num_labels=num_labels, c=c)

    def in_units(point_P: Float64) -> tuple[float, Float64]:
        value, slope_P = objective(point_P * unit_P)
        return value, slope_P * unit_P

    found_P = minimise(in_units, first_P / unit_P, tolerance=tolerance) * unit_P
    return Linear(found_P[:size].reshape(num_columns, num_labels), found_P[size:])


def minimise(
    objective: Objective, first_P: Float64, *, tolerance: float = _TOLERANCE, max_steps: int = _MAX_STEPS
) -> Float64:
    """The least point of a smooth convex function whose curvature is about 1 in every direction.

    Args:
        objective: value and gradient at a point.
        first_P: where to start.
        tolerance: stop when half the squared gradient, about what is left to gain, is no larger.
        max_steps: or after so many steps.
    """
    point_P, (value, slope_P) = first_P, objective(first_P)
    steps: list[tuple[Float64, Float64]] = []
    for _ in range(max_steps):
        if _dot(slope_P, slope_P) / 2 <= tolerance:
            break
        direction_P = _direction(slope_P, steps)
        length = 1.0
        decrease = _dot(slope_P, direction_P)
        while True:
            next_P = point_P + length * direction_P
            next_value, next_slope_P = objective(next_P)
            if next_value <= value + 1e-4 * length * decrease:
                break
            length /= 2
            if length < 1e-10:
                return point_P
        moved_P, bent_P = next_P - point_P, next_slope_P - slope_P
        if _dot(moved_P, bent_P) > 1e-14:
            steps = [*steps[-(_MEMORY - 1) :], (moved_P, bent_P)]
        point_P, value, slope_P = next_P, next_value, next_slope_P
    return point_P


def _direction(slope_P: Float64, steps: list[tuple[Float64, Float64]]) -> Float64:
    """The two loops of L-BFGS (Nocedal and Wright 2006, algorithm 7.4)."""
    direction_P, scratch_P = -slope_P, np.empty_like(slope_P)
    shares = []
    for moved_P, bent_P in reversed(steps):
        share = _dot(moved_P, direction_P) / _dot(moved_P, bent_P)
        shares.append(share)
        direction_P -= np.multiply(bent_P, share, out=scratch_P)
    if steps:
        moved_P, bent_P = steps[-1]
        direction_P *= _dot(moved_P, bent_P) / _dot(bent_P, bent_P)
    for (moved_P, bent_P), share in zip(steps, reversed(shares), strict=True):
        left = share - _dot(bent_P, direction_P) / _dot(moved_P, bent_P)
        direction_P += np.multiply(moved_P, left, out=scratch_P)
    return direction_P


def _units(rows: SparseRows, *, num_columns: int, num_labels: int, c: float) -> Float64:
    """One over the root of the curvature along each parameter when all labels are alike."""
    spread = (1 - 1 / num_labels) / num_labels
    squares_D = np.bincount(rows.columns_E, np.square(rows.values_E, dtype=np.float64), minlength=num_columns)
    curvature_D = (squares_D * spread + 1 / c) / len(rows)
    curvature_P = np.append(np.repeat(curvature_D, num_labels), np.full(num_labels, spread))
    return np.asarray(1 / np.sqrt(curvature_P), np.float64)


def _dot(one_P: Float64, other_P: Float64) -> float:
    """A sum of products on one thread: BLAS would wait for others, and add up in their order."""
    return float(np.einsum("p,p->", one_P, other_P))


def _objective(
    rows: SparseRows, labels_N: NDArray[np.integer], *, num_columns: int, num_labels: int, c: float
) -> Objective:
    count, size = len(rows), num_columns * num_labels
    place_N = np.arange(count)

    def at(point_P: Float64) -> tuple[float, Float64]:
        weights_DK = point_P[:size].reshape(num_columns, num_labels)
        logits_NK = _forward(rows, weights_DK) + point_P[size:]
        logits_NK -= logits_NK.max(axis=1, keepdims=True)
        powers_NK = np.exp(logits_NK)
        sums_N = powers_NK.sum(axis=1)
        loss = float((np.log(sums_N) - logits_NK[place_N, labels_N]).mean())
        powers_NK /= sums_N[:, None] * count
        powers_NK[place_N, labels_N] -= 1.0 / count
        slope_P = np.empty_like(point_P)
        slope_P[:size] = _backward(rows, powers_NK, num_columns).ravel() + point_P[:size] / (c * count)
        slope_P[size:] = powers_NK.sum(axis=0)
        return loss + _dot(point_P[:size], point_P[:size]) / (2 * c * count), slope_P

    return at


def _forward(rows: SparseRows, weights_DK: Float64) -> Float64:
    out_NK = np.zeros((len(rows), weights_DK.shape[1]))
    _kernel(_times)(rows.starts_N1, rows.columns_E, rows.values_E, np.ascontiguousarray(weights_DK), out_NK)
    return out_NK


def _backward(rows: SparseRows, values_NK: Float64, num_columns: int) -> Float64:
    out_DK = np.zeros((num_columns, values_NK.shape[1]))
    _kernel(_transposed_times)(rows.starts_N1, rows.columns_E, rows.values_E, values_NK, out_DK)
    return out_DK


@functools.cache
def _kernel(function: Callable[..., None]) -> Any:
    """A loop as machine code; kept beside this file, or for this process alone where no folder can be written."""
    import numba

    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:
        return numba.njit(function)


def _times(starts_N1: Any, columns_E: Any, values_E: Any, weights_DK: Any, out_NK: Any) -> None:
    for row in range(len(starts_N1) - 1):
        for entry in range(starts_N1[row], starts_N1[row + 1]):
            column, value = columns_E[entry], values_E[entry]
            for label in range(weights_DK.shape[1]):
                out_NK[row, label] += value * weights_DK[column, label]


def _transposed_times(starts_N1: Any, columns_E: Any, values_E: Any, values_NK: Any, out_DK: Any) -> None:
    for row in range(len(starts_N1) - 1):
        for entry in range(starts_N1[row], starts_N1[row + 1]):
            column, value = columns_E[entry], values_E[entry]
            for label in range(values_NK.shape[1]):
                out_DK[column, label] += value * values_NK[row, label]
