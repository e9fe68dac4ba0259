import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from leafout.evaluation.exam import Answers
from leafout.evaluation.exam_causal import Costs, Documents
from leafout.evaluation.locked import ExamRows
from leafout.evaluation.records import parity_of, write_costs, write_errors, write_predictions

ROWS = ExamRows(
    ids=["a", "b"],
    texts=["书很好", "a bad book"],
    pairs=["书", "book"],
    sources=["x.csv", "x.csv"],
    lines=[1, None],
    languages=["zh", "en"],
    labels_N=np.array([0, 1]),
    num_read=2,
    num_unlabelled=0,
    unknown={},
)
PROBABILITIES = np.array([[0.75, 0.25], [0.5 + 1e-9, 0.5 - 1e-9]])


def answers(floor: bool) -> Answers:
    return Answers(
        probabilities_NL=PROBABILITIES,
        predicted_N=np.array([0, 0]),
        confidence_N=PROBABILITIES.max(axis=1),
        abstains_N=np.array([False, True]),
        floor_N=np.array([0, 1]) if floor else None,
    )


def test_every_answer_is_a_row(tmp_path: Path) -> None:
    write_predictions(tmp_path, ROWS, answers(floor=True), ("好", "差"))
    first, second = pq.read_table(tmp_path / "predictions.parquet").to_pylist()
    assert first == {
        "id": "a",
        "source": "x.csv",
        "line": 1,
        "language": "zh",
        "text": "书很好",
        "text_b": "书",
        "label": "好",
        "predicted": "好",
        "confidence": 0.75,
        "abstained": False,
        "floor": "好",
    }
    assert (second["line"], second["label"], second["predicted"], second["floor"]) == (None, "差", "好", "差")
    assert (second["confidence"], second["abstained"]) == (0.5, True)


def test_equal_answers_are_equal_bytes(tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        write_predictions(tmp_path, ROWS, answers(floor=False), ("好", "差"))
        written.append((tmp_path / "predictions.parquet").read_bytes())
    assert written[0] == written[1]


def test_what_documents_cost_is_a_table(tmp_path: Path) -> None:
    given = Documents(["a", "b"], ["书", "book"], ["x", ""], [1, None], np.array([3, 4]))
    write_costs(tmp_path, Costs(given, np.array([1.23456789, 2.0]), np.array([2, 3]), 0.5))
    found = pq.read_table(tmp_path / "predictions.parquet").to_pydict()
    assert (found["id"], found["bytes"], found["tokens"]) == (["a", "b"], [3, 4], [2, 3])
    assert found["nats"] == [1.234568, 2.0]


def test_errors_are_lines_that_keep_chinese_and_line_breaks(tmp_path: Path) -> None:
    errors = [{"text": "第一行\n第二行\u2028", "confidence": 0.9}, {"text": "x", "confidence": 0.8}]
    write_errors(tmp_path, errors)
    data = (tmp_path / "errors.jsonl").read_bytes()
    assert "第一行".encode() in data
    assert [json.loads(line) for line in data.split(b"\n")[:-1]] == errors


def test_the_certificate_is_carried_over_figure_by_figure(tmp_path: Path) -> None:
    assert parity_of(tmp_path) == {}
    found = {"agreement": 0.99, "flip_rate": 0.0, "limits": {"a": 1}, "num_rows": 20, "model": {"accuracy": 1}}
    (tmp_path / "parity.json").write_text(json.dumps(found), encoding="utf-8")
    assert parity_of(tmp_path) == {"parity": {"agreement": 0.99, "flip_rate": 0.0, "num_rows": 20}}
