"""JSON files that come from outside, read with a size limit and without Python's leniencies."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from leafout.core.errors import LeafoutError


def read_object(path: Path, *, max_bytes: int = 16 << 20) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        LeafoutError: when the file is absent, too large, no JSON object, or holds NaN or a key twice.
    """
    try:
        num_bytes = path.stat().st_size
        if num_bytes > max_bytes:
            raise LeafoutError(f"`{path.name}` has {num_bytes} bytes, the limit is {max_bytes}", where=str(path))
        text = path.read_text(encoding="utf-8")
        values = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse)
    except FileNotFoundError:
        raise LeafoutError(f"there is no `{path.name}`", where=str(path.parent), hint="is the folder whole?") from None
    except (ValueError, RecursionError) as error:
        raise LeafoutError(f"`{path.name}` is not valid JSON: {error}", where=str(path)) from None
    except OSError as error:
        raise LeafoutError(f"cannot read `{path.name}`: {error.strerror}", where=str(path)) from None
    if not isinstance(values, dict):
        raise LeafoutError(f"`{path.name}` holds {type(values).__name__}, not an object", where=str(path))
    return values


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
