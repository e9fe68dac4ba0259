import random
from itertools import pairwise

import pytest

from leafout.chain.report.layout import place


def test_a_row_of_steps_is_a_straight_column() -> None:
    layout = place({"a": [], "b": ["a"], "c": ["b"]})
    assert [layout.spots[name] for name in "abc"] == [(0, 0), (0, 1), (0, 2)]
    assert (layout.columns, layout.layers) == (1, 3)


def test_sources_lie_just_above_what_uses_them() -> None:
    layout = place({"a": [], "b": ["a"], "c": ["b"], "late": [], "d": ["c", "late"]})
    assert layout.spots["late"][1] == layout.spots["c"][1]


def test_parallel_lines_do_not_cross() -> None:
    layout = place({"a": [], "b": [], "y": ["b"], "x": ["a"]})
    left = layout.spots["a"][0] < layout.spots["b"][0]
    assert (layout.spots["x"][0] < layout.spots["y"][0]) == left


@pytest.mark.parametrize("seed", range(8))
def test_every_edge_points_down_and_no_boxes_overlap(seed: int) -> None:
    draw = random.Random(seed)
    inputs: dict[str, list[str]] = {}
    for number in range(25):
        inputs[f"步{number}"] = draw.sample(sorted(inputs), min(len(inputs), draw.randint(0, 3)))
    layout = place(inputs)
    for name, before in inputs.items():
        for one in before:
            path = layout.edges[one, name]
            assert [layer for _, layer in path] == list(range(layout.spots[one][1], layout.spots[name][1] + 1))
            assert path[0] == layout.spots[one]
            assert path[-1] == layout.spots[name]
    rows: dict[int, list[float]] = {}
    for column, layer in layout.spots.values():
        rows.setdefault(layer, []).append(column)
    for columns in rows.values():
        ordered = sorted(columns)
        assert all(right - left > 0.999 for left, right in pairwise(ordered))
    assert place(inputs) == layout


def test_unknown_inputs_are_left_out_and_circles_refused() -> None:
    assert place({"a": ["outside"]}).edges == {}
    assert place({}).layers == 0
    with pytest.raises(ValueError, match="circle"):
        place({"a": ["b"], "b": ["a"]})
