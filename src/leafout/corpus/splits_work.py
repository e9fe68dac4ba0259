"""What a split knows of its rows while they are parted, and why some are left out.

Legend: N rows, E n-grams.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.run import Run
from leafout.corpus.contamination import NgramIndex
from leafout.corpus.contamination_scan import tables_of
from leafout.corpus.parts import Part
from leafout.corpus.splits import NO_SIDE, SIDES
from leafout.corpus.splits_rows import Rows

REASONS = (
    "",
    "contaminated",
    "contaminated_ngrams",
    "no_time",
    "no_side",
    "copy_of_test",
    "near_copy_of_test",
    "copy_of_val",
    "near_copy_of_val",
)
"""Why a row is left out; its number is its place here, and 0 is a row that stays."""

KEPT, CONTAMINATED, NGRAMS, NO_TIME, NO_SIDE_SAID, COPY_TEST, NEAR_TEST, COPY_VAL, NEAR_VAL = range(len(REASONS))


@dataclass(slots=True)
class Work:
    """Rows on their way to their sides.

    Attributes:
        run: workers, seed, progress, stop.
        scratch: a folder that is removed at the end.
        folders: of the documents.
        parts: of the documents.
        rows: what decides their sides.
        reasons_N: why a row is left out.
        sides_N: the side of each row that is not left out.
        clusters_N: near-duplicates; None where they may cross.
        leaked_N: rows of a given test (or val) that stand on another side too.
        cut_N: rows whose contaminated spans are cut out.
        cutting: for each set of held-out rows their n-grams, and which of them are common.
        told: what `split.json` says beside sizes and digests.
    """

    run: Run
    scratch: Path
    folders: Sequence[Path]
    parts: list[Part]
    rows: Rows
    reasons_N: NDArray[np.int8]
    sides_N: NDArray[np.int8]
    clusters_N: NDArray[np.int64] | None = None
    leaked_N: NDArray[np.bool_] | None = None
    cut_N: NDArray[np.bool_] | None = None
    cutting: list[tuple[NgramIndex, NDArray[np.bool_]]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def tables(self, columns: Sequence[str]) -> Iterator[tuple[Part, pa.Table]]:
        """Each part and its rows."""
        return tables_of(self.parts, columns, self.run)

    def kept_N(self) -> NDArray[np.bool_]:
        """Rows that are not left out."""
        kept_N: NDArray[np.bool_] = self.reasons_N == KEPT
        return kept_N

    def forget_keys(self) -> None:
        """Let go of what only the parting needs: 24 bytes a row."""
        empty = np.zeros(0, np.uint64)
        self.clusters_N = None
        self.rows = replace(self.rows, names_N=empty, letters_N=empty, groups=())

    def sizes(self) -> dict[str, int]:
        """Rows of each side."""
        counts = np.bincount(self.sides_N[self.kept_N()] - NO_SIDE, minlength=len(SIDES) + 1)
        return dict(zip(SIDES, counts[1:].tolist(), strict=True))
