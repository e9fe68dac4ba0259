"""The mixture of pre-training: how often the documents of each source are packed.

A weight of 2.5 packs a document twice, and half of the documents once more; which half is decided by their content, so
that it is the same in any order. Copies do not stand side by side: all documents come once, then those that come twice
or more come again, and so on (see `joining`).

Legend: N documents.
"""

import hashlib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.documents import read_batches

Int64 = NDArray[np.int64]
_SPAN = 1 << 64
_BATCH_ROWS = 1 << 16


class Mixture:
    """Weights by pattern.

    Args:
        weights: of the sources that match a pattern, such as `{"wiki/*": 3, "weibo/*": 0.5}`; the first match counts,
            a source that matches none weighs 1.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)
        self._of_source: dict[str, float] = {}

    def copies(self, sources: pa.Array, ids: Sequence[str | None]) -> Int64:
        """How often each document is packed; 0 leaves it out.

        Args:
            sources: strings, N of them.
            ids: names made from the content.
        """
        if not self._weights:
            return np.ones(len(ids), np.int64)
        encoded = sources.dictionary_encode()
        weights = [self._weight(name or "") for name in encoded.dictionary.to_pylist()]
        places = encoded.indices.to_pylist()
        weight_N = np.array([1.0 if place is None else weights[place] for place in places], np.float64)
        copies_N = np.floor(weight_N).astype(np.int64)
        rest_N = weight_N - copies_N
        for place in np.flatnonzero(rest_N).tolist():
            copies_N[place] += _draw(ids[place] or "") < rest_N[place]
        return copies_N

    def unmatched(self, seen: Sequence[str]) -> list[str]:
        """The patterns that no source of these matched first."""
        first = {next((pattern for pattern in self._weights if fnmatchcase(name, pattern)), None) for name in seen}
        return [pattern for pattern in self._weights if pattern not in first]

    def _weight(self, source: str) -> float:
        if source not in self._of_source:
            matching = (weight for pattern, weight in self._weights.items() if fnmatchcase(source, pattern))
            self._of_source[source] = next(matching, 1.0)
        return self._of_source[source]


def sources_of(folder: Path) -> list[str]:
    """The sources of documents, each once, in the order in which they come; reads that column alone."""
    found: dict[str | None, None] = {}
    for batch in read_batches(folder, columns=["source"], batch_rows=_BATCH_ROWS):
        found.update(dict.fromkeys(batch.column("source").unique().to_pylist()))
    return [name or "" for name in found]


def _draw(name: str) -> float:
    """A number in [0, 1) that hangs on the name alone."""
    digest = hashlib.sha256(f"mixture\0{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / _SPAN
