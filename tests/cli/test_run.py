from pathlib import Path

import pytest

from leafout.cli.main import main
from small_stages import write_chain


def test_a_run_prints_a_line_for_each_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", str(write_chain(tmp_path)), "--store", str(tmp_path / "store")]
    assert main(words) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split()[:2] for line in lines][:2] == [["+", "words"], ["+", "more"]]
    assert lines[0].endswith("words 4")
    assert "read 读完" in said.err
    assert "promoted to `leaf`" in said.err
    assert main([*words, "--set", "join.rules.most=2"]) == 0
    marks = [line[0] for line in capsys.readouterr().out.splitlines()]
    assert marks == ["=", "=", "+", "+", "+", "+"]


def test_a_part_of_a_chain_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(write_chain(tmp_path)), "join", "--store", str(tmp_path / "store")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_failed_gate_is_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", str(write_chain(tmp_path)), "--store", str(tmp_path / "store"), "--set", "exam.accuracy=0.2"]
    assert main(words) == 3
    said = capsys.readouterr()
    assert "exam" in said.out
    assert "error: `exam` did not pass its gates: `accuracy` is 0.2, at least 0.8 is asked for" in said.err
