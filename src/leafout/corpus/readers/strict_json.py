"""JSON as RFC 8259 has it, fast: no NaN, no infinities, no doubled keys, no halves of surrogate pairs, no deep nesting.

msgspec refuses all of that but doubled keys. A doubled key leaves fewer keys in the value than there are `":` in the
text, so only lines where the two numbers differ (quotes before colons inside a string, blanks before a colon) are read
again by the standard library, whose hooks see every pair.
"""

import json
import math
from typing import Any

import msgspec

MAX_DEPTH = 100
"""Deeper nesting is refused: what reads it must be able to write it again."""

_decode = msgspec.json.Decoder().decode


def strict_json(text: bytes | str) -> Any:
    """The value of a JSON text.

    Args:
        text: bytes are UTF-8.

    Raises:
        UnicodeDecodeError: for bytes that are not UTF-8.
        ValueError: for anything else that is not JSON.
    """
    data = text.encode() if isinstance(text, str) else text
    try:
        value = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _slowly(text)
    if not _surely_single(data, value):
        return _slowly(text)
    return value


def _surely_single(data: bytes, value: object) -> bool:
    """Whether no key can stand twice.

    Raises:
        ValueError: when it is nested too deep.
    """
    keys = _num_keys(data, value)
    if data.count(b":") == keys:
        return True
    return data.count(b'":') == keys and b" :" not in data and not any(blank in data for blank in (b"\t", b"\r", b"\n"))


def _num_keys(data: bytes, value: object) -> int:
    """How many keys the objects of a value have together."""
    if isinstance(value, dict):
        for one in value.values():
            if type(one) is list or type(one) is dict:
                break
        else:
            return len(value)
        if data.count(b"{") == 1 and data.count(b"[") <= MAX_DEPTH:
            return len(value)
    return _keys(value, 1)


def _keys(value: object, depth: int) -> int:
    """How many keys all objects in a value have together.

    Raises:
        ValueError: when it is nested too deep.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if type(value) is dict:
        return len(value) + sum(_keys(one, depth + 1) for one in value.values() if type(one) in {dict, list})
    if type(value) is list:
        return sum(_keys(one, depth + 1) for one in value if type(one) in {dict, list})
    return 0


def _slowly(text: bytes | str) -> Any:
    whole = text.decode() if isinstance(text, bytes) else text
    try:
        value = json.loads(whole, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from None
    _keys(value, 1)
    if "\\ud" in whole or "\\uD" in whole:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("lone surrogate") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large")
    return number
