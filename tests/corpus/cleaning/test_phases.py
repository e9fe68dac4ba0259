from collections import Counter
from pathlib import Path

from leafout.core.parallel import Workers
from leafout.core.run import QUIET
from leafout.corpus.cleaning.phases import DROPPED, KEPT, Phases, finish_part
from leafout.corpus.documents import Document, table_of
from leafout.corpus.parts import making, read_counts, read_part


def test_a_part_is_parted_into_what_stays_and_what_goes_with_its_reason(tmp_path: Path) -> None:
    table = table_of([Document("春", id="a"), Document("夏", id="b"), Document("秋", id="c")])
    phases = Phases(tmp_path, 1, Workers(1), QUIET)
    with making(tmp_path / "judge", 0) as out:
        finish_part(out, table, [None, "too_short", None], Counter({"nfkc": 2}))
    assert read_part(phases.kept("judge")[0])["id"].to_pylist() == ["a", "c"]
    dropped = read_part(phases.part("judge", 0) / DROPPED)
    assert (dropped["id"].to_pylist(), dropped["reason"].to_pylist()) == (["b"], ["too_short"])
    counts = read_counts(phases.part("judge", 0) / "notes" / "funnel.json")
    assert (counts["read"], counts["kept"], counts["edited"]) == (3, 2, {"nfkc": 2})
    assert (phases.part("judge", 0) / KEPT).exists()
