from pathlib import Path

import pytest

from leafout.chain.growing import Grower
from leafout.chain.runner import run_chain
from leafout.cli.references import inputs_of
from leafout.core.errors import LeafoutError
from leafout.core.stage import stage_info
from leafout.core.store import Store
from small_stages import write_chain


def test_a_word_is_a_folder_a_key_a_step_or_a_slot(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    ran = run_chain(write_chain(tmp_path), store=store).artifacts
    grower, exam = Grower(store, tmp_path), stage_info("small_stages:evaluate")
    words = [["leaf", str(ran["join"].path)], [ran["count"].key[:12], "chain:join"]]
    for positionals in words:
        found = inputs_of(exam, positionals, [], grower)
        assert {name: given[0].digest for name, given in found.items()} == {
            "release": ran["count"].digest,
            "rows": ran["join"].digest,
        }
    assert inputs_of(exam, [], ["rows=join", "release=count"], grower)["rows"][0].made_by == "join"


def test_a_file_becomes_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "评论.csv").write_text("text,label\n很好很好,1\nvery good,1\n", encoding="utf-8")
    found = inputs_of(stage_info("clean"), ["评论.csv"], [], Grower(Store(tmp_path / "store"), tmp_path))
    assert found["documents"][0].made_by == "collect"


@pytest.mark.parametrize(
    ("positionals", "named", "message"),
    [
        ([], [], "input `release` is missing"),
        (["a", "b", "c"], [], "3 inputs were given"),
        (["."], [], "input `rows` is missing"),
        (["."], ["release=."], "given twice"),
        ([], ["sauce=."], "names no input"),
        ([], ["rows"], "names no input"),
        (["none", "none"], [], "nothing is called `none`"),
        (["words.txt", "."], [], "this is a file"),
    ],
)
def test_a_word_that_means_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, positionals: list[str], named: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.txt").write_text("x", encoding="utf-8")
    with pytest.raises(LeafoutError, match=message):
        inputs_of(stage_info("small_stages:evaluate"), positionals, named, Grower(Store(tmp_path / "store"), tmp_path))
