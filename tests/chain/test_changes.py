from pathlib import Path

from leafout.chain.changes import config_changes, flat
from leafout.chain.plan import plan
from leafout.chain.runner import run_chain
from leafout.chain.steps import read_chain
from leafout.core.store import Store
from small_stages import CHAIN, write_chain


def reason(tmp_path: Path, step: str, *sets: str) -> str:
    planned = plan(read_chain(tmp_path / "chain.yaml", sets), Store(tmp_path / "store"))
    return next(each.why for each in planned if each.step.name == step)


def test_the_reason_is_what_changed(tmp_path: Path) -> None:
    chain = write_chain(tmp_path)
    assert reason(tmp_path, "words") == "new"
    run_chain(chain, store=tmp_path / "store")
    assert reason(tmp_path, "join", "join.rules.most=49") == "rules.most 50 -> 49"
    assert reason(tmp_path, "draw", "seed=8") == "seed 7 -> 8"
    assert reason(tmp_path, "join", "join.mark=。", "join.rules={}") == "rules.most 50 -> 100, mark  -> 。"
    (tmp_path / "更多.txt").write_text("秋天", encoding="utf-8")
    assert reason(tmp_path, "more") == "更多.txt changed"
    both = reason(tmp_path, "more", "more.files=[词.txt, 词.txt]")
    assert both == "files ['更多.txt'] -> ['词.txt', '词.txt'], 词.txt new and 1 more files"


def test_a_changed_input_names_its_source(tmp_path: Path) -> None:
    run_chain(write_chain(tmp_path), store=tmp_path / "store")
    write_chain(tmp_path, CHAIN.replace("from: [words, more]", "from: [more, words]"))
    assert reason(tmp_path, "join") == "parts changed (more, words)"


def test_a_stage_and_an_artifact_that_went(tmp_path: Path) -> None:
    ran = run_chain(write_chain(tmp_path), store=tmp_path / "store")
    write_chain(tmp_path, CHAIN.replace('"small_stages:draw"', '"small_stages:join"'))
    assert reason(tmp_path, "draw") == "stage small_stages:draw -> small_stages:join"
    write_chain(tmp_path)
    for path in sorted(ran.artifacts["join"].path.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    ran.artifacts["join"].path.rmdir()
    assert reason(tmp_path, "join") == "its artifact is gone"


def test_many_changes_are_counted() -> None:
    before, after = {"a": 1, "b": {"c": [1], "d": None}, "e": {}}, {"a": 2, "b": {"c": [2], "f": True}, "e": {}}
    assert config_changes(before, after) == ["a 1 -> 2", "b.c [1] -> [2]", "b.f unset -> true", "b.d null -> unset"]
    assert flat({"a": {"b": {}}, "c": 1}) == {"a.b": {}, "c": 1}
