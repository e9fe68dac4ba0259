from pathlib import Path

import pytest

from leafout.cli.init import TASKS
from leafout.cli.main import main


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "文本.txt").write_text("这是一本很好的书。\n", encoding="utf-8")
    (tmp_path / "rows.csv").write_text("text,label\n很好很好,1\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("task", TASKS)
def test_the_chain_of_each_task_can_be_planned(data: Path, task: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", task, "--text", "文本.txt", "--rows", "rows.csv"]) == 0
    assert main(["plan", "chain.yaml"]) == 0, capsys.readouterr().err
    assert "steps to run" in capsys.readouterr().out
    assert sum(line.startswith("#") for line in (data / "chain.yaml").read_text().splitlines()) > 5


def test_a_file_that_is_there_is_left_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "chain.yaml").write_text("mine", encoding="utf-8")
    assert main(["init", "classify"]) == 2
    assert "the file is there already" in capsys.readouterr().err
    assert (data / "chain.yaml").read_text() == "mine"
    assert main(["init", "classify", "--out", "none/chain.yaml"]) == 2
    assert main(["init", "clasify"]) == 2
    assert "did you mean `classify`?" in capsys.readouterr().err


def test_a_dash_prints_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "generate", "--out", "-", "--text", 'a"b/*.txt']) == 0
    assert '"a\\"b/*.txt"' in capsys.readouterr().out
    assert not (data / "chain.yaml").exists()
