from typing import Literal

import pytest
from pydantic import Field

from leafout.core.config import Config
from leafout.core.errors import LeafoutError


class Rules(Config):
    min_chars: int = Field(120, ge=0)
    """Shortest text kept, in characters, from 0."""
    kind: Literal["a", "b"] = "a"
    """Which rules."""


class Outer(Config):
    quality: Rules = Rules()
    """Bounds."""
    rate: float = Field(0.5, gt=0, le=1)
    """A fraction."""
    name: str
    """A name."""


def refused(values: dict[str, object]) -> LeafoutError:
    with pytest.raises(LeafoutError) as caught:
        Outer.read({"name": "名", **values}, where="a.yaml:4 [clean]")
    return caught.value


def test_an_unknown_key_names_the_nearest_known_one_and_its_place() -> None:
    error = refused({"quality": {"min_char": 3}})
    assert error.message == "unknown key `min_char`"
    assert error.hint == "did you mean `min_chars`?"
    assert error.where == "a.yaml:4 [clean] [quality.min_char]"


def test_a_key_like_no_other_gets_the_list() -> None:
    assert "`min_chars`" in refused({"quality": {"zzz": 3}}).hint


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0, 2, "much", None, [1]])
def test_a_value_out_of_range_is_refused_with_the_meaning_of_its_field(value: object) -> None:
    error = refused({"rate": value})
    assert error.message.startswith("`rate` is ")
    assert "A fraction" in error.hint


def test_a_missing_key_is_named() -> None:
    with pytest.raises(LeafoutError, match="`name` is required"):
        Outer.read({})


def test_the_filled_in_config_has_every_default_and_reads_back() -> None:
    config = Outer.read({"name": "叶", "quality": {"min_chars": 1}})
    assert config.plain() == {"name": "叶", "rate": 0.5, "quality": {"min_chars": 1, "kind": "a"}}
    assert Outer.read(config.plain()) == config
