"""Stable names for documents, made from what they say.

A name is 16 hexadecimal digits; a later document that says the same gets `-2`, `-3` ... after them, so that names are
unique and independent of the source.

Legend: N documents.
"""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.key_groups import KeyGroups


def content_id(*parts: str | None) -> str:
    """The first 16 hexadecimal digits of the sha256 of the parts."""
    whole = "\0".join("" if part is None else part for part in parts)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def ordinals(keys: "list[NDArray[np.uint64]]", scratch: Path) -> NDArray[np.int32]:
    """Which occurrence of its key each document is, from 1; memory: 4 bytes a document, and one file of `KeyGroups`.

    Args:
        keys: the 16 digits of each document as a number, in parts, in order.
        scratch: a folder for the sorting.
    """
    groups = KeyGroups(scratch)
    count = 0
    for keys_N in keys:
        groups.add(keys_N, np.arange(count, count + len(keys_N)))
        count += len(keys_N)
    found_N = np.ones(count, np.int32)
    for rows_G, starts_K in groups.groups():
        sizes_K = np.diff(np.append(starts_K, len(rows_G)))
        found_N[rows_G] = np.arange(len(rows_G)) - np.repeat(starts_K, sizes_K) + 1
    groups.remove()
    return found_N


def with_ordinals(ids: pa.Array | pa.ChunkedArray, ordinals_N: NDArray[np.int32]) -> pa.Array:
    """Names with `-2`, `-3` ... where they are not the first of theirs."""
    names = ids.to_pylist()
    for place in np.flatnonzero(ordinals_N > 1).tolist():
        names[place] = f"{names[place]}-{ordinals_N[place]}"
    return pa.array(names, pa.string())
