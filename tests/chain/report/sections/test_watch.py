from leafout.chain.report.sections.watch import section


def step(stage: str, **evidence: object) -> dict[str, object]:
    return {"name": stage, "stage": stage, "metrics": {"requests": 120.0}, "evidence": evidence}


def test_a_decision_stands_with_its_reason_and_alerts_are_listed() -> None:
    decision = {"decision": "keep", "reason": "新模型没有更好 <b>"}
    made = str(
        section(
            {
                "steps": [
                    step("monitor", watch={"alerts": [{"kind": "drift", "reason": "texts differ", "next": "label"}]}),
                    step("update", decision=decision),
                ]
            }
        )
    )
    for word in ("keep", "新模型没有更好 &lt;b&gt;", "texts differ", "next: label", "120"):
        assert word in made


def test_without_a_service_there_is_no_section() -> None:
    assert section({"steps": [step("clean")]}) is None
