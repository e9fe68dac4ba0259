from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

import tiny_models
from leafout.compression.bert_weights import read_bert
from leafout.compression.packed_graph import packed_graph
from leafout.core.errors import LeafoutError
from leafout.inference.onnx_check import read_checked


@pytest.fixture
def model(tmp_path: Path) -> onnx.ModelProto:
    tiny_models.write_bert(tmp_path / "model")
    return onnx.load_from_string(packed_graph(read_bert(tmp_path / "model"), precision="int8"))


def external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


def entry_without_location(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].external_data.add(key="location", value="weights.bin")


def unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[3].op_type = "ConstantOfShape"


def unknown_domain(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "my.own"


def huge_shape(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] = 2**62


def negative_shape(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] = -1


def strange_type(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_type = TensorProto.STRING


def other_inputs(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = "input_ids"


def other_labels(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3


def expanded(model: onnx.ModelProto) -> None:
    next(node for node in model.graph.node if node.op_type == "Expand").input[1] = "ids"


def subgraph(model: onnx.ModelProto) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute("body", model.graph))


def function(model: onnx.ModelProto) -> None:
    model.functions.append(helper.make_function("x", "f", [], [], [], [helper.make_opsetid("", 18)]))


def test_our_own_graph_passes(tmp_path: Path, model: onnx.ModelProto) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    assert read_checked(path, num_labels=2) == path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        external,
        entry_without_location,
        unknown_operator,
        unknown_domain,
        huge_shape,
        negative_shape,
        strange_type,
        other_inputs,
        other_labels,
        expanded,
        subgraph,
        function,
    ],
)
def test_any_other_graph_is_refused(
    tmp_path: Path, model: onnx.ModelProto, damage: Callable[[onnx.ModelProto], None]
) -> None:
    damage(model)
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(LeafoutError, match="is refused"):
        read_checked(path, num_labels=2)


@pytest.mark.parametrize("data", [b"\x00" * 100, b"not a model", b"\xff" * 1000])
def test_bytes_that_are_no_model_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(LeafoutError):
        read_checked(path, num_labels=2)
