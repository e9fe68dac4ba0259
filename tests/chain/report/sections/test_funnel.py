from typing import Any

from leafout.chain.report.sections.funnel import counts, section, told_of
from leafout.corpus.card import Card
from leafout.corpus.documents import Document, table_of


def step(**funnel: object) -> dict[str, Any]:
    dropped = {"too_short": [{"text": "嗯<b>", "source": "a.csv", "line": 3}]}
    return {"name": "clean", "stage": "clean", "evidence": {"funnel": funnel, "dropped": dropped}}


def test_rows_are_counted_once() -> None:
    funnel = {"kept": 5, "dropped": {"a": 2, "b": 1}, "rejected": {"c": 4}, "merged": 0}
    assert counts(funnel) == {"kept": 5, "dropped": 3, "merged": 0, "rejected": 4}


def test_reasons_stand_with_share_and_samples() -> None:
    made = section({"steps": [step(read=10, kept=8, dropped={"too_short": 2}, edited={"space": 4})]})
    assert made is not None
    for word in ("too short", "20.00%", "嗯&lt;b&gt;", "a.csv:3", "kept 8 (80.0%)", "edited: space"):
        assert word in made


def test_without_a_ledger_there_is_no_section() -> None:
    assert section({"steps": [{"name": "x", "stage": "x", "evidence": {}}]}) is None


def test_what_is_kept_is_told_in_a_line_each_with_the_way_to_the_card() -> None:
    card = Card()
    rows = [Document("今天", language="zh", licence="CC0"), Document("b", language="en"), Document("c", language="en")]
    card.add(table_of(rows))
    given = step(read=3, kept=3) | {"name": "text"}
    given["evidence"] = {"funnel": {"read": 3, "kept": 3}, "card": {"whole": card.plain()}}
    assert told_of(given["evidence"]["card"], most=1) == {
        "languages": "en 2, 1 more 1",
        "licences": "CC0 1, none said 2",
    }
    made = section({"name": "news", "steps": [given]})
    assert made is not None
    assert "languages: en 2, zh 1" in made
    assert "leafout card news:text" in made
