from typing import Any

from leafout.chain.card.changes import changed, compared, removed


def step(**more: Any) -> dict[str, Any]:
    funnel = {"read": 10, "kept": 7, "dropped": {"too_short": 2}, "rejected": {"no text": 1}}
    return {"name": "clean", "stage": "clean", "funnel": funnel, "notes": {}, "dropped": {}, "rejects": {}} | more


def test_each_reason_stands_with_samples() -> None:
    given = step(dropped={"too_short": [{"text": "嗯<b>", "source": "a.csv"}]}, rejects={"no text": [{"sample": "{}"}]})
    made = removed({"steps": [given]})
    assert made is not None
    for word in ("too short", "20.00%", "嗯&lt;b&gt;", "no text", "{}", "clean, 10 read"):
        assert word in made


def test_many_reasons_are_folded_and_none_is_lost() -> None:
    funnel = {"read": 100, "kept": 0, "dropped": {f"reason_{n}": n for n in range(1, 14)}}
    made = removed({"steps": [step(funnel=funnel)]})
    assert made is not None
    assert "7 more" in made
    assert all(f"reason {n}<" in made for n in range(1, 14))


def test_what_was_changed_is_summed_over_steps_and_repeats_have_examples() -> None:
    cut = {"repeated_lines": {"documents": 3, "examples": [{"text": "版权所有 &copy;", "times": 5}]}}
    steps = [
        step(notes={"masked": {"phone": 2}, "cut": cut}),
        step(notes={"masked": {"phone": 3}, "edited": {"nfkc": 1}}),
    ]
    made = changed({"steps": steps})
    assert made is not None
    for word in ("Personal data masked", "5 places", "nfkc", "repeated lines", "版权所有 &amp;copy;", "documents 3"):
        assert word in made


def test_copies_leaks_contamination_and_filters_stand_side_by_side() -> None:
    notes = {"duplicates": {"near_duplicate": 3, "clusters": 2}, "leaks": {"test": {"leaked": 4}},
             "contamination": {"own": {"documents": 5}}, "filters": {"like": {"auc": 0.9876}}}  # fmt: skip
    made = compared({"steps": [step(notes=notes)]})
    assert made is not None
    for word in ("Copies", "near duplicate", "test, leaked", "own, documents", "0.988"):
        assert word in made


def test_a_stage_that_did_nothing_has_no_sections() -> None:
    plain = {"steps": [step(funnel={"read": 1, "kept": 1})]}
    assert [part(plain) for part in (removed, changed, compared)] == [None, None, None]
