"""Whether live texts and answers look like those of validation: three statistics, one verdict.

Inputs: the maximum mean discrepancy of hashed n-grams under a Gaussian kernel, its width the median distance (Gretton
et al. 2012, "A Kernel Two-Sample Test"). Outputs: chi-square of the label mix, and the Cramer-von Mises distance of
confidences (Anderson 1962). All three are judged by the same random permutations of the pooled rows, so they may depend
on each other as they like; the least of their p-values is judged by the same permutations again (Westfall and Young
1993, minP), so the verdict as a whole raises a false alarm as often as asked for, and no oftener.

Legend: N pooled rows, B orders (the first is the one observed), D buckets, L labels, V distinct confidences.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafout.maintenance.reference import Seen

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
PERMUTATIONS = 999
MAX_ROWS = 1000
"""Rows of each side that are compared, at most."""

INPUTS, LABELS, CONFIDENCE = "inputs", "labels", "confidence"


@dataclass(frozen=True, slots=True)
class Drift:
    """What a comparison found.

    Attributes:
        p: of everything together: how often a stream without drift looks at least as odd.
        p_input: of the texts alone; None where they are not known.
        p_output: of label mix and confidence together.
        each: p of each statistic.
        rows: how many live and how many reference rows were compared.
    """

    p: float
    p_input: float | None
    p_output: float
    each: dict[str, float]
    rows: tuple[int, int]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "p": round(self.p, 6),
            "p_input": None if self.p_input is None else round(self.p_input, 6),
            "p_output": round(self.p_output, 6),
            "p_each": {name: round(p, 6) for name, p in self.each.items()},
            "live_rows": self.rows[0],
            "reference_rows": self.rows[1],
        }


def measure_drift(live: Seen, reference: Seen, *, seed: int, permutations: int = PERMUTATIONS) -> Drift:
    """Compare live rows with the reference.

    Args:
        live: distinct texts and their answers; without features the answers alone are compared.
        reference: of the release.
        seed: draws rows and permutations.
        permutations: the least p is 1 / (permutations + 1).
    """
    random = np.random.default_rng((seed, 0xD21F7))
    first, second = _some(live, random), _some(reference, random)
    live_BN = _orders(len(first), len(second), permutations, random)
    found: dict[str, Float64] = {}
    if first.features_ND is not None and second.features_ND is not None:
        found[INPUTS] = discrepancy(np.concatenate([first.features_ND, second.features_ND]), live_BN)
    found[LABELS] = _label_mix(np.concatenate([first.labels_N, second.labels_N]), live_BN)
    found[CONFIDENCE] = _confidences(np.concatenate([first.confidence_N, second.confidence_N]), live_BN)
    each = {name: _p_values(values_B) for name, values_B in found.items()}
    return Drift(
        p=_combined(list(each.values())),
        p_input=float(each[INPUTS][0]) if INPUTS in each else None,
        p_output=_combined([each[LABELS], each[CONFIDENCE]]),
        each={name: float(p_B[0]) for name, p_B in each.items()},
        rows=(len(first), len(second)),
    )


def _some(seen: Seen, random: np.random.Generator) -> Seen:
    if len(seen) <= MAX_ROWS:
        return seen
    return seen.at(np.sort(random.choice(len(seen), MAX_ROWS, replace=False)))


def _orders(num_live: int, num_reference: int, permutations: int, random: np.random.Generator) -> Int32:
    """1 for each row that is taken as live and 0 for the others, [B, N]; the observed order first."""
    observed_N = np.repeat(np.array([1, 0], np.int32), [num_live, num_reference])
    live_BN = np.tile(observed_N, (permutations + 1, 1))
    random.permuted(live_BN[1:], axis=1, out=live_BN[1:])
    return live_BN


def discrepancy(features_ND: NDArray[np.int8], live_BN: Int32) -> Float64:
    """The squared distance of the two sides' means in the kernel's space, for each order.

    Args:
        features_ND: of `features`.
        live_BN: 1 for each row that is taken as live, equally many in each order.
    """
    points_ND = features_ND.astype(np.float32) / 127
    squares_N = (points_ND**2).sum(axis=1)
    distances_NN = np.maximum(squares_N[:, None] + squares_N[None] - 2 * points_ND @ points_ND.T, 0)
    width = float(np.median(distances_NN[np.triu_indices(len(points_ND), 1)]))
    kernel_NN = np.exp(-distances_NN / max(width, 1e-6))
    kernel_NN -= kernel_NN.mean()  # changes nothing, since the weights add up to 0, and saves digits
    num_live = int(live_BN[0].sum())
    weights_BN = np.where(live_BN, 1 / num_live, -1 / (len(points_ND) - num_live)).astype(np.float32)
    return np.asarray(np.einsum("bn,bn->b", weights_BN @ kernel_NN, weights_BN), np.float64)


def _label_mix(labels_N: NDArray[np.int32], live_BN: Int32) -> Float64:
    """Sum over labels of the squared difference of shares, over the pooled count: chi-square up to a factor."""
    _, place_N, counts_L = np.unique(labels_N, return_inverse=True, return_counts=True)
    starts_L = np.cumsum(counts_L) - counts_L
    live_BL = np.add.reduceat(live_BN[:, np.argsort(place_N, kind="stable")], starts_L, axis=1)
    return np.asarray((_difference(live_BL, counts_L, live_BN) ** 2 / counts_L).sum(axis=1), np.float64)


def _confidences(confidence_N: NDArray[np.float32], live_BN: Int32) -> Float64:
    """The mean squared difference of the two distribution functions over the pooled rows."""
    _, counts_V = np.unique(confidence_N, return_counts=True)
    up_to_V = np.cumsum(counts_V)
    order_N = np.argsort(confidence_N, kind="stable")
    live_BV = np.cumsum(live_BN[:, order_N], axis=1, dtype=np.int32)[:, up_to_V - 1]
    return np.asarray((_difference(live_BV, up_to_V, live_BN) ** 2 * counts_V).sum(axis=1), np.float64)


def _difference(live_BV: Int32, all_V: NDArray[np.int64], live_BN: Int32) -> Float64:
    """The share of live rows minus the share of the others; equal counts give equal figures to the last bit."""
    num_live = int(live_BN[0].sum())
    num_others = live_BN.shape[1] - num_live
    return np.asarray(live_BV / num_live - (all_V - live_BV) / num_others, np.float64)


def _p_values(values_B: Float64) -> Float64:
    """The share of orders with at least the value of each; the observed one counts among them, so no p is 0."""
    at_least_B = len(values_B) - np.searchsorted(np.sort(values_B), values_B, side="left")
    return np.asarray(at_least_B / len(values_B), np.float64)


def _combined(each: list[Float64]) -> float:
    least_B = np.min(each, axis=0)
    return float((least_B <= least_B[0]).mean())
