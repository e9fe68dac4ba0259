"""The rows of a split, written side by side in one pass; what is left out is kept in the notes with its reason.

Memory: one part of the input, and a row group of each side.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafout.core.artifact import NOTES
from leafout.corpus.card import Card
from leafout.corpus.card_notes import write_card
from leafout.corpus.documents import SCHEMA, DocumentWriter
from leafout.corpus.parts import Part
from leafout.corpus.splits import SIDES, ContentDigest, Sides

if TYPE_CHECKING:
    from leafout.corpus.ledger import Ledger

Bool = NDArray[np.bool_]
DELEAKED = "test_deleaked"
FOUND = ("leaks.jsonl", "contamination.jsonl")
"""Notes that say what was found of single rows."""


@dataclass(frozen=True, slots=True)
class Edits:
    """Texts that change on the way.

    Attributes:
        rows_N: which.
        edit: gives a text anew, or None when nothing is left of it; and how many edits that took.
        name: of the edit in the ledger.
        reason: number of the reason where nothing is left.
    """

    rows_N: Bool
    edit: Callable[[str], tuple[str | None, int]]
    name: str
    reason: int


class SidesWriter:
    """Writes rows to their sides.

    Args:
        out: receives a folder for each side, and `notes/dropped/` where rows are left out.
        reasons: by number; 0 is none.
        deleaked: whether `test_deleaked/` is written too.
        ledger: counts every row.
    """

    def __init__(self, out: Path, reasons: Sequence[str], ledger: "Ledger", *, deleaked: bool) -> None:
        self.sizes: dict[str, int] = {}
        self.digests: dict[str, str] = {}
        self.cards = {side: Card() for side in (*SIDES, *([DELEAKED] if deleaked else []))}
        self._out, self._reasons, self._ledger, self._deleaked = out, reasons, ledger, deleaked

    def write(
        self,
        tables: Iterator[tuple[Part, pa.Table]],
        sides_N: Sides,
        reasons_N: NDArray[np.int8],
        *,
        leaked_N: Bool,
        edits: Edits | None = None,
    ) -> None:
        """Write all rows.

        Args:
            tables: the rows in order, a part at a time.
            sides_N: the side of each row.
            reasons_N: why a row is left out; 0 for one that stays.
            leaked_N: rows of test that `test_deleaked/` leaves out.
            edits: which rows are edited, and how.
        """
        with ExitStack() as stack:
            writers: dict[str, DocumentWriter] = {
                side: stack.enter_context(DocumentWriter(self._out / side, card=self.cards[side])) for side in SIDES
            }
            digests = {"test": ContentDigest()}
            if self._deleaked:
                writer = DocumentWriter(self._out / DELEAKED, card=self.cards[DELEAKED])
                writers[DELEAKED] = stack.enter_context(writer)
                digests[DELEAKED] = ContentDigest()
            dropped: DocumentWriter | None = None
            for part, whole in tables:
                here = slice(part.first_row, part.first_row + part.rows)
                reasons, table = reasons_N[here], whole
                if edits is not None and edits.rows_N[here].any():
                    table, reasons = self._edited(whole, reasons, edits.rows_N[here], edits)
                self._ledger.read += part.rows
                if reasons.any():
                    schema = SCHEMA.append(pa.field("reason", pa.string()))
                    dropped = dropped or stack.enter_context(
                        DocumentWriter(self._out / "notes" / "dropped", schema=schema)
                    )
                    dropped.write_batch(self._dropped(whole, reasons))
                for number, side in enumerate(SIDES):
                    mine = (sides_N[here] == number) & (reasons == 0)
                    self._put(table, mine, side, writers, digests)
                    self._ledger.kept += int(mine.sum())
                    if side == "test" and self._deleaked:
                        self._put(table, mine & ~leaked_N[here], DELEAKED, writers, digests)
            self.sizes = {name: writer.count for name, writer in writers.items()}
            self.digests = {name: digest.hexdigest() for name, digest in digests.items()}

    @staticmethod
    def _put(
        table: pa.Table,
        mine: Bool,
        name: str,
        writers: dict[str, DocumentWriter],
        digests: dict[str, ContentDigest],
    ) -> None:
        if mine.any():
            rows = table.filter(pa.array(mine))
            writers[name].write_batch(rows)
            if name in digests:
                digests[name].update(rows)

    def _dropped(self, table: pa.Table, reasons: NDArray[np.int8]) -> pa.Table:
        gone = reasons > 0
        names = [self._reasons[number] for number in reasons[gone].tolist()]
        self._ledger.dropped.update(names)
        return table.filter(pa.array(gone)).append_column("reason", pa.array(names, pa.string()))

    def _edited(
        self, table: pa.Table, reasons: NDArray[np.int8], rows: Bool, edits: Edits
    ) -> tuple[pa.Table, NDArray[np.int8]]:
        places = np.flatnonzero(rows & (reasons == 0))
        anew, reasons = [], reasons.copy()
        for place, text in zip(places.tolist(), table["text"].take(pa.array(places)).to_pylist(), strict=True):
            new, count = edits.edit(text)
            anew.append(new)
            if new is None:
                reasons[place] = edits.reason
            else:
                self._ledger.edited[edits.name] += count
        mask = np.zeros(table.num_rows, bool)
        mask[places] = True
        column = table["text"].combine_chunks()
        column = pc.replace_with_mask(column, pa.array(mask), pa.array(anew, column.type))
        return table.set_column(table.schema.get_field_index("text"), "text", column), reasons


def remove_written(out: Path) -> None:
    """Remove what a split that was stopped had begun to write: sides, dropped rows, and what was found of rows."""
    for name in (*SIDES, DELEAKED, f"{NOTES}/dropped"):
        shutil.rmtree(out / name, ignore_errors=True)
    for name in FOUND:
        (out / NOTES / name).unlink(missing_ok=True)


def write_card_of_sides(out: Path, cards: Mapping[str, Card]) -> None:
    """Write the card of a split: of all rows, and of each side beside it.

    Args:
        out: the artifact's folder; its funnel is written.
        cards: of each side, as `SidesWriter` has them; `test_deleaked` repeats rows of `test`.
    """
    whole = Card()
    for side in SIDES:
        whole.merge(cards[side])
    write_card(out, whole, cards)
