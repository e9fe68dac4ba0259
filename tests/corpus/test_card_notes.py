import json
from pathlib import Path

from leafout.corpus.card import Card
from leafout.corpus.card_notes import notes_of, write_card
from leafout.corpus.documents import Document, table_of
from leafout.corpus.ledger import Ledger


def filled(out: Path) -> Card:
    with Ledger(out) as ledger:
        ledger.read, ledger.kept = 10, 6
        ledger.dropped.update(duplicate=1, near_duplicate=3)
        ledger.edited.update(masked_phone=2, nfkc=5)
    notes = out / "notes"
    clusters = [{"kept": "a", "dropped": ["b"]}, {"kept": "c", "dropped": ["d", "e"]}]
    (notes / "near_duplicates.jsonl").write_text("".join(json.dumps(one) + "\n" for one in clusters))
    examples = [{"text": "版权所有" * 200, "times": 9 - n} for n in range(9)] * 3
    (notes / "repeats.json").write_text(json.dumps({"repeated_lines": {"documents": 4, "examples": examples}}))
    (notes / "filters.json").write_text(json.dumps({"like": {"auc": 0.9}}))
    card = Card()
    card.add(table_of([Document("甲")] * 6))
    return card


def test_the_notes_of_a_stage_are_told_in_short(tmp_path: Path) -> None:
    filled(tmp_path)
    found = notes_of(tmp_path)
    assert found["funnel"]["kept"] == 6
    assert found["masked"] == {"phone": 2}
    assert found["edited"] == {"nfkc": 5}
    assert found["duplicates"] == {"duplicate": 1, "near_duplicate": 3, "clusters": 2, "largest": 3}
    assert len(found["cut"]["repeated_lines"]["examples"]) == 10
    assert max(len(one["text"]) for one in found["cut"]["repeated_lines"]["examples"]) == 300
    assert found["filters"] == {"like": {"auc": 0.9}}
    assert "leaks" not in found


def test_the_card_is_written_beside_the_other_notes(tmp_path: Path) -> None:
    card = filled(tmp_path)
    write_card(tmp_path, card, {"train": card})
    values = json.loads((tmp_path / "notes/card.json").read_text(encoding="utf-8"))
    assert values["whole"]["documents"] == values["notes"]["funnel"]["kept"] == 6
    assert values["sides"]["train"] == values["whole"]
    assert values["version"] == 1
