import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leafout.training.records import JsonLines, Records
from leafout.training.tracking import Tracking


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, steps: range, *, after: int = 0) -> None:
    file = JsonLines(path, step=after)
    for step in steps:
        file.write({"step": step, "说": f"第{step}步"})
    file.close()


def test_lines_after_the_checkpoint_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, range(1, 9))
    write(path, range(6, 8), after=5)
    assert [line["step"] for line in lines(path)] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("torn", ['{"step": 3, "los', '{"step": 3}', "\x00\x00\x00"])
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, range(1, 3))
    with path.open("a", encoding="utf-8") as file:
        file.write(torn)
    write(path, range(3, 4), after=9)
    assert [line["step"] for line in lines(path)] == [1, 2, 3]


def test_a_new_training_starts_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, range(1, 3))
    write(path, range(0), after=0)
    assert lines(path) == []


def test_a_number_that_is_not_finite_becomes_null(tmp_path: Path) -> None:
    file = JsonLines(tmp_path / "m.jsonl", step=0)
    file.write({"step": 1, "loss": float("nan"), "norm": float("inf"), "rate": 0.5})
    file.sync()
    assert lines(tmp_path / "m.jsonl") == [{"step": 1, "loss": None, "norm": None, "rate": 0.5}]
    file.close()


def test_figures_are_handed_on_to_trackers(tmp_path: Path) -> None:
    class Listening(Tracking):
        def __init__(self) -> None:
            self.got: list[Any] = []

        def figures(self, step: int, values: Mapping[str, float]) -> None:
            self.got.append((step, dict(values)))

        def close(self) -> None:
            self.got.append("closed")

    tracking = Listening()
    records = Records(tmp_path, step=0, tracking=tracking)
    records.figures(1, {"loss": 0.5})
    records.close()
    assert tracking.got == [(1, {"loss": 0.5}), "closed"]
    assert lines(tmp_path / "metrics.jsonl") == [{"step": 1, "loss": 0.5}]
