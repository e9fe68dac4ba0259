from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

import tiny_models
from leafout.compression.bert_weights import read_bert
from leafout.compression.packed_graph import packed_graph
from leafout.inference.packed_inputs import packed_inputs
from leafout.tasks.example import Example, collate

LENGTHS = (1, 32, 3, 7, 22, 32, 2, 1)


def run(graph: bytes, rows: list[Example]) -> NDArray[np.float32]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    logits: NDArray[np.float32] = session.run(["logits"], dict(packed_inputs(collate(rows))))[0]
    return logits


@pytest.mark.parametrize(
    ("layers", "width", "heads", "num_labels"), [(1, 16, 1, 2), (2, 32, 4, 3), (4, 24, 2, 11), (3, 64, 8, 2)]
)
def test_fp32_answers_as_transformers_does(
    tmp_path: Path, layers: int, width: int, heads: int, num_labels: int
) -> None:
    labels = tuple(f"标签{number}" for number in range(num_labels))
    model = tiny_models.write_bert(tmp_path, layers=layers, width=width, heads=heads, labels=labels)
    rows = tiny_models.examples(LENGTHS)
    found = run(packed_graph(read_bert(tmp_path), precision="fp32"), rows)
    wanted = tiny_models.reference_logits(model, rows)
    assert wanted.std() > 0.05  # answers that are all alike would prove nothing
    assert np.abs(found - wanted).max() < 1e-4


def test_one_token_in_one_row_is_a_batch(tmp_path: Path) -> None:
    model = tiny_models.write_bert(tmp_path)
    rows = tiny_models.examples((1,))
    found = run(packed_graph(read_bert(tmp_path), precision="fp32"), rows)
    assert np.abs(found - tiny_models.reference_logits(model, rows)).max() < 1e-4


def test_int8_is_near_the_model(tmp_path: Path) -> None:
    model = tiny_models.write_bert(tmp_path, width=64, layers=3, heads=4)
    rows = tiny_models.examples(LENGTHS * 8)
    found = run(packed_graph(read_bert(tmp_path), precision="int8"), rows)
    wanted = tiny_models.reference_logits(model, rows)
    assert 0 < np.abs(found - wanted).max() < 0.05 * np.abs(wanted).max() + 0.02


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_company_does_not_change_an_answer(tmp_path: Path, precision: str) -> None:
    tiny_models.write_bert(tmp_path, width=32, layers=2)
    graph = packed_graph(read_bert(tmp_path), precision="int8" if precision == "int8" else "fp32")
    rows = tiny_models.examples(LENGTHS)
    together = run(graph, rows)
    alone = np.concatenate([run(graph, [row]) for row in rows])
    assert np.abs(together - alone).max() < 1e-5


def test_equal_weights_give_equal_bytes_and_int8_fewer(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path, width=64)
    graphs = [packed_graph(read_bert(tmp_path), precision="fp32") for _ in range(2)]
    assert graphs[0] == graphs[1]
    assert len(packed_graph(read_bert(tmp_path), precision="int8")) < 0.5 * len(graphs[0])
