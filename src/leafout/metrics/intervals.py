"""Percentile bootstrap intervals (Efron and Tibshirani 1993, chapter 13), vectorised and seeded.

Rows are drawn with replacement. A score of a confusion matrix depends on how often each kind of row is drawn alone, so
the counts of the kinds are drawn at once (multinomial), which is the same thing and takes milliseconds.

Legend: N rows, D documents, C kinds of rows, S resamples, L labels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leafout.metrics.classify import Float64, Int64, mean_f1

LEVEL = 0.95
SAMPLES = 1000
_CHUNK = 1 << 22
"""Numbers held at once."""

Score = Literal["accuracy", "macro_f1"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    def plain(self) -> dict[str, float]:
        """For JSON, six decimals."""
        return {"value": round(self.value, 6), "low": round(self.low, 6), "high": round(self.high, 6)}


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of a classifier's scores; `f1_L` holds one for each label."""

    accuracy: Interval
    macro_f1: Interval
    f1_L: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better the second is, on the same rows.

    Attributes:
        value: second minus first.
        low, high: bounds of its 95 % interval.
        not_better: the fraction of resamples in which the second is no better than the first.
    """

    value: float
    low: float
    high: float
    not_better: float

    @property
    def may_be_chance(self) -> bool:
        """Whether no difference at all lies within the interval."""
        return self.low <= 0.0 <= self.high

    def plain(self) -> dict[str, float]:
        """For JSON, six decimals."""
        names = ("value", "low", "high", "not_better")
        return {name: round(getattr(self, name), 6) for name in names}


def classification(
    true_N: NDArray[np.integer],
    predicted_N: NDArray[np.integer],
    num_labels: int,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Intervals:
    """Intervals of accuracy, macro F1 and the F1 of each label."""
    kinds = _kinds(num_labels, true_N, predicted_N)
    right, macro, each = [], [], []
    for counts_SC in _resamples(kinds.rows_C, samples, (seed, 0xB007), width=num_labels):
        right_SL, seen_SL = kinds.right(counts_SC, 1), kinds.seen(counts_SC, 1)
        right.append(right_SL.sum(axis=1) / len(true_N))
        macro.append(mean_f1(right_SL, seen_SL))
        each.append(2 * right_SL / np.maximum(seen_SL, 1))
    whole_1C = kinds.rows_C[None]
    right_1L, seen_1L = kinds.right(whole_1C, 1), kinds.seen(whole_1C, 1)
    each_SL, f1_L = np.concatenate(each), (2 * right_1L / np.maximum(seen_1L, 1))[0]
    return Intervals(
        accuracy=_interval(float(right_1L.sum() / max(len(true_N), 1)), np.concatenate(right)),
        macro_f1=_interval(float(mean_f1(right_1L, seen_1L)[0]), np.concatenate(macro)),
        f1_L=tuple(_interval(float(f1), each_SL[:, place]) for place, f1 in enumerate(f1_L)),
    )


def paired_difference(
    true_N: NDArray[np.integer],
    first_N: NDArray[np.integer],
    second_N: NDArray[np.integer],
    num_labels: int,
    *,
    score: Score = "macro_f1",
    samples: int = SAMPLES,
    seed: int = 0,
) -> Difference:
    """How much better the second's answers are than the first's, both to the same rows, resampled together."""
    kinds = _kinds(num_labels, true_N, first_N, second_N)

    def difference(counts_SC: Int64) -> Float64:
        right_SL = [kinds.right(counts_SC, system) for system in (1, 2)]
        if score == "accuracy":
            return np.asarray((right_SL[1] - right_SL[0]).sum(axis=1) / len(true_N), np.float64)
        first_S, second_S = (mean_f1(right_SL[place], kinds.seen(counts_SC, place + 1)) for place in (0, 1))
        return np.asarray(second_S - first_S, np.float64)

    drawn = _resamples(kinds.rows_C, samples, (seed, 0xD1FF), width=num_labels)
    return _difference(float(difference(kinds.rows_C[None])[0]), np.concatenate([difference(c) for c in drawn]))


def ratio(
    above_D: NDArray[np.floating], below_D: NDArray[np.floating], *, samples: int = SAMPLES, seed: int = 0
) -> Interval:
    """The interval of sum(above) / sum(below) over documents: loss per token, bits per byte, a mean."""
    value, drawn_S = _ratios(above_D, below_D, samples, (seed, 0x2A71))
    return _interval(value, drawn_S)


def ratio_difference(
    first_D: NDArray[np.floating],
    second_D: NDArray[np.floating],
    below_D: NDArray[np.floating],
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Difference:
    """How much less the second costs than the first, for each unit of `below`, over the same documents."""
    value, drawn_S = _ratios(np.asarray(first_D) - np.asarray(second_D), below_D, samples, (seed, 0x2A71))
    return _difference(value, drawn_S)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Rows with equal truth and equal answers are of one kind; `columns` holds truth first, then each system."""

    num_labels: int
    columns: tuple[Int64, ...]
    rows_C: Int64

    def right(self, counts_SC: Int64, system: int) -> Int64:
        """Right answers of a system to each label, [S, L]."""
        right_C = self.columns[0] == self.columns[system]
        return _summed(counts_SC[:, right_C], self.columns[0][right_C], self.num_labels)

    def seen(self, counts_SC: Int64, system: int) -> Int64:
        """Rows of each label plus answers with it, [S, L]."""
        return _summed(counts_SC, self.columns[0], self.num_labels) + _summed(
            counts_SC, self.columns[system], self.num_labels
        )


def _kinds(num_labels: int, *columns: NDArray[np.integer]) -> _Kinds:
    if not len(columns[0]):
        raise ValueError("no rows to draw from")
    key_N = np.zeros(len(columns[0]), np.int64)
    for values_N in columns:
        key_N = key_N * num_labels + values_N
    _, first_C, rows_C = np.unique(key_N, return_index=True, return_counts=True)
    return _Kinds(num_labels, tuple(values_N[first_C].astype(np.int64) for values_N in columns), rows_C)


def _summed(counts_SC: Int64, label_C: Int64, num_labels: int) -> Int64:
    sums_SL = np.zeros((len(counts_SC), num_labels), np.int64)
    if len(label_C):
        order_C = np.argsort(label_C, kind="stable")
        labels, starts = np.unique(label_C[order_C], return_index=True)
        sums_SL[:, labels] = np.add.reduceat(counts_SC[:, order_C], starts, axis=1)
    return sums_SL


def _resamples(rows_C: Int64, samples: int, key: tuple[int, int], *, width: int = 0) -> Iterator[Int64]:
    """Counts [S, C] of as many rows drawn with replacement, in chunks of resamples."""
    random = np.random.default_rng(key)
    num_rows = int(rows_C.sum())
    size = max(1, _CHUNK // max(len(rows_C), width, 1))
    for first in range(0, samples, size):
        yield random.multinomial(num_rows, rows_C / num_rows, size=min(size, samples - first))


def _ratios(
    above_D: NDArray[np.floating], below_D: NDArray[np.floating], samples: int, key: tuple[int, int]
) -> tuple[float, Float64]:
    above, below = np.asarray(above_D, np.float64), np.asarray(below_D, np.float64)
    if not len(below):
        raise ValueError("no documents to draw from")
    drawn = [
        _weighted(counts, above) / np.maximum(_weighted(counts, below), 1e-300)
        for counts in _resamples(np.ones(len(below), np.int64), samples, key)
    ]
    return float(above.sum() / below.sum()), np.concatenate(drawn)


def _weighted(counts_SD: Int64, values_D: Float64) -> Float64:
    sums_S: Float64 = np.einsum("sd,d->s", counts_SD.astype(np.float64), values_D)  # one thread, one order
    return sums_S


def _interval(value: float, drawn_S: Float64) -> Interval:
    low, high = np.nanquantile(drawn_S, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))


def _difference(value: float, drawn_S: Float64) -> Difference:
    interval = _interval(value, drawn_S)
    return Difference(value, interval.low, interval.high, float((drawn_S <= 0).mean()))
