from pathlib import Path

import pytest

from leafout.cli.main import main
from small_stages import write_chain


def test_a_plan_says_what_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(write_chain(tmp_path)), "--store", str(tmp_path / "store")]
    assert main(["plan", *words]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "6 of 6 steps to run"
    main(["run", *words])
    capsys.readouterr()
    assert main(["plan", *words]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "all 6 steps are found"
    assert main(["plan", *words, "--set", "join.rules.most=49"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("= words")
    assert "rules.most 50 -> 49" in lines[2]
    assert "about 1 s," in lines[2]
    assert lines[3].startswith("? draw")
    assert "depends on join" in lines[3]
    assert lines[-1].startswith("4 of 6 steps to run, about")
