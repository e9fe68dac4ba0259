"""The parity certificate of a model that generates: the next token after every token of the same texts.

Legend: T tokens of a text, V vocabulary.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from leafout.compression.limits import ParityLimits
from leafout.core.errors import LeafoutError
from leafout.core.run import Run


class TokenLogits(Protocol):
    """A causal model that shows what it thinks."""

    def token_logits(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ids [T] of a text and the logits [T, V] after each of them."""


def causal_certificate(
    model: TokenLogits, release: TokenLogits, texts: Sequence[str], *, limits: ParityLimits, run: Run
) -> dict[str, Any]:
    """Compare the two on every token of some texts.

    Returns:
        What `parity.json` holds: agreement on the likeliest next token, the largest logit difference, and the mean
        loss (nats per token) both ways.
    """
    agreeing = num_tokens = num_predicted = 0
    largest = 0.0
    losses = np.zeros(2)
    for place, text in enumerate(texts):
        run.progress(place, len(texts), unit="texts")
        ids_T, before_TV = model.token_logits(text)
        _, after_TV = release.token_logits(text)
        if not (np.isfinite(before_TV).all() and np.isfinite(after_TV).all()):
            raise LeafoutError("the model answers with NaN or infinity")
        agreeing += int((before_TV.argmax(1) == after_TV.argmax(1)).sum())
        largest = max(largest, float(np.abs(before_TV - after_TV).max(initial=0.0)))
        losses += [_loss(ids_T, logits_TV) for logits_TV in (before_TV, after_TV)]
        num_tokens += len(ids_T)
        num_predicted += max(len(ids_T) - 1, 0)
    before, after = (round(float(loss) / max(num_predicted, 1), 6) for loss in losses)
    return {
        "num_rows": len(texts),
        "num_tokens": num_tokens,
        "agreement": round(agreeing / max(num_tokens, 1), 6),
        "largest_logit_difference": round(largest, 6),
        "model": {"loss": before},
        "release": {"loss": after},
        "limits": limits.plain(),
    }


def _loss(ids_T: NDArray[np.int64], logits_TV: NDArray[np.float32]) -> float:
    wide_TV = logits_TV[:-1].astype(np.float64)
    highest_T1 = wide_TV.max(axis=1, keepdims=True)
    total_T = np.log(np.exp(wide_TV - highest_T1).sum(axis=1)) + highest_T1[:, 0]
    return float((total_T - wide_TV[np.arange(len(wide_TV)), ids_T[1:]]).sum()) if len(wide_TV) else 0.0
