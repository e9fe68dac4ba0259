import math
import xml.etree.ElementTree as ET

import pytest

from leafout.chain.report.charts import (
    Bin,
    Interval,
    Series,
    cut,
    heat_map,
    intervals,
    line_chart,
    reliability,
    shares,
    short,
    thinned,
    ticks,
)

BAD = "<b onload='x'>坏"


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.3, 0.31), (-5, 5), (1e-6, 3e-6), (0, 1e7), (2, 2), (0, 0)])
def test_ticks_are_round_and_enclose_the_values(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert marks[0] <= low + 1e-12
    assert marks[-1] >= high - 1e-12
    assert 2 <= len(marks) <= 8
    assert marks == sorted(set(marks))


def test_a_line_goes_from_left_to_right_and_up_for_more() -> None:
    drawn = parsed(line_chart("loss", [Series("train", [(1, 5.0), (2, 1.0)])]))
    points = drawn.find(".//polyline").get("points", "").split()  # type: ignore[union-attr]
    (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in points)
    assert x1 < x2
    assert y1 < y2, "a smaller loss lies lower, at a larger y"


def test_two_lines_have_a_legend_and_differ_in_style() -> None:
    drawn = line_chart("loss", [Series("train", [(1, 2.0), (2, 1)]), Series("validation", [(1, 3.0), (2, 2)], "two")])
    assert 'class="line one"' in drawn
    assert 'class="line two"' in drawn
    assert "validation" in drawn
    parsed(drawn)


def test_empty_series_draw_nothing_and_one_point_is_a_dot() -> None:
    assert line_chart("x", [Series("a", [])]) == ""
    assert "<circle" in line_chart("x", [Series("a", [(1, 1.0)])])
    assert intervals("x", []) == ""
    assert reliability("x", []) == ""
    assert shares("x", []) == ""


def test_thinning_keeps_the_mean_and_drops_what_is_not_finite() -> None:
    values = [(float(n), float(n % 7)) for n in range(10_000)]
    few = thinned([*values, (1.0, math.nan), (2.0, math.inf)], 100)
    assert len(few) == 100
    assert sum(y for _, y in few) / 100 == pytest.approx(sum(y for _, y in values) / 10_000)


def test_whiskers_enclose_their_dot() -> None:
    drawn = parsed(intervals("scores", [Interval("准确率", 0.8, 0.7, 0.9), Interval("floor", 0.6, style="two")]))
    whisker = next(line for line in drawn.iter("line") if line.get("class") == "whisker")
    dot = next(drawn.iter("circle"))
    assert float(whisker.get("x1", 0)) < float(dot.get("cx", 0)) < float(whisker.get("x2", 0))
    assert len([line for line in drawn.iter("line") if line.get("class") == "whisker"]) == 1


def test_a_heat_map_shades_by_the_share_of_the_row() -> None:
    drawn = parsed(heat_map("confusion", [[9, 1], [5, 5]], ["好", BAD]))
    cells = list(drawn.iter("rect"))
    assert [cell.get("class") for cell in cells] == ["right", "wrong", "wrong", "right"]
    shades = [float(cell.get("fill-opacity", 0)) for cell in cells]
    assert shades[0] > shades[2] == shades[3] > shades[1]
    assert "9 (90.0%)" in "".join(cells[0].itertext())


def test_reliability_draws_bins_that_hold_rows() -> None:
    drawn = reliability("r", [Bin(0.9, 0.8, 50), Bin(0.5, 0.5, 10), Bin(0.1, 0, 0)])
    assert drawn.count('class="bar"') == 2
    parsed(drawn)


def test_shares_add_up_to_the_whole_bar() -> None:
    drawn = parsed(shares("funnel", [("kept", 75, "kept"), ("dropped", 25, "dropped")]))
    kept, dropped = list(drawn.iter("rect"))
    assert float(dropped.get("x", 0)) == 750
    assert float(kept.get("width", 0)) == pytest.approx(750, abs=2)


def test_hostile_names_stay_text() -> None:
    drawn = intervals(BAD, [Interval(BAD, 0.5)]) + line_chart(BAD, [Series(BAD, [(1, 1.0)]), Series("b", [(1, 1.0)])])
    assert "<b onload" not in drawn
    parsed(f"<div>{drawn}</div>")


def test_labels_are_cut_by_their_width() -> None:
    assert cut("abcdef", 4) == "abcd…"
    assert cut("情感分类", 4) == "情感…"
    assert cut("ab", 4) == "ab"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.25, "0.25"), (2.5e-4, "2.5e-4"), (1500, "1500"), (25_000, "25k"), (3e6, "3M"), (2e9, "2G")],
)
def test_tick_names_are_short(value: float, shown: str) -> None:
    assert short(value) == shown
