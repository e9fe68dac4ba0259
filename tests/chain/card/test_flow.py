from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.chain.card.flow import flow


def step(name: str, read: int, kept: int, **inputs: str) -> dict[str, Any]:
    funnel = {"read": read, "kept": kept}
    return {"name": name, "inputs": inputs, "funnel": funnel, "card": {"documents": kept}}


def test_steps_stand_in_levels_and_sources_just_above_what_reads_them() -> None:
    steps = [step("a", 100, 50), step("clean", 50, 40, documents="a"), step("b", 10, 10),
             step("corpus", 50, 50, documents="clean", more="b")]  # fmt: skip
    found = flow(steps)
    assert [[spot.name for spot in level] for level in found.levels] == [["a"], ["clean", "b"], ["corpus"]]
    assert found.levels[0][0].width == pytest.approx(98)
    assert found.levels[0][0].kept_width == pytest.approx(49)


def test_documents_pass_the_levels_that_they_skip() -> None:
    steps = [step("a", 8, 8), step("x", 8, 8, documents="a"), step("y", 8, 8, documents="x"),
             step("z", 16, 16, documents="y", more="a")]  # fmt: skip
    found = flow(steps)
    assert [[(spot.name, spot.passes) for spot in level] for level in found.levels[1:3]] == [
        [("a", True), ("x", False)], [("a", True), ("y", False)],
    ]  # fmt: skip
    assert [len(bands) for bands in found.bands] == [2, 2, 2]


def test_inputs_that_are_only_looked_at_bring_no_documents() -> None:
    steps = [step("rows", 5, 5), step("corpus", 9, 9, **{"held_out/0": "rows"})]
    found = flow(steps)
    assert found.bands == []
    assert [spot.name for spot in found.levels[0]] == ["rows", "corpus"]


def test_no_steps_and_no_rows_are_no_trouble() -> None:
    assert flow([]).levels == []
    assert flow([step("a", 0, 0), step("b", 0, 0, documents="a")]).levels[1][0].width == 0


def test_many_sources_have_room_beside_each_other() -> None:
    steps = [step(str(n), 10, 10) for n in range(120)]
    found = flow([*steps, step("clean", 1200, 900, **{f"documents/{n}": str(n) for n in range(120)})])
    assert all(spot.width > 0.5 for spot in found.levels[0])
    assert found.levels[0][-1].x + found.levels[0][-1].width == pytest.approx(100)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=8), st.data())
def test_everything_lies_inside_and_bands_have_the_width_of_what_was_kept(
    rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    steps: list[dict[str, Any]] = []
    for number, (read, kept) in enumerate(rows):
        before = data.draw(st.lists(st.integers(0, number - 1), unique=True, max_size=3)) if number else []
        steps.append(step(str(number), max(read, kept), kept, **{f"d/{at}": str(at) for at in before}))
    found = flow(steps)
    assert sorted(spot.name for level in found.levels for spot in level if not spot.passes) == sorted(
        map(str, range(len(rows)))
    )
    for level in found.levels:
        assert all(spot.x >= -1e-6 and spot.x + spot.width <= 100 + 1e-6 for spot in level)
        assert all(spot.kept_width <= spot.width + 1e-9 for spot in level)
    for bands in found.bands:
        assert all(band.to_x >= -1e-6 and band.to_x + band.to_width <= 100 + 1e-6 for band in bands)
