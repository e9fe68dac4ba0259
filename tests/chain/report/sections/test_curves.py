from typing import Any

from leafout.chain.report.sections.curves import points, section, spread


def test_points_leave_out_what_is_missing_or_null() -> None:
    lines: list[dict[str, Any]] = [
        {"step": 1, "loss": 2},
        {"step": 2, "loss": None},
        {"step": 3, "val_loss": 1.0},
        {"loss": 5},
    ]
    assert points(lines, "loss") == [(1.0, 2.0)]
    assert points(lines, "val_loss") == [(3.0, 1.0)]


def test_samples_are_spread_over_the_training() -> None:
    lines: list[dict[str, Any]] = [{"step": step, "text": text} for step in range(0, 100, 5) for text in ("a", "b")]
    chosen = [line["step"] for line in spread(lines, 4)]
    assert chosen == [0, 0, 30, 30, 65, 65, 95, 95]


def made(**evidence: object) -> str:
    step = {"name": "pretrain", "stage": "pretrain", "seconds": 3.0, "metrics": {"steps": 9.0}, "evidence": evidence}
    return str(section({"steps": [step]}))


def test_the_right_guess_is_marked_without_colour() -> None:
    sample = {"step": 5, "text": "天气很好", "before": "天", "after": "很好", "was": "气", "guesses": ["的", "气"],
              "probabilities": [0.6, 0.25]}  # fmt: skip
    drawn = made(curves=[{"step": 1, "loss": 3.0}], samples=[sample])
    assert "<b>✓ 气</b>" in drawn
    assert "<mark>气</mark>" in drawn
    assert "60%" in drawn


def test_texts_stand_after_their_prompt() -> None:
    samples = [{"step": step, "prompt": "今天", "text": f"今天好{step}<i>"} for step in (1, 2)]
    drawn = made(curves=[{"step": 1, "loss": 3.0}], samples=samples)
    assert ">好1&lt;i&gt;</span>" in drawn
    assert "texts that it wrote" in drawn


def test_samples_of_another_shape_are_still_shown() -> None:
    assert "note: 你好" in made(curves=[{"step": 1, "loss": 3.0}], samples=[{"step": 1, "note": "你好"}])


def test_without_training_there_is_no_section() -> None:
    assert section({"steps": [{"evidence": {}}]}) is None


def test_the_forecast_stands_beside_the_outcome() -> None:
    plan = {"forecast": {"seconds": 90.0, "peak_bytes": 1.1e9}}
    outcome = {"seconds": 100.0, "peak_bytes": 1e9, "sittings": 1, "ended": 1}
    drawn = made(curves=[{"step": 1, "loss": 3.0}], plan=plan, outcome=outcome)
    for said in ("1 min 30 s", "1 min 40 s", "-10%", "1.1 GB", "1.0 GB", "+10%"):
        assert said in drawn


def test_the_time_of_a_training_that_was_killed_is_not_compared() -> None:
    plan = {"forecast": {"seconds": 90.0, "peak_bytes": 1.1e9}}
    outcome = {"seconds": 100.0, "peak_bytes": 1e9, "sittings": 2, "ended": 1}
    drawn = made(curves=[{"step": 1, "loss": 3.0}], plan=plan, outcome=outcome)
    assert "1 min 30 s" not in drawn
    assert "+10%" in drawn


def test_an_older_training_without_a_forecast_is_drawn_without() -> None:
    drawn = made(curves=[{"step": 1, "loss": 3.0}], plan={"steps": 3})
    assert "off by" not in drawn
