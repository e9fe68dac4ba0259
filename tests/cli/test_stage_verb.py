from pathlib import Path

import pytest

from leafout.cli.main import main
from leafout.core.artifact import read_artifact
from leafout.core.verbs import STAGES

ROWS = "text,label\n" + "".join(f"这本书 {n} 很好很好,{n % 2}\nthe book {n} was fine,{n % 2}\n" for n in range(40))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def test_a_stage_alone_from_files_to_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "rows.csv", "--quality.min-chars", "12", "--no-near-dedup", "--out", "干净"]) == 0
    said = capsys.readouterr()
    assert [line.split()[1] for line in said.out.splitlines()[:2]] == ["collect", "clean"]
    assert said.out.splitlines()[-1] == "干净"
    artifact = read_artifact(folder / "干净")
    assert artifact.config["quality"]["min_chars"] == 12
    assert artifact.config["near_dedup"] is None
    assert main(["split", "干净", "--method", "stratified", "--seed", "3", "--near-duplicates", "0"]) == 0
    path = Path(capsys.readouterr().out.splitlines()[-1])
    assert read_artifact(path).seed == 3


def test_files_stand_first_for_collect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", "*.csv", "--columns", "{text: text}"]) == 0
    assert "documents 80" in capsys.readouterr().out


def test_a_wrong_kind_of_input_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["collect", "rows.csv", "--out", "docs"])
    capsys.readouterr()
    assert main(["tokenize", "docs"]) == 2
    assert "cannot be the `documents` of `tokenize`: it was made by `collect`" in capsys.readouterr().err


def test_a_result_goes_nowhere_near_other_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", "rows.csv", "--out", "."]) == 2
    assert "the folder is not empty" in capsys.readouterr().err
    assert not (folder / ".leafout").exists()


@pytest.mark.parametrize("verb", [name for name in STAGES if name not in {"monitor", "update"}])
def test_every_stage_has_a_verb_with_its_flags(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    assert "--store" in capsys.readouterr().out
