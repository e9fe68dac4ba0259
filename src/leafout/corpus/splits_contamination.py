"""Contamination of a split: rows that other splits hold out, and its own val and test, inside training documents."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leafout.corpus.contamination import MAX_NGRAMS, NgramIndex, Overlap
from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.contamination_scan import READ_BYTES, scan, tables_of, tell
from leafout.corpus.contamination_spans import spans_in, without
from leafout.corpus.parts import plan_parts
from leafout.corpus.splits import SIDES, TEST, TRAIN, VAL
from leafout.corpus.splits_work import KEPT, NGRAMS, Work
from leafout.corpus.splits_writing import Edits

_COLUMNS = ["id", "text", "text_b", "source", "line"]
_FILE = "contamination.jsonl"
_OWN_NGRAMS = MAX_NGRAMS // 2
"""Of the own val and test, which grow with the data."""


def hidden_folders(held_out: Sequence[Path]) -> list[Path]:
    """The sides of splits that must not be learnt from."""
    return [path / side for path in held_out for side in ("val", "test")]


def look_for_held_out(work: Work, held_out: Sequence[Path], rule: Contamination, notes: Path) -> None:
    """Find rows that other splits hold out, word for word, in documents; drop those, or note them for cutting."""
    folders = hidden_folders(held_out)
    hidden = [
        (f"held_out/{number // 2}/{folder.name}", part)
        for number, folder in enumerate(folders)
        for part in plan_parts([folder], part_bytes=READ_BYTES)
    ]

    def tables() -> Iterator[tuple[str, pa.Table]]:
        for name, part in hidden:
            for _, table in tables_of([part], _COLUMNS, work.run):
                yield name, table

    held = (table for _, table in tables())
    index, found = scan(held, work.parts, rule, work.scratch / "held", work.run, work.kept_N())
    counts = tell(notes / _FILE, tables(), index, found, work.parts)
    _remove(work, rule, index, found, counts, "held_out")


def look_for_own(work: Work, rule: Contamination, notes: Path) -> None:
    """Find val and test, word for word, in the train of the same split; report it, and remove it if asked to."""
    kept_N = work.kept_N()
    if not (kept_N & (work.sides_N > TRAIN)).any():
        return

    def tables() -> Iterator[tuple[str, pa.Table]]:
        for part, table in work.tables(_COLUMNS):
            here = slice(part.first_row, part.first_row + part.rows)
            for side in (VAL, TEST):
                mine = (work.sides_N[here] == side) & kept_N[here]
                if mine.any():
                    yield SIDES[side], table.filter(pa.array(mine))

    own = (table for _, table in tables())
    train_N = kept_N & (work.sides_N == TRAIN)
    scratch = work.scratch / "own"
    index, found = scan(own, work.parts, rule, scratch, work.run, train_N, max_ngrams=_OWN_NGRAMS)
    counts = tell(notes / _FILE, tables(), index, found, work.parts)
    asked = rule if rule.within == "remove" else rule.model_copy(update={"remove": "nothing"})
    _remove(work, asked, index, found, counts, "own")


def _remove(
    work: Work, rule: Contamination, index: NgramIndex, found: Overlap, counts: dict[str, Any], name: str
) -> None:
    whole = found.documents if rule.remove != "nothing" else found.documents[:0]
    if rule.remove == "spans":
        cut_N = np.zeros(len(work.rows), bool) if work.cut_N is None else work.cut_N
        cut_N[whole[work.rows.plain_N[whole]]] = True
        work.cut_N = cut_N
        work.cutting.append((index, found.common_E))
        whole = whole[~work.rows.plain_N[whole]]
    work.reasons_N[whole] = NGRAMS
    about = counts | {"documents": len(found.documents), "one_ngram_of": index.thinned}
    work.told.setdefault("contamination", {})[name] = about
    if len(found.documents):
        done = {"documents": "are left out", "spans": "are cut or left out", "nothing": "stay"}[rule.remove]
        work.run.say(f"{len(found.documents)} documents hold words of rows that are held out ({name}), and {done}")


def edits_of(work: Work, rule: Contamination | None) -> Edits | None:
    """How the documents that are to be cut are cut."""
    if work.cut_N is None or rule is None:
        return None

    def cut(text: str) -> tuple[str | None, int]:
        spans = sorted(span for index, common_E in work.cutting for span in spans_in(text, index, common_E))
        return without(text, spans, rule), len(spans)

    return Edits(work.cut_N & (work.reasons_N == KEPT), cut, "contaminated_span", NGRAMS)
