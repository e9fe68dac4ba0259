import json
from pathlib import Path

import numpy as np
import pytest

from leafout.core.errors import Stopped
from leafout.core.run import QuietRun
from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.contamination_scan import places, scan, tables_of, tell
from leafout.corpus.documents import Document, DocumentWriter, table_of
from leafout.corpus.parts import Part, plan_parts

RULE = Contamination(words=4, characters=5, short_words=3, short_characters=3)
HELD = [
    Document("春眠不觉晓", id="h0", source="t", line=1),
    Document("nobody has ever said it", id="h1"),
    Document("短", id="h2"),
]
DOCUMENTS = [
    Document("前言春眠不觉晓后记", id="d0", source="a", line=3),
    Document("something else 别的", id="d1"),
    Document("第二段", text_b="她说：春眠，不觉晓", id="d2"),
]


def parts_of(folder: Path, part_bytes: int = 1) -> list[Part]:
    for number, document in enumerate(DOCUMENTS):
        with DocumentWriter(folder / str(number)) as writer:
            writer.write(document)
    return plan_parts([folder / str(number) for number in range(3)], part_bytes=part_bytes)


@pytest.mark.parametrize(("part_bytes", "workers"), [(1, 1), (1 << 20, 1), pytest.param(1, 2, marks=pytest.mark.slow)])
def test_documents_are_scanned_alike_by_any_number_of_workers(
    tmp_path: Path, part_bytes: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leafout.corpus.parts.PART_BYTES", 1)  # little is not worth a worker
    run = QuietRun(workers=workers)
    parts = parts_of(tmp_path / "in", part_bytes)
    index, found = scan(iter([table_of(HELD)]), parts, RULE, tmp_path / "s", run, np.ones(3, bool))
    assert found.documents.tolist() == [0, 2]
    assert found.best_document_R.tolist() == [0, -1, -1]
    assert index.totals_R.tolist() == [1, 2, 0]


def test_documents_that_are_no_training_text_do_not_count(tmp_path: Path) -> None:
    mask = np.array([False, True, True])
    _, found = scan(iter([table_of(HELD)]), parts_of(tmp_path / "in"), RULE, tmp_path / "s", QuietRun(), mask)
    assert found.documents.tolist() == [2]


def test_each_row_that_was_found_is_told_with_the_document_that_holds_it(tmp_path: Path) -> None:
    parts = parts_of(tmp_path / "in")
    index, found = scan(iter([table_of(HELD)]), parts, RULE, tmp_path / "s", QuietRun(), np.ones(3, bool))
    tables = iter([("val", table_of(HELD[:1])), ("test", table_of(HELD[1:]))])
    counts = tell(tmp_path / "told.jsonl", tables, index, found, parts)
    assert counts == {
        "val": {"rows": 1, "too_short": 0, "found": 1, "mostly": 1},
        "test": {"rows": 2, "too_short": 1, "found": 0, "mostly": 0},
    }
    lines = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text(encoding="utf-8").splitlines()]
    about = {"side": "val", "id": "h0", "source": "t", "line": 1, "ngrams": 1, "found": 1, "common": 0}
    where = {"id": "d0", "source": "a", "line": 3}
    assert lines == [about | {"fraction": 1.0, "in_one_document": 1.0, "where": where}]


def test_places_are_looked_up_in_any_order(tmp_path: Path) -> None:
    found = places(parts_of(tmp_path / "in"), np.array([2, -1, 0, 2]))
    assert {row: said["id"] for row, said in found.items()} == {0: "d0", 2: "d2"}


class _Impatient(QuietRun):
    def should_stop(self) -> bool:
        return True


def test_between_two_parts_the_stage_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        next(tables_of(parts_of(tmp_path / "in"), ["id"], _Impatient()))
