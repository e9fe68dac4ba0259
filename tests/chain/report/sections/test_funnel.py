from leafout.chain.report.sections.funnel import counts, section


def step(**funnel: object) -> dict[str, object]:
    dropped = {"too_short": [{"text": "嗯<b>", "source": "a.csv", "line": 3}]}
    return {"name": "clean", "stage": "clean", "evidence": {"funnel": funnel, "dropped": dropped}}


def test_rows_are_counted_once() -> None:
    funnel = {"kept": 5, "dropped": {"a": 2, "b": 1}, "rejected": {"c": 4}, "merged": 0}
    assert counts(funnel) == {"kept": 5, "dropped": 3, "merged": 0, "rejected": 4}


def test_reasons_stand_with_share_and_samples() -> None:
    made = section({"steps": [step(read=10, kept=8, dropped={"too_short": 2}, edited={"space": 4})]})
    assert made is not None
    for word in ("too short", "20.00%", "嗯&lt;b&gt;", "a.csv:3", "kept 8 (80.0%)", "edited: space"):
        assert word in made


def test_without_a_ledger_there_is_no_section() -> None:
    assert section({"steps": [{"name": "x", "stage": "x", "evidence": {}}]}) is None
