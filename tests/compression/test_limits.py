from typing import Any

import pytest

from leafout.compression.limits import ParityLimits
from leafout.core.errors import LeafoutError


def test_the_defaults_are_those_the_guide_states() -> None:
    limits = ParityLimits()
    assert (limits.agreement, limits.score_drop, limits.flip_rate) == (0.97, 0.02, 0.001)
    assert (limits.logit_difference, limits.num_batchings) == (None, 100)


@pytest.mark.parametrize(
    "values",
    [
        {"agreement": 1.1},
        {"agreement": -0.1},
        {"score_drop": 2},
        {"flip_rate": -1},
        {"logit_difference": 0},
        {"num_rows": -1},
        {"flip_rows": 1},
        {"num_batchings": 0},
        {"agreement": float("nan")},
    ],
)
def test_a_limit_out_of_its_range_is_refused_by_name(values: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError, match=f"`{next(iter(values))}`") as error:
        ParityLimits.read(values, where="export.parity")
    assert error.value.hint


def test_an_unknown_limit_is_refused_with_the_nearest() -> None:
    with pytest.raises(LeafoutError, match="unknown key `agrement`") as error:
        ParityLimits.read({"agrement": 0.9})
    assert "`agreement`" in error.value.hint
