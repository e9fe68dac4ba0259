import json
from pathlib import Path

import pytest

import chain_store
from leafout.cli.main import main


def test_the_report_is_one_file_and_its_path_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "reports" / "demo.html"
    assert main(["report", "demo", "--store", str(chain_store.shared().root), "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_same_data_comes_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["report", "demo", "--store", str(chain_store.shared().root), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "demo"
    assert main([*words, "--out", str(tmp_path / "a.json")]) == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["name"] == "demo"


def test_a_chain_that_never_ran_is_exit_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "demmo", "--store", str(chain_store.shared().root)]) == 2
    assert "did you mean `demo`?" in capsys.readouterr().err
