import json
from pathlib import Path

import numpy as np

from leafout.corpus.documents import Document, DocumentWriter, read_documents, read_table
from leafout.corpus.ledger import Ledger
from leafout.corpus.parts import plan_parts, read_rows
from leafout.corpus.splits import content_digest
from leafout.corpus.splits_writing import Edits, SidesWriter, write_card_of_sides

TEXTS = ["甲", "乙", "丙", "丁", "戊", "己 cut", "gone"]
SIDES = np.array([0, 2, 2, 1, -1, 0, 0], np.int8)
REASONS = np.array([0, 0, 0, 0, 1, 0, 0], np.int8)
LEAKED = np.array([0, 1, 0, 0, 0, 0, 0], bool)


def write(tmp_path: Path, part_bytes: int) -> tuple[SidesWriter, Ledger]:
    with DocumentWriter(tmp_path / "in") as writer:
        for number, text in enumerate(TEXTS):
            writer.write(Document(text, id=f"r{number}"))
    parts = plan_parts([tmp_path / "in"], part_bytes=part_bytes)
    edits = Edits(np.arange(7) >= 5, lambda text: (text[:1] if "cut" in text else None, 2), "span", 2)
    with Ledger(tmp_path / "out") as ledger:
        sides = SidesWriter(tmp_path / "out", ("", "first", "emptied"), ledger, deleaked=True)
        tables = ((part, read_rows(part)) for part in parts)
        sides.write(tables, SIDES, REASONS, leaked_N=LEAKED, edits=edits)
    return sides, ledger


def texts(folder: Path) -> list[str]:
    return [row.text for row in read_documents(folder)]


def test_each_row_is_written_once_and_the_deleaked_test_beside_the_test(tmp_path: Path) -> None:
    sides, ledger = write(tmp_path, 1 << 20)
    out = tmp_path / "out"
    assert [texts(out / side) for side in ("train", "val", "test", "test_deleaked")] == [
        ["甲", "己"],
        ["丁"],
        ["乙", "丙"],
        ["丙"],
    ]
    assert sides.sizes == {"train": 2, "val": 1, "test": 2, "test_deleaked": 1}
    assert sides.digests["test"] == content_digest(read_table(out / "test"))
    assert sides.digests["test_deleaked"] == content_digest(read_table(out / "test_deleaked"))
    assert (ledger.read, ledger.kept, dict(ledger.dropped)) == (7, 5, {"first": 1, "emptied": 1})
    assert dict(ledger.edited) == {"span": 2}
    assert {side: card.plain()["documents"] for side, card in sides.cards.items()} == sides.sizes


def test_the_card_of_a_split_counts_each_row_once(tmp_path: Path) -> None:
    sides, _ = write(tmp_path, 1)
    write_card_of_sides(tmp_path / "out", sides.cards)
    card = json.loads((tmp_path / "out/notes/card.json").read_text(encoding="utf-8"))
    assert card["whole"]["documents"] == card["notes"]["funnel"]["kept"] == 5
    assert sorted(card["sides"]) == ["test", "test_deleaked", "train", "val"]


def test_what_is_left_out_is_kept_with_its_reason_and_its_whole_text(tmp_path: Path) -> None:
    write(tmp_path, 1 << 20)
    dropped = read_table(tmp_path / "out" / "notes" / "dropped")
    assert dropped.select(["text", "reason"]).to_pylist() == [
        {"text": "戊", "reason": "first"},
        {"text": "gone", "reason": "emptied"},
    ]


def test_how_the_input_is_cut_makes_no_difference(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    write(one, 1)
    write(other, 1 << 20)
    for path in sorted((one / "out").rglob("*.parquet")):
        assert path.read_bytes() == (other / path.relative_to(one)).read_bytes()
