"""What the tokens of a text cost a causal model.

Legend: T tokens, V vocabulary.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.example import Int32

Float64 = NDArray[np.float64]


def token_costs(ids_T: Int32, logits_of: Callable[[Int32], NDArray[np.float32]], *, context: int) -> Float64:
    """Minus the log probability of every token but the first, [T - 1], in nats.

    A text longer than the context is read in windows; from the second on, a token has at least half of the context
    before it.

    Args:
        ids_T: the tokens.
        logits_of: the logits [T, V] after each of at most `context` tokens.
        context: what the model takes at once.
    """
    costs = np.zeros(max(len(ids_T) - 1, 0))
    done = 0
    while done < len(costs):
        begin = max(done - context // 2, 0)
        end = min(begin + context, len(costs))
        logits_TV = logits_of(ids_T[begin:end])[done - begin :]
        costs[done:end] = _costs(logits_TV, ids_T[done + 1 : end + 1])
        done = end
    return costs


def _costs(logits_TV: NDArray[np.float32], targets_T: NDArray[np.integer]) -> Float64:
    highest_T1 = logits_TV.max(axis=1, keepdims=True)
    shifted_TV = logits_TV - highest_T1
    sums_T = np.exp(shifted_TV).sum(axis=1, dtype=np.float64)
    found: Float64 = np.log(sums_T) - shifted_TV[np.arange(len(targets_T)), targets_T]
    return found
