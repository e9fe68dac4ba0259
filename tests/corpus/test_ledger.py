import json
from pathlib import Path

import pytest

from leafout.corpus.ledger import Ledger


def test_the_funnel_and_the_rejects_are_written(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.reject("a.csv", 7, "not CSV: bad quote", "坏行\ud800")
        ledger.read += 3
        ledger.kept = 2
        ledger.dropped["too_short"] += 1
    funnel = json.loads((tmp_path / "notes/funnel.json").read_text(encoding="utf-8"))
    assert funnel["rejected"] == {"not CSV": 1}
    assert funnel["read"] == 4
    entry = json.loads((tmp_path / "notes/rejects.jsonl").read_text(encoding="utf-8"))
    assert (entry["file"], entry["line"], entry["reason"]) == ("a.csv", 7, "not CSV: bad quote")


def test_a_ledger_that_does_not_add_up_is_a_bug_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(AssertionError), Ledger(tmp_path) as ledger:
        ledger.read += 1
