"""Figures of a language model from its loss."""

import math


def perplexity(loss: float) -> float:
    """The exponential of the loss per token in nats; infinite where that overflows."""
    return math.exp(loss) if loss < 700 else math.inf


def bits_per_byte(nats: float, num_bytes: int) -> float:
    """Bits for each byte of UTF-8, the one figure that models with different tokens share.

    Args:
        nats: summed loss of a text.
        num_bytes: of the text.
    """
    return nats / math.log(2) / max(num_bytes, 1)
