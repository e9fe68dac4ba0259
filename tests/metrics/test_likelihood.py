import math

import pytest

from leafout.metrics.likelihood import bits_per_byte, perplexity


def test_a_uniform_guess_over_v_tokens_has_perplexity_v() -> None:
    assert perplexity(math.log(5000)) == pytest.approx(5000)
    assert perplexity(1e6) == math.inf


@pytest.mark.parametrize("text", ["the", "这本书"])
def test_a_uniform_guess_over_bytes_costs_eight_bits(text: str) -> None:
    num_bytes = len(text.encode())
    assert bits_per_byte(num_bytes * math.log(256), num_bytes) == pytest.approx(8.0)
