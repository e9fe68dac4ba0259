from pathlib import Path

import pytest

from leafout.cli.main import main
from leafout.core.durable import write_json
from leafout.serving.releases import current


def release(folder: Path) -> Path:
    """A folder that says it is a release."""
    about = {"task": "classify", "format": "huggingface", "precision": "fp32", "labels": ["差", "好"], "max_tokens": 32}
    about |= {"pair": False, "thresholds": {}, "languages": ["zh"], "model": "", "architecture": "Bert"}
    folder.mkdir()
    write_json(folder / "release.json", about)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def test_a_release_is_named_by_folder_and_needs_its_exam(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = release(tmp_path / "模型")
    words = ["promote", "leaf", str(folder), "--store", str(tmp_path / "store")]
    assert main(words) == 2
    assert "the release has taken no exam" in capsys.readouterr().err
    assert main([*words, "--unexamined", "--reason", "试试"]) == 0
    champion = current(tmp_path / "store", "leaf")
    assert champion is not None
    assert champion.reason == "试试"
    assert "leaf serves" in capsys.readouterr().out


def test_what_is_no_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path / "store")]
    assert main(["promote", "leaf", str(tmp_path), "--unexamined", *store]) == 2
    assert main(["promote", "a/b", str(release(tmp_path / "m")), "--unexamined", *store]) == 2
    assert main(["promote", "leaf", "nothing", *store]) == 2
    assert "nothing is called" in capsys.readouterr().err
