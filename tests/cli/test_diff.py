import json

import pytest

import chain_store
from leafout.cli.main import main


def test_two_exams_are_held_against_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diff", "demo:scratch_exam", "demo:finetune_exam", "--store", str(chain_store.shared().root)]
    assert main(words) == 0
    assert "7 now right" in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exam"]["fixed"] == 7


def test_what_means_nothing_is_exit_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "nothing", "demo:clean", "--store", str(chain_store.shared().root)]) == 2
    assert "nothing is called `nothing`" in capsys.readouterr().err
