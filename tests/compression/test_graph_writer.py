import numpy as np
import onnx
import onnxruntime
import pytest

from leafout.compression import graph_writer
from leafout.compression.graph_writer import GraphWriter
from leafout.core.errors import LeafoutError


def doubled(writer: GraphWriter) -> bytes:
    """A graph that doubles its rows after a cast."""
    values = writer.add("Cast", ["ids"], to=onnx.TensorProto.FLOAT)
    twice = writer.add("Mul", [values, writer.constant(np.array(2.0, np.float32))])
    first, second = writer.split(twice, parts=2, axis=1)
    back = writer.add("Concat", [second, first], axis=1)
    return writer.model({"ids": ["rows", "two"]}, logits=back, num_labels=2)


def test_the_graph_runs_and_says_what_it_was_told() -> None:
    data = doubled(GraphWriter())
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(["logits"], {"ids": np.array([[1, 2], [3, 4]], np.int32)})
    assert found.tolist() == [[4.0, 2.0], [8.0, 6.0]]


def test_equal_calls_give_equal_bytes() -> None:
    assert doubled(GraphWriter()) == doubled(GraphWriter())


def test_small_equal_constants_are_stored_once_and_unequal_ones_apart() -> None:
    writer = GraphWriter()
    one = writer.constant(np.array([1.0, 2.0], np.float32))
    assert writer.constant(np.array([1.0, 2.0], np.float32)) == one
    assert writer.constant(np.array([1.0, 2.0], np.float64)) != one
    assert writer.constant(np.array([[1.0, 2.0]], np.float32)) != one
    assert writer.constant(np.array([1.0, 3.0], np.float32)) != one
    assert writer.constant(np.zeros(2, np.int32)) != writer.constant(np.zeros(2, np.float32))


def test_large_constants_are_not_compared() -> None:
    writer = GraphWriter()
    large = np.zeros(5000, np.float32)
    assert writer.constant(large) != writer.constant(large)


def test_every_node_and_value_has_a_name_of_its_own() -> None:
    graph = onnx.load_from_string(doubled(GraphWriter())).graph
    names = [node.name for node in graph.node]
    values = [output for node in graph.node for output in node.output]
    assert len(set(names)) == len(names)
    assert len(set(values)) == len(values)


def test_a_transposed_constant_keeps_its_shape_and_order() -> None:
    writer = GraphWriter()
    values = np.arange(6, dtype=np.float32).reshape(2, 3).T
    name = writer.constant(values)
    model = onnx.load_from_string(writer.model({}, logits=name, num_labels=2))
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(model.graph.initializer[0]), values)


def test_a_graph_that_no_onnx_file_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_writer, "_MAX_BYTES", 100)
    with pytest.raises(LeafoutError, match=r"the graph has \d+ bytes, an ONNX file takes 100"):
        doubled(GraphWriter())
