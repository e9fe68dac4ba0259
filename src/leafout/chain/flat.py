"""Nested values as one table of dotted names."""

from collections.abc import Mapping
from typing import Any


def flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Dotted names with their values: `{"a": {"b": 1}}` is `{"a.b": 1}`; an empty mapping stays as it is."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        dotted = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{dotted}.")
        else:
            found[dotted] = value
    return found
