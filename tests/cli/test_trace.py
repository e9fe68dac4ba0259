import json

import pytest

import chain_store
from leafout.cli.main import main


def traced(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["trace", *words, "--store", str(chain_store.shared().root)]) == 0
    return capsys.readouterr().out


def test_a_slot_is_followed_to_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert "reviews.csv:2-164" in traced(capsys, "sentiment")


def test_documents_are_listed_by_place_or_by_likeness(capsys: pytest.CaptureFixture[str]) -> None:
    sample = json.loads(traced(capsys, "sentiment", "--documents", "3", "--json"))["documents"]
    assert len(sample) == 3
    assert all(one["source"] == "reviews.csv" and one["line"] for one in sample)
    near = json.loads(traced(capsys, "sentiment", "--near", "耳机质量不好", "--json"))["documents"]
    assert len(near) == 5
    assert near[0]["similarity"] >= near[4]["similarity"] > 0
    assert "耳机" in near[0]["text"]


def test_what_means_nothing_is_exit_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "cmpl-0", "--store", str(chain_store.shared().root)]) == 2
    assert "nothing is called `cmpl-0`" in capsys.readouterr().err
