import chain_store
from leafout.chain.lookup import find_artifact
from leafout.chain.report.evidence import evidence
from leafout.chain.report.exams import exam_of, read_exam


def test_an_exam_is_read_with_intervals_floor_and_labels() -> None:
    artifact = find_artifact(chain_store.shared(), "demo:exam")
    exam = exam_of({"evidence": evidence(artifact), "metrics": artifact.metrics})
    assert exam is not None
    assert [score.name for score in exam.scores] == ["macro_f1", "accuracy"]
    assert exam.scores[0].words() == "0.9375 [0.8775, 0.9975]"
    assert [(score.name, score.value) for score in exam.floor] == [("macro_f1", 0.79), ("accuracy", 0.8)]
    assert (exam.rows, len(exam.labels), len(exam.confusion), len(exam.bins)) == (32, 2, 2, 2)


def test_an_exam_of_a_generator_has_losses() -> None:
    exam = read_exam({"floor": {"bits_per_byte": 2.5}}, {"loss": 3.0, "bits_per_byte": 1.9})
    assert [(score.name, score.value) for score in exam.scores] == [("bits_per_byte", 1.9), ("loss", 3.0)]
    assert exam.floor[0].value == 2.5
    assert exam.labels == ()


def test_no_exam_is_none() -> None:
    assert exam_of({"evidence": {}, "metrics": {}}) is None
