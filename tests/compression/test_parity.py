from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_models
from leafout.compression.limits import ParityLimits
from leafout.compression.parity import flip_rate, refuse_beyond
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.inference.release import Release
from leafout.tasks.classify import Answer
from leafout.tasks.example import Example

GOOD: dict[str, Any] = {
    "agreement": 0.99,
    "largest_logit_difference": 0.2,
    "flip_rate": 0.0,
    "model": {"accuracy": 0.9},
    "release": {"accuracy": 0.89},
}


class Company:
    """Answers 1 for every row of a group larger than `largest`, else 0."""

    release = Release(Path(), "classify", "onnx", "int8", ("a", "b"), 8, False, {}, (), "", "X")

    def __init__(self, largest: int) -> None:
        self._largest = largest

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Example]:
        raise NotImplementedError

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        raise NotImplementedError

    def logits(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        answer = int(len(examples) > self._largest)
        logits: NDArray[np.float32] = np.eye(2, dtype=np.float32)[np.full(len(examples), answer)]
        return logits


def test_an_answer_that_depends_on_its_company_is_counted() -> None:
    rows = tiny_models.examples((3,) * 40)
    assert flip_rate(Company(1000), rows, num_batchings=20, run=QuietRun()) == 0
    assert flip_rate(Company(1), rows, num_batchings=20, run=QuietRun()) > 0.9
    assert 0.05 < flip_rate(Company(25), rows, num_batchings=20, run=QuietRun()) < 0.9


def test_a_good_certificate_passes() -> None:
    refuse_beyond(GOOD, ParityLimits(), precision="int8")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agreement": 0.9}, r"agrees .* 0\.9000 .* 0\.97"),
        ({"release": {"accuracy": 0.8}}, r"loses 0\.1000 .* 0\.02"),
        ({"flip_rate": 0.05}, r"0\.0500 .* 0\.001"),
    ],
)
def test_each_limit_is_told_with_both_numbers(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(LeafoutError, match=said):
        refuse_beyond(GOOD | changes, ParityLimits(), precision="int8")


def test_fp32_must_be_equal_to_a_thousandth() -> None:
    with pytest.raises(LeafoutError, match=r"0\.20000 .* 0\.001"):
        refuse_beyond(GOOD, ParityLimits(), precision="fp32")
