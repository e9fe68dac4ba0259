"""Single values of a `config.json` from outside, each within its bounds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from leafout.core.errors import LeafoutError
from leafout.models.config import Activation


class NotOurs(LeafoutError):
    """A config asks for what our arithmetic has not, and transformers may have."""

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message, where=where, hint="only transformers computes it")


def whole(config: Mapping[str, Any], name: str, limit: int, path: Path) -> int:
    """A whole number from 1 to a limit.

    Raises:
        LeafoutError: for anything else, or none.
    """
    value = config.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        raise LeafoutError(f"`{name}` is {value!r}, not a number from 1 to {limit}", where=str(path))
    return value


def number(config: Mapping[str, Any], name: str, default: float, limit: float, path: Path) -> float:
    """A number from 0 to a limit; the default where there is none.

    Raises:
        LeafoutError: for anything else.
    """
    value = config.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= limit:
        raise LeafoutError(f"`{name}` is {value!r}, not a number from 0 to {limit}", where=str(path))
    return float(value)


def truth(config: Mapping[str, Any], name: str, path: Path, *, default: bool) -> bool:
    """Yes or no; the default where it is not said.

    Raises:
        LeafoutError: for anything else.
    """
    value = config.get(name, default)
    if not isinstance(value, bool):
        raise LeafoutError(f"`{name}` is {value!r}, neither true nor false", where=str(path))
    return value


def token_id(config: Mapping[str, Any], name: str, path: Path) -> int | None:
    """The id of a token; None where it is not said.

    Raises:
        LeafoutError: for anything else.
    """
    value = config.get(name)
    if isinstance(value, list) and value:
        value = value[0]  # some list several end marks, the first is the model's own
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and -1 <= value < 1 << 31):
        return value
    raise LeafoutError(f"`{name}` is {value!r}, not a token id", where=str(path))


def activation(config: Mapping[str, Any], name: str, default: Activation, path: Path) -> Activation:
    """An activation that we compute; the default where it is not said.

    Raises:
        NotOurs: for another.
    """
    value = config.get(name, default)
    if value not in get_args(Activation):
        raise NotOurs(f"`{name}` is {value!r}, known are {', '.join(get_args(Activation))}", where=str(path))
    return cast(Activation, value)
