import json
from pathlib import Path

import pytest

import chain_store
from leafout.cli.main import main


def test_the_card_is_one_file_and_its_path_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cards" / "card.html"
    assert main(["card", "demo:rows", "--store", str(chain_store.shared().root), "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["card", "demo:clean", "--store", str(chain_store.shared().root)]) == 0
    written = Path(capsys.readouterr().out.strip())
    assert written.name == "clean-card.html"
    assert written.is_file()


def test_the_same_data_comes_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["card", "demo:rows", "--store", str(chain_store.shared().root)]
    assert main([*words, "--json"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["steps"][1]["name"] == "clean"
    assert main([*words, "--out", str(tmp_path / "card.json")]) == 0
    assert (tmp_path / "card.json").read_text(encoding="utf-8") == printed


def test_a_wrong_name_is_exit_two_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "demo:claen", "--store", str(chain_store.shared().root)]) == 2
    assert "hint: steps: " in capsys.readouterr().err
