import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.training.config import TrainingConfig
from leafout.training.plan import Plan, draft, obeyed
from runs import Listening


def now() -> Plan:
    return draft("w", device="cpu", config=TrainingConfig(precision="fp32"))


def steps(number: int) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, steps=number, forecast={"seconds": 3.5})


def never(plan: Plan) -> Plan:
    raise AssertionError("counted again")


def test_steps_are_counted_once_and_obeyed_afterwards(tmp_path: Path) -> None:
    first = obeyed(tmp_path, now(), fill=steps(17), run=QuietRun())
    assert first.steps == 17
    assert obeyed(tmp_path, now(), fill=never, run=QuietRun()) == first
    values = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert values["steps"] == 17
    assert values["made_with"]["torch"]
    assert first.forecast == values["forecast"] == {"seconds": 3.5}


def test_a_resume_keeps_number_format_and_threads(tmp_path: Path) -> None:
    first = obeyed(tmp_path, replace(now(), dtype="bf16", threads=7), fill=steps(3), run=QuietRun())
    again = obeyed(tmp_path, now(), fill=never, run=QuietRun())
    assert (again.dtype, again.threads) == (first.dtype, 7) == ("bf16", 7)


def test_a_resume_on_other_versions_says_so_and_writes_it_down(tmp_path: Path) -> None:
    obeyed(tmp_path, replace(now(), made_with={**now().made_with, "torch": "1.0"}), fill=steps(3), run=QuietRun())
    run = Listening()
    plan = obeyed(tmp_path, now(), fill=never, run=run)
    assert plan.steps == 3
    assert len(run.said) == 1
    assert "this resume is not exact: `torch` was 1.0, is" in run.said[0]
    assert "`torch` was 1.0" in json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["not_exact"][0]


def test_a_folder_of_other_work_is_refused(tmp_path: Path) -> None:
    obeyed(tmp_path, now(), fill=steps(3), run=QuietRun())
    with pytest.raises(LeafoutError, match="other work"):
        obeyed(tmp_path, replace(now(), work="x"), fill=never, run=QuietRun())


@pytest.mark.parametrize("text", ["", "[]", '{"steps": 3}'])
def test_a_damaged_plan_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    with pytest.raises(LeafoutError, match="the plan is damaged"):
        obeyed(tmp_path, now(), fill=never, run=QuietRun())
