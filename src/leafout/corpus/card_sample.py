"""An even sample of documents, chosen by what they say: the same for any order and any cut of the documents."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SAMPLE_DOCUMENTS = 20
SAMPLE_CHARS = 300

_SHOWN = ("id", "source", "url", "language", "label", "text")
_LIMITS = {"id": 80, "source": 200, "url": 500, "language": 20, "label": 80, "text": SAMPLE_CHARS}


class Sample:
    """Keeps the documents whose ids come first by their second half.

    An id is the beginning of a sha256 of what a document says, so these are an even sample; the second half, because
    other choices (`sample`, sides of a split) go by the first.

    Args:
        most: how many documents are kept.
    """

    def __init__(self, most: int = SAMPLE_DOCUMENTS) -> None:
        self._most = most
        self._kept: pa.Table | None = None

    def add(self, table: pa.Table) -> None:
        """Look at documents."""
        keys = pc.fill_null(pc.utf8_slice_codeunits(table["id"], 8, 16), "")
        if self._kept is not None and self._kept.num_rows >= self._most:
            near = pc.less_equal(keys, self._kept["key"][-1])
            table, keys = table.filter(near), keys.filter(near)
        if table.num_rows:
            shown = {name: pc.utf8_slice_codeunits(table[name], 0, _LIMITS[name]) for name in _SHOWN}
            self._put(pa.table({"key": keys, **shown}))

    def merge(self, other: "Sample") -> None:
        """Look at what another one kept."""
        if other._kept is not None:
            self._put(other._kept)

    def plain(self) -> list[dict[str, Any]]:
        """The documents, what they do not say left out."""
        rows = [] if self._kept is None else self._kept.select(list(_SHOWN)).to_pylist()
        return [{name: value for name, value in row.items() if value is not None} for row in rows]

    def _put(self, found: pa.Table) -> None:
        whole = found if self._kept is None else pa.concat_tables([self._kept, found])
        order = pc.sort_indices(whole, sort_keys=[(name, "ascending") for name in ("key", "id", "source", "text")])
        self._kept = whole.take(order[: self._most]).combine_chunks()
