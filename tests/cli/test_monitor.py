from pathlib import Path
from typing import Any

import pytest

from leafout.cli.main import main
from leafout.core.artifact import read_artifact
from leafout.core.durable import write_json
from leafout.corpus.request_log import RequestLog
from leafout.serving.releases import identity, promote


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with a release in the slot `情感`, whose service answered three requests."""
    about = {"task": "classify", "format": "huggingface", "precision": "fp32", "labels": ["差", "好"], "max_tokens": 32}
    about |= {"pair": False, "thresholds": {}, "languages": ["zh"], "model": "", "architecture": "Bert"}
    release = tmp_path / "release"
    release.mkdir()
    write_json(release / "release.json", about)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (release / name).write_text("{}", encoding="utf-8")
    root = tmp_path / "store"
    promote(root, "情感", release, unexamined=True)
    log = RequestLog(root / "logs" / "情感")
    for number in range(3):
        entry: dict[str, Any] = {
            "id": f"q{number}",
            "slot": "情感",
            "release": identity(release)[0],
            "texts": ["很好 very good"],
        }
        entry |= {"predicted": ["好"], "confidence": [0.9], "milliseconds": 4.0, "tokens": 5, "status": 200}
        log.write(entry)
    log.close()
    return root


def test_the_log_of_a_slot_becomes_figures(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", "情感", "--store", str(store)]) == 0
    lines = capsys.readouterr().out.splitlines()
    figures = dict(line.split() for line in lines[1:-1])
    assert figures["requests"] == figures["answers"] == "3"
    assert figures["drift_tested"] == "0"
    assert read_artifact(Path(lines[-1])).stage == "monitor"
    assert main(["monitor", "情感", "--store", str(store)]) == 0
    assert capsys.readouterr().out.startswith("= monitor")


def test_late_labels_are_read_from_where_one_stands(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "late.csv").write_text("id,label\nq0,好\nq1,差\n", encoding="utf-8")
    assert main(["monitor", "情感", "--store", str(store), "--labels", "late.csv", "--last", "2"]) == 0
    assert "accuracy" in capsys.readouterr().out


def test_a_slot_without_a_log_is_told(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promote(store, "other", tmp_path / "release", unexamined=True)
    assert main(["monitor", "other", "--store", str(store)]) == 2
    assert "hint: " in capsys.readouterr().err
