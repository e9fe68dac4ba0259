import math

import numpy as np
import pytest
from numpy.typing import NDArray

from leafout.compression.limits import ParityLimits
from leafout.compression.parity_causal import causal_certificate
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun


class Fixed:
    """Says the same logits after every token: `rise` more for each next word of a vocabulary of four."""

    def __init__(self, rise: float) -> None:
        self._rise = rise

    def token_logits(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        ids = np.array([int(char) for char in text])
        return ids, np.tile(np.arange(4) * np.float32(self._rise), (len(ids), 1))


def test_equal_models_agree_and_an_even_guess_costs_log_of_the_vocabulary() -> None:
    found = causal_certificate(Fixed(0), Fixed(0), ["0123", "3"], limits=ParityLimits(), run=QuietRun())
    assert found["agreement"] == 1
    assert found["largest_logit_difference"] == 0
    assert (found["num_rows"], found["num_tokens"]) == (2, 5)
    assert found["model"]["loss"] == pytest.approx(math.log(4), abs=1e-5)


def test_models_that_prefer_other_words_disagree() -> None:
    found = causal_certificate(Fixed(1), Fixed(-1), ["0123"], limits=ParityLimits(), run=QuietRun())
    assert found["agreement"] == 0
    assert found["largest_logit_difference"] == 6
    assert found["model"]["loss"] != found["release"]["loss"]


def test_nan_is_refused() -> None:
    with pytest.raises(LeafoutError, match="NaN"):
        causal_certificate(Fixed(0), Fixed(float("nan")), ["01"], limits=ParityLimits(), run=QuietRun())
