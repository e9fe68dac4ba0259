"""Documents and characters by name (source, language, host ...), compiled, in bounded memory.

Legend: B documents of a batch.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

KEPT_NAMES = 10_000
"""Names that are counted one by one; what comes beyond is counted together."""

_NAME_CHARS = 200
_SHOWN = 100
_SCHEMA = pa.schema([("name", pa.string()), ("documents", pa.int64()), ("characters", pa.int64())])
_ORDER = [("documents", "descending"), ("characters", "descending"), ("name", "ascending")]


class Tally:
    """Counts documents and their characters by a name of theirs.

    Exact up to `most` different names. Beyond, the rarest are counted together as `others`; should one of them come
    back often it is counted from there on, so its count is a lower bound. The sum over all is always exact.
    Memory: some 3 * `most` names of at most 200 characters.

    Args:
        most: names that are counted one by one.
    """

    def __init__(self, most: int = KEPT_NAMES) -> None:
        self._most = most
        self._tables: list[pa.Table] = []
        self._rows = 0
        self._unsaid = np.zeros(2, np.int64)
        self._others = np.zeros(2, np.int64)
        self._pruned = 0

    def add(self, names: pa.Array | pa.ChunkedArray, chars_B: NDArray[np.int64]) -> None:
        """Count documents.

        Args:
            names: of B documents; null or empty where none is said.
            chars_B: their characters.
        """
        cut = pc.utf8_slice_codeunits(names, 0, _NAME_CHARS)
        table = pa.table({"name": cut, "documents": np.ones(len(names), np.int64), "characters": chars_B})
        grouped = _grouped(table.cast(_SCHEMA))
        said = pc.greater(pc.fill_null(pc.binary_length(grouped["name"]), 0), 0)
        self._unsaid += _sums(grouped.filter(pc.invert(said)))
        self._put(grouped.filter(said))

    def merge(self, other: "Tally") -> None:
        """Add what another one counted."""
        self._unsaid += other._unsaid
        self._others += other._others
        self._pruned += other._pruned
        for table in other._tables:
            self._put(table)

    def plain(self, *, shown: int = _SHOWN) -> dict[str, Any]:
        """The counts as plain values, the most documents first.

        Args:
            shown: names at most; the rest goes to `others`.

        Returns:
            `names` (how many different ones are known), `exact`, `top` (name, documents, characters), `others` (names,
            documents, characters), `none_said` (documents, characters).
        """
        self._compact()
        table = self._tables[0] if self._tables else _SCHEMA.empty_table()
        rest = table.slice(shown)
        others = (self._others + _sums(rest)).tolist()
        return {
            "names": table.num_rows + self._pruned,
            "exact": self._pruned == 0,
            "top": table.slice(0, shown).to_pylist(),
            "others": {"names": rest.num_rows + self._pruned, "documents": others[0], "characters": others[1]},
            "none_said": dict(zip(("documents", "characters"), self._unsaid.tolist(), strict=True)),
        }

    def _put(self, grouped: pa.Table) -> None:
        if grouped.num_rows:
            self._tables.append(grouped)
            self._rows += grouped.num_rows
            if self._rows > 2 * self._most:
                self._compact()

    def _compact(self) -> None:
        """Make one table of all, the most documents first, and count the rarest together."""
        if not self._tables:
            return
        whole = _grouped(pa.concat_tables(self._tables))
        whole = whole.take(pc.sort_indices(whole, sort_keys=_ORDER))
        rest = whole.slice(self._most)
        self._others += _sums(rest)
        self._pruned += rest.num_rows
        self._tables = [whole.slice(0, self._most).combine_chunks()]
        self._rows = self._tables[0].num_rows


def _grouped(table: pa.Table) -> pa.Table:
    sums = [("documents", "sum"), ("characters", "sum")]
    found = pa.TableGroupBy(table, "name", use_threads=False).aggregate(sums)
    columns = [found["name"], found["documents_sum"], found["characters_sum"]]
    return pa.table(columns, schema=_SCHEMA)


def _sums(table: pa.Table) -> NDArray[np.int64]:
    found = [pc.sum(table[name], min_count=0).as_py() for name in ("documents", "characters")]
    return np.array(found, np.int64)
