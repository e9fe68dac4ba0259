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


def test_a_ledger_takes_what_those_of_its_parts_counted(tmp_path: Path) -> None:
    for name in ("一", "二"):
        with Ledger(tmp_path / name) as part:
            part.reject(f"{name}.csv", 3, "not CSV: bad quote", "坏行")
            part.skip("redirect")
            part.read += 2
            part.kept += 2
            part.edited["nfkc"] += 1
    with Ledger(tmp_path / "all") as ledger:
        ledger.take(tmp_path / "一")
        ledger.take(tmp_path / "二")
        ledger.leave_out("over the cap of its source", 1)
        ledger.leave_out("nothing", 0)
    assert ledger.counts() == {
        "read": 8, "kept": 3, "merged": 0, "edited": {"nfkc": 2}, "rejected": {"not CSV": 2},
        "dropped": {"redirect": 2, "over the cap of its source": 1},
    }  # fmt: skip
    lines = (tmp_path / "all/notes/rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines] == ["一.csv", "二.csv"]
    assert ledger.first_rejects == ["一.csv:3: not CSV: bad quote", "二.csv:3: not CSV: bad quote"]
