import csv
import io
import json
from pathlib import Path

import pytest

from leafout.chain.answer_files import answer_file
from leafout.core.errors import LeafoutError

ROWS = [
    {"source": "a.csv", "line": 2, "text": '他说"好"，\n然后', "abstained": False, "probabilities": {"好": 0.9}},
    {"source": "a.csv", "line": 3, "error": "no text"},
    {"source": "a.csv", "line": 4, "text": "x", "abstained": True, "stars": 5},
]


def test_json_lines_hold_each_answer(tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    with answer_file(out, io.StringIO(), as_csv=False) as write:
        for row in ROWS:
            write(row)
        assert not out.exists(), "the file appears whole"
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == ROWS


def test_csv_keeps_columns_and_puts_the_rest_into_one(tmp_path: Path) -> None:
    with answer_file(tmp_path / "a.csv", io.StringIO(), as_csv=True) as write:
        for row in ROWS:
            write(row)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found[0]["text"] == ROWS[0]["text"]
    assert (found[0]["abstained"], found[2]["abstained"]) == ("false", "true")
    assert json.loads(found[0]["probabilities"]) == {"好": 0.9}
    assert found[1]["error"] == "no text"
    assert json.loads(found[2]["more"]) == {"stars": 5}


def test_an_interruption_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), answer_file(tmp_path / "a.jsonl", io.StringIO(), as_csv=False) as write:
        write(ROWS[0])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="cannot write"), answer_file(tmp_path / "n/a", io.StringIO(), as_csv=False):
        pass


def test_without_a_file_answers_go_out_as_they_come() -> None:
    stdout = io.StringIO()
    with answer_file(None, stdout, as_csv=False) as write:
        write(ROWS[1])
        assert "no text" in stdout.getvalue()
