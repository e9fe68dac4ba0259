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


def test_findings_are_sentences_and_languages_have_a_table() -> None:
    score = {"value": 0.7, "low": 0.6, "high": 0.8}
    languages = {"zh": {"rows": 30, "macro_f1": score, "accuracy": score, "floor_macro_f1": score, "ece": 0.1}}
    left_out = {"without_label": 2, "unknown_labels": {"甲": 1, "乙": 2}}
    made = exam(says=["its confidence is off"], languages=languages, left_out=left_out, accuracy=score)
    assert "<p>Its confidence is off.</p>" in made
    assert made.count("0.700 [0.600, 0.800]") == 3
    assert "2 without label left out, 3 unknown labels left out" in made


def test_texts_of_a_generator_stand_after_their_prompt() -> None:
    written = [{"prompt": "今天", "text": "天气<b>"}]
    errors = [{"text": "贵的文档", "source": "a.txt", "line": 3, "bits_per_byte": 7.25}]
    evidence = {"exam": {"bits_per_byte": 1.9}, "written": written, "errors": errors}
    made = str(section({"steps": [{"name": "e", "metrics": {}, "evidence": evidence}]}))
    assert "天气&lt;b&gt;" in made
    assert "7.25 bits/byte" in made


def test_a_generator_is_scored_in_bits() -> None:
    made = exam(bits_per_byte={"value": 1.9, "low": 1.8, "high": 2.0}, floor={"bits_per_byte": 2.4})
    assert "n-gram floor" in made
    assert "1.900" in made
    assert section({"steps": [{"evidence": {}, "metrics": {}}]}) is None
