import json

import pytest

import chain_store
from leafout.cli.main import main


def test_an_artifact_and_a_chain_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    store = str(chain_store.shared().root)
    assert main(["show", "demo:clean", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "dropped: too_short" in shown
    assert "languages  zh " in shown
    assert main(["show", "demo", "--store", store, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"]["clean"]["status"] == "made"
    assert main(["show", "--store", store]) == 0
    assert "sentiment" in capsys.readouterr().out


def test_a_wrong_name_is_exit_two_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "demo:claen", "--store", str(chain_store.shared().root)]) == 2
    assert "hint: steps: " in capsys.readouterr().err
