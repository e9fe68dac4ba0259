from pathlib import Path

import pytest

from leafout.chain.steps import parse_chain
from leafout.chain.wiring import Source, positional
from leafout.core.errors import LeafoutError
from leafout.core.stage import stage_info

READ = 'a: {stage: "small_stages:read"}\nb: {stage: "small_stages:read"}\n'


def wired(tmp_path: Path, line: str) -> dict[str, tuple[Source, ...]]:
    return parse_chain(READ + line, file=tmp_path / "c.yaml").steps["x"].inputs


def test_one_step_a_list_and_a_table_mean_the_same(tmp_path: Path) -> None:
    a, b = Source("step", "a"), Source("step", "b")
    assert wired(tmp_path, 'x: {stage: "small_stages:evaluate", from: [a, b]}') == {"release": (a,), "rows": (b,)}
    table = wired(tmp_path, 'x: {stage: "small_stages:evaluate", from: {rows: b, release: a}}')
    assert table == {"release": (a,), "rows": (b,)}
    assert wired(tmp_path, 'x: {stage: "small_stages:draw", from: a}') == {"source": (a,)}


def test_an_input_that_takes_many_takes_the_whole_list(tmp_path: Path) -> None:
    found = wired(tmp_path, 'x: {stage: "small_stages:join", from: [a, b, a]}')
    assert [source.name for source in found["parts"]] == ["a", "b", "a"]
    found = wired(tmp_path, 'x: {stage: "small_stages:join", from: {parts: a, extra: b}}')
    assert found == {"parts": (Source("step", "a"),), "extra": (Source("step", "b"),)}


def test_a_folder_and_a_slot_stand_where_a_step_can(tmp_path: Path) -> None:
    model = tmp_path / "模型"
    model.mkdir()
    found = wired(tmp_path, 'x: {stage: "small_stages:evaluate", from: {release: "slot:leaf", rows: 模型}}')
    assert found == {"release": (Source("slot", "leaf"),), "rows": (Source("folder", "模型", model),)}


def test_positions_fill_required_inputs_first() -> None:
    join, exam = stage_info("small_stages:join"), stage_info("small_stages:evaluate")
    assert positional(join, 3) == {"parts": [0, 1, 2]}
    assert positional(exam, 2) == {"release": [0], "rows": [1]}
    assert positional(exam, 3) is None
    assert positional(stage_info("small_stages:read"), 1) is None


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ('x: {stage: "small_stages:draw", from: c}', "no step `c`", "steps"),
        ('x: {stage: "small_stages:draw", from: x}', "takes itself", "before it"),
        ('x: {stage: "small_stages:draw"}', "input `source` is missing", "`source`"),
        ('x: {stage: "small_stages:draw", from: [a, b]}', "takes 1 inputs, 2 were given", "`source`"),
        ('x: {stage: "small_stages:draw", from: {sauce: a}}', "has no input `sauce`", "`source`"),
        ('x: {stage: "small_stages:draw", from: {source: [a, b]}}', "is one input, 2 were given", "`source`"),
        ('x: {stage: "small_stages:draw", from: 3}', "names 3, not a step", "from: clean"),
        ('x: {stage: "small_stages:draw", from: models/none/}', "there is no folder", "looked at"),
        ('x: {stage: "small_stages:draw", from: "a\\nb"}', "no step", "steps"),
        ('x: {stage: "small_stages:read", from: a}', "takes 0 inputs, 1 were given", "remove `from`"),
    ],
)
def test_a_reference_to_nothing_is_refused(tmp_path: Path, line: str, message: str, hint: str) -> None:
    with pytest.raises(LeafoutError, match=message) as caught:
        wired(tmp_path, line)
    assert hint in caught.value.hint
    assert "c.yaml:3" in caught.value.where
