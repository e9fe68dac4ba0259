import json
from pathlib import Path
from typing import Any

import pytest

from leafout.cli.main import main

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tiny_models

    folder = tmp_path_factory.mktemp("model")
    tiny_models.write_bert(folder)
    return folder


def test_a_model_folder_answers_files_in_order(model: Path, tmp_path: Path) -> None:
    import tiny_models
    from leafout.inference.load import load_classifier

    (tmp_path / "a.txt").write_text("\n".join(tiny_models.TEXTS) + "\n", encoding="utf-8")
    out = tmp_path / "answers.jsonl"
    assert main(["predict", str(model), str(tmp_path / "a.txt"), "--format", "lines", "--out", str(out)]) == 0
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [one["text"] for one in found] == list(tiny_models.TEXTS)
    expected = load_classifier(model).classify(tiny_models.TEXTS)
    assert [one["predicted"] for one in found] == [answer.label for answer in expected]
    assert [one["confidence"] for one in found] == pytest.approx([answer.confidence for answer in expected], abs=1e-4)


def test_rows_that_cannot_be_read_are_named_and_the_rest_answered(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[Any]
) -> None:
    (tmp_path / "a.csv").write_text("text,stars\n很好,5\n,1\nvery bad,2\n", encoding="utf-8")
    assert main(["predict", str(model), str(tmp_path / "a.csv"), "--csv", "--probabilities"]) == 2
    said = capsys.readouterr()
    assert [line.split(",")[1] for line in said.out.splitlines()[1:]] == ["2", "3", "4"]
    assert "1 of 3 rows could not be read" in said.err
    assert "a.csv:3: empty text" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["{model}", "none.jsonl"], "no file matches"),
        (["nothing", "{model}/config.json"], "nothing is called"),
        (["{model}", "{model}/config.json", "--column", "text"], "names no column"),
        (["{model}", "{model}/config.json", "--format", "xml"], "unknown format"),
        (["{model}", "{model}/config.json", "--out", "no/such/a.jsonl"], "no folder"),
    ],
)
def test_mistakes_end_in_a_message(
    model: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given = [word.replace("{model}", str(model)) for word in words]
    assert main(["predict", *given, "--store", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
