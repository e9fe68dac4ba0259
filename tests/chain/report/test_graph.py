import xml.etree.ElementTree as ET
from typing import Any

from leafout.chain.report.graph import draw


def step(name: str, stage: str, *inputs: str, **more: Any) -> dict[str, Any]:
    wired = {f"in/{place}": one for place, one in enumerate(inputs)}
    return {
        "name": name,
        "stage": stage,
        "key": "0123456789abcdef",
        "seconds": 3.0,
        "status": "made",
        "inputs": wired,
    } | more


def test_each_step_is_a_box_and_each_input_an_edge() -> None:
    steps = [step("新闻", "collect"), step("clean", "clean", "新闻"), step("own", "my.module:f", "clean", "新闻")]
    drawn = ET.fromstring(draw(steps))
    boxes = [box.get("class") for box in drawn.iter("rect")]
    assert boxes == ["box data", "box data", "box own"]
    lines = [path for path in drawn.iter("path") if "C" in (path.get("d") or "")]
    assert len(lines) == 3
    assert "3.0 s made" in "".join(drawn.itertext())


def test_a_box_leads_to_its_anchor_and_hostile_names_stay_text() -> None:
    drawn = draw([step("<img src=x>", "clean", anchor="settings-a"), step("b", "clean", anchor=None)])
    assert 'href="#settings-a"' in drawn
    assert "<img" not in drawn
    ET.fromstring(drawn)
