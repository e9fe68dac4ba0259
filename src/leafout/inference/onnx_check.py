"""What an ONNX file must be before a runtime may load it: our own writer's work and nothing else.

A file may come from outside. External data would read any path; unknown operators, subgraphs and tensors made at run
time may ask for any amount of memory. So the file is held against a list of what the writer writes.
"""

import math
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from leafout.core.errors import LeafoutError

_MAX_BYTES = (1 << 31) - 1
_STANDARD = {
    "Abs", "Add", "Cast", "Expand", "Gather", "Identity", "LayerNormalization", "MatMul", "Max", "Mul",
    "QuantizeLinear", "ReduceMax", "Reshape", "Shape", "Split", "Tanh",
}  # fmt: skip
_MICROSOFT = {"BiasGelu", "MatMulIntegerToFloat", "MultiHeadAttention", "SkipLayerNormalization"}
_INPUTS = ["ids", "segments", "positions", "pad", "mask", "unpad", "first"]
_BYTES = {
    onnx.TensorProto.FLOAT: 4,
    onnx.TensorProto.INT64: 8,
    onnx.TensorProto.INT32: 4,
    onnx.TensorProto.INT8: 1,
    onnx.TensorProto.UINT8: 1,
}


def read_checked(path: Path, *, num_labels: int) -> bytes:
    """The bytes of an ONNX file that is safe to hand to the runtime.

    Raises:
        LeafoutError: saying what in the file is not as our writer leaves it.
    """
    num_bytes = path.stat().st_size
    if num_bytes > _MAX_BYTES:
        raise LeafoutError(f"`{path.name}` has {num_bytes} bytes, the limit is {_MAX_BYTES}", where=str(path))
    data = path.read_bytes()
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        raise LeafoutError(f"`{path.name}` is no ONNX file: {error}", where=str(path)) from None
    for problem in (_structure(model), _tensors(model.graph), _ends(model.graph, num_labels)):
        if problem:
            hint = "export the release again from its model"
            raise LeafoutError(f"`{path.name}` is refused: {problem}", where=str(path), hint=hint)
    return data


def _structure(model: onnx.ModelProto) -> str:
    graph = model.graph
    if len(model.functions) or len(model.training_info) or len(graph.sparse_initializer):
        return "it has functions, training info or sparse tensors"
    shapes = {name for node in graph.node if node.op_type == "Shape" for name in node.output}
    for node in graph.node:
        if node.op_type == "Expand" and (len(node.input) != 2 or node.input[1] not in shapes):
            return "`Expand` grows a tensor to a size that is not another's"
        allowed = {"": _STANDARD, "com.microsoft": _MICROSOFT}.get(node.domain, set())
        if node.op_type not in allowed:
            return f"it uses the operator `{node.domain[:80]}:{node.op_type[:80]}`"
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.HasField("t") or attribute.graphs or attribute.tensors:
                return f"`{node.op_type}` carries a subgraph or a tensor"
    return ""


def _tensors(graph: onnx.GraphProto) -> str:
    for tensor in graph.initializer:
        if tensor.data_location != onnx.TensorProto.DEFAULT or tensor.external_data:
            return f"the tensor `{tensor.name[:80]}` lies in another file"
        size = _BYTES.get(tensor.data_type)
        dims = list(tensor.dims)
        if size is None or any(dim < 1 for dim in dims):
            return f"the tensor `{tensor.name[:80]}` has a strange type or shape {dims[:8]}"
        if math.prod(dims) * size != len(tensor.raw_data):
            return f"the tensor `{tensor.name[:80]}` has {len(tensor.raw_data)} bytes for the shape {dims[:8]}"
    return ""


def _ends(graph: onnx.GraphProto, num_labels: int) -> str:
    inputs = [value.name for value in graph.input]
    if inputs != _INPUTS:
        return f"its inputs are {inputs[:10]}, not {_INPUTS}"
    outputs = [value.name for value in graph.output]
    if outputs != ["logits"]:
        return f"its outputs are {outputs[:10]}, not ['logits']"
    width = [dim.dim_value for dim in graph.output[0].type.tensor_type.shape.dim]
    if len(width) != 2 or width[1] != num_labels:
        return f"it has logits of the shape {width}, the release names {num_labels} labels"
    return ""
