"""Names of classes that a data set keeps apart from its rows, as Hugging Face's `datasets` writes them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_MAX_BYTES = 8 << 20


def parquet_class_names(metadata: Mapping[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """The names of classes in the metadata of a Parquet file; none where there are none."""
    try:
        value = json.loads(metadata.get(b"huggingface", b"{}"))
    except (ValueError, RecursionError):
        return {}
    return dict(_named(value, 0)) if isinstance(value, dict) else {}


def _named(value: Mapping[str, Any], depth: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Columns and their names, wherever in the object they are described."""
    for name, one in value.items():
        found = _names(one)
        if found:
            yield name, found
        elif isinstance(one, dict) and depth < 8:
            yield from _named(one, depth + 1)


def _names(value: object) -> tuple[str, ...]:
    """The names in a feature: a list of words, a class label, or a sequence of class labels."""
    for _ in range(5):
        if isinstance(value, list):
            return tuple(value) if value and all(isinstance(one, str) for one in value) else ()
        if not isinstance(value, dict):
            return ()
        if value.get("_type", "ClassLabel") == "ClassLabel" and "names" in value:
            value = value["names"]
            if isinstance(value, dict):
                value = [value[key] for key in sorted(value, key=lambda key: (len(key), key))]
        else:
            value = value.get("feature", value.get("class_label"))
    return ()
