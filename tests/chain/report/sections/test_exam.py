import chain_store
from leafout.chain.report.sections.exam import section, verdict


def test_exams_show_scores_confusion_calibration_and_errors() -> None:
    made = str(section(chain_store.data()))
    for word in (
        "✓ passed",
        "Asked for: macro_f1 &gt;= 0.80",
        "confusion",
        "reliability",
        "worst errors",
        "floor, macro f1",
    ):
        assert word in made, word
    assert made.count("<h3") == 3


def test_a_verdict_is_told_by_words_and_not_by_colour_alone() -> None:
    gates = {"macro_f1": ">= 0.9"}
    failed = verdict({"gates": gates, "passed": False, "failures": ["0.8 is less"]})
    assert "✗ failed" in str(failed)
    assert "no gates" in str(verdict({"gates": {}, "passed": True, "failures": []}))
    assert verdict(None) is None


def exam(**values: object) -> str:
    step = {"name": "e", "metrics": {}, "evidence": {"exam": values}}
    return str(section({"steps": [step]}))


def test_many_labels_become_a_list_of_confusions() -> None:
    labels = [f"标签{number}" for number in range(40)]
    counts = [[7 if row == column else 0 for column in range(40)] for row in range(40)]
    counts[3][5] = 4
    made = exam(labels=labels, confusion=counts, accuracy=0.9)
    assert "most frequent confusions" in made
    assert "<td>标签3</td><td>标签5</td>" in made


def test_a_generator_is_scored_in_bits() -> None:
    made = exam(bits_per_byte={"value": 1.9, "low": 1.8, "high": 2.0}, floor={"bits_per_byte": 2.4})
    assert "n-gram floor" in made
    assert "1.900" in made
    assert section({"steps": [{"evidence": {}, "metrics": {}}]}) is None
