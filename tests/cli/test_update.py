from pathlib import Path

import pytest

from leafout.cli.main import main
from small_stages import CHAIN, write_chain

LINE = 'up: {stage: "small_stages:update", from: {release: count, rows: join}, slot: leaf}\n'


def test_each_slot_has_its_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["update", str(write_chain(tmp_path, CHAIN + LINE)), "--store", str(tmp_path / "store")]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "promoted  leaf  the first release of `leaf`"
    assert main([*words, "--set", "count.steps=2", "--set", "up.better=false"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "kept      leaf  accuracy 0.9 against 0.8"
    assert main([*words, "--set", "count.steps=3", "--set", "exam.accuracy=0"]) == 3
    assert capsys.readouterr().out.splitlines()[-1].startswith("kept      leaf  `exam` did not pass its gates")
