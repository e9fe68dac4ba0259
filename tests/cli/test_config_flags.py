from typing import Any, Literal

import pytest
from pydantic import Field

from leafout.cli.config_flags import Flag, config_of, flags
from leafout.core.config import Config
from leafout.core.errors import LeafoutError


class Inner(Config):
    min_chars: int = Field(default=10, ge=1)
    """Shortest text."""


class Outer(Config):
    files: tuple[str, ...]
    """Which files."""
    name: str = ""
    """A name."""
    quality: Inner = Inner()
    """Bounds."""
    near: Inner | None = Inner()
    """Near ones."""
    deep: bool = True
    """Go deep."""
    kind: Literal["甲", "b"] = "b"
    """Which kind."""
    rate: float | None = None
    """How fast."""
    layers: tuple[int, ...] = ()
    """Which layers."""
    labels: dict[str, str] = {}
    """New names."""
    keep: Literal["first"] | tuple[int, ...] = "first"
    """What stays."""


FLAGS = {flag.name: flag for flag in flags(Outer)}


def read(**given: Any) -> Outer:
    named = {FLAGS[f"--{name}"]: value for name, value in given.items()}
    return config_of(Outer, {FLAGS["--files"]: ["a"], **named}, where="leafout outer")


def test_every_field_is_a_flag_with_its_docstring() -> None:
    assert list(FLAGS) == [
        *("--files", "--name", "--quality.min-chars", "--near", "--near.min-chars", "--deep", "--kind", "--rate"),
        *("--layers", "--labels", "--keep"),
    ]
    assert FLAGS["--files"].help == "Which files. [required]"
    assert FLAGS["--quality.min-chars"].help == "Shortest text. [default: 10]"
    assert FLAGS["--deep"].words == "--deep/--no-deep"
    assert FLAGS["--near"].words == "--no-near"
    assert (FLAGS["--kind"].kind, FLAGS["--rate"].kind, FLAGS["--layers"].kind) == ("甲|b", "X", "N")


def test_values_are_typed_by_the_config() -> None:
    config = read(**{"quality.min-chars": "7", "deep": False, "kind": "甲", "rate": "1e-4", "layers": ["1", "2"]})
    assert (config.quality.min_chars, config.deep, config.kind, config.rate) == (7, False, "甲", 1e-4)
    assert config.layers == (1, 2)
    config = read(labels="{0: bad, 1: 好}" if False else "{'0': bad}", keep="[1, 2]", name="12", near=True)
    assert (config.labels, config.keep, config.name, config.near) == ({"0": "bad"}, (1, 2), "12", None)
    assert read(near=None) == read()


@pytest.mark.parametrize(
    ("given", "message", "where"),
    [
        ({"quality.min-chars": "0"}, "greater than or equal to 1", "--quality.min-chars"),
        ({"quality.min-chars": "x"}, "`min_chars` is 'x'", "--quality.min-chars"),
        ({"rate": ".nan"}, "finite", "--rate"),
        ({"kind": "c"}, "`kind` is 'c'", "--kind"),
        ({"labels": "{a"}, "not YAML", "--labels"),
        ({"labels": "[1]"}, "`labels` is", "--labels"),
        ({"near": True, "near.min-chars": "3"}, "exclude each other", ""),
    ],
)
def test_a_wrong_value_names_its_flag(given: dict[str, Any], message: str, where: str) -> None:
    with pytest.raises(LeafoutError, match=message) as caught:
        read(**given)
    assert caught.value.where == f"leafout outer {where}".rstrip()


def test_what_must_be_given_is_asked_for() -> None:
    with pytest.raises(LeafoutError, match="`files` is required"):
        config_of(Outer, {}, where="leafout outer")


def test_flags_can_be_keys() -> None:
    assert len({Flag(("a",), "text", "", ""), Flag(("a",), "text", "", "")}) == 1
