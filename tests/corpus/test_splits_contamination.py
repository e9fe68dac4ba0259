from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leafout.core.run import QuietRun
from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.documents import Document, DocumentWriter, table_of
from leafout.corpus.parts import plan_parts
from leafout.corpus.splits_contamination import edits_of, look_for_held_out, look_for_own
from leafout.corpus.splits_rows import Wanted, gather
from leafout.corpus.splits_work import NGRAMS, Work

SAID = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少"
LONG = "一段很长的话，" * 40
ROWS = [
    Document(f"{LONG}{SAID}{LONG}", id="a"),
    Document(f"{LONG}{SAID}", id="b", label="诗"),
    Document("另外的一段话，说的是别的事情", id="c"),
    Document(SAID, id="d"),
]


def work_of(tmp_path: Path) -> Work:
    with DocumentWriter(tmp_path / "in") as writer:
        for row in ROWS:
            writer.write(row)
    rows = gather(iter([table_of(ROWS)]), Wanted())
    sides, folder = np.array([0, 0, 0, 2], np.int8), tmp_path / "in"
    (tmp_path / "notes").mkdir()
    return Work(QuietRun(), tmp_path / "s", [folder], plan_parts([folder]), rows, np.zeros(4, np.int8), sides)


def held(tmp_path: Path, text: str) -> list[Path]:
    for side, said in (("val", "无关"), ("test", text)):
        with DocumentWriter(tmp_path / "held" / side) as writer:
            writer.write(Document(said, id="h"))
    return [tmp_path / "held"]


@pytest.mark.parametrize(
    ("remove", "reasons", "cut"),
    [("documents", [NGRAMS, NGRAMS, 0, NGRAMS], []), ("nothing", [0] * 4, []), ("spans", [0, NGRAMS, 0, 0], [0, 3])],
)
def test_held_out_rows_are_removed_as_asked(tmp_path: Path, remove: Any, reasons: list[int], cut: list[int]) -> None:
    work, rule = work_of(tmp_path), Contamination(remove=remove)
    look_for_held_out(work, held(tmp_path, SAID), rule, tmp_path / "notes")
    assert work.reasons_N.tolist() == reasons
    edits = edits_of(work, rule)
    assert ([] if edits is None else np.flatnonzero(edits.rows_N).tolist()) == cut
    told = work.told["contamination"]["held_out"]
    assert told["documents"] == 3
    assert told["held_out/0/test"] == {"rows": 1, "too_short": 0, "found": 1, "mostly": 1}
    assert told["held_out/0/val"]["too_short"] == 1


def test_a_cut_document_loses_the_span_and_its_margin(tmp_path: Path) -> None:
    work, rule = work_of(tmp_path), Contamination(remove="spans", margin_chars=10, min_piece_chars=20)
    look_for_held_out(work, held(tmp_path, SAID), rule, tmp_path / "notes")
    edits = edits_of(work, rule)
    assert edits is not None
    assert edits.edit(ROWS[0].text) == (f"{LONG[:-10]}\n\n{LONG[10:]}", 1)
    assert edits.edit(SAID) == (None, 1)


@pytest.mark.parametrize(("within", "reasons"), [("report", [0, 0, 0, 0]), ("remove", [NGRAMS, NGRAMS, 0, 0])])
def test_the_own_test_is_looked_for_in_the_own_train(tmp_path: Path, within: Any, reasons: list[int]) -> None:
    work = work_of(tmp_path)
    look_for_own(work, Contamination(within=within), tmp_path / "notes")
    assert work.reasons_N.tolist() == reasons
    assert work.told["contamination"]["own"]["test"]["found"] == 1
    assert '"where": {"id": "a"' in (tmp_path / "notes" / "contamination.jsonl").read_text(encoding="utf-8")
