from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.models.config_values import activation, number, token_id, truth, whole

PATH = Path("there/config.json")


def test_values_within_bounds_are_taken() -> None:
    assert whole({"layers": 3}, "layers", 3, PATH) == 3
    assert number({"epsilon": 1}, "epsilon", 0.5, 1.0, PATH) == 1.0
    assert truth({"tied": True}, "tied", PATH, default=False)
    assert token_id({"end": [7, 8]}, "end", PATH) == 7
    assert activation({"act": "relu"}, "act", "gelu", PATH) == "relu"


def test_what_is_not_said_is_the_default() -> None:
    assert number({}, "epsilon", 0.5, 1.0, PATH) == 0.5
    assert truth({}, "tied", PATH, default=True)
    assert token_id({}, "end", PATH) is None
    assert activation({}, "act", "silu", PATH) == "silu"


@pytest.mark.parametrize("value", [None, 0, 4, 1.0, True, "3", [3]])
def test_a_size_is_a_whole_number_within_its_bound(value: object) -> None:
    with pytest.raises(LeafoutError, match="`layers`") as caught:
        whole({"layers": value}, "layers", 3, PATH)
    assert caught.value.where == str(PATH)


@pytest.mark.parametrize("value", [None, -0.1, 1.1, float("nan"), float("inf"), True, "1"])
def test_a_number_lies_within_its_bounds(value: object) -> None:
    with pytest.raises(LeafoutError, match="`epsilon`"):
        number({"epsilon": value}, "epsilon", 0.5, 1.0, PATH)


@pytest.mark.parametrize("value", [None, 0, "true"])
def test_yes_or_no_is_said_as_such(value: object) -> None:
    with pytest.raises(LeafoutError, match="neither true nor false"):
        truth({"tied": value}, "tied", PATH, default=True)


@pytest.mark.parametrize("value", [True, "7", -2, 1 << 31, [], ["7"]])
def test_a_token_is_told_by_its_id(value: object) -> None:
    with pytest.raises(LeafoutError, match="not a token id"):
        token_id({"end": value}, "end", PATH)
