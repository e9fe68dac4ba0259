from collections import Counter
from pathlib import Path

import numpy as np

from leafout.core.parallel import Workers
from leafout.core.run import QUIET
from leafout.corpus.cleaning.duplicates import DUPLICATE
from leafout.corpus.cleaning.phases import Phases, finish_part
from leafout.corpus.cleaning.writing import write
from leafout.corpus.documents import Document, read_table, table_of
from leafout.corpus.ledger import Ledger
from leafout.corpus.parts import making


def test_every_document_is_written_once_with_its_reason_or_kept(tmp_path: Path) -> None:
    phases = Phases(tmp_path / "scratch", 2, Workers(1), QUIET)
    given: list[list[str | None]] = [[None, "too_short"], [None, None]]
    for number, reasons in enumerate(given):
        rows = [Document(f"春{number}{place}", id=f"{number}{place}") for place in range(2)]
        with making(phases.scratch / "judge", number) as out:
            finish_part(out, table_of(rows), reasons, Counter({"nfkc": 1}))
    for number, rows in enumerate(([Document("春00", id="00")], [Document("春10", id="10"), Document("x", id="11")])):
        with making(phases.scratch / "later", number) as out:
            finish_part(out, table_of(rows), [None if len(row.text) > 1 else "cut" for row in rows], Counter())
    for _ in range(2):  # a stage that is stopped here writes again
        with Ledger(tmp_path / "out") as ledger:
            write(phases, tmp_path / "out", ["judge", "later"], np.array([0, DUPLICATE], np.int8), ledger)
    assert read_table(tmp_path / "out")["id"].to_pylist() == ["00"]
    dropped = read_table(tmp_path / "out/notes/dropped")
    assert dropped["id"].to_pylist() == ["01", "11", "10"]
    assert dropped["reason"].to_pylist() == ["too_short", "cut", "duplicate"]
    assert ledger.counts() == {
        "read": 4, "kept": 1, "rejected": {}, "dropped": {"cut": 1, "duplicate": 1, "too_short": 1}, "merged": 0,
        "edited": {"nfkc": 2},
    }  # fmt: skip
