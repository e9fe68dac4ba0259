"""Write an ONNX graph node by node, with names and bytes that are equal for equal calls."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from leafout.core.errors import LeafoutError

MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's fused operators."""
_OPSET, _IR_VERSION = 18, 9
_MAX_BYTES = (1 << 31) - 1


class GraphWriter:
    """Collects nodes and constants; `model` closes the graph."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._places: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def constant(self, values: NDArray[Any] | np.generic) -> str:
        """Name a tensor that never changes; small equal ones are stored once."""
        array = np.asarray(values)
        key = (array.dtype.str, array.shape, array.tobytes() if array.size <= 4096 else b"")
        if key[2] and key in self._places:
            return self._places[key]
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
        self._places[key] = name
        return name

    def add(self, operator: str, inputs: list[str], *, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output and name that."""
        return self._node(operator, inputs, 1, domain=domain, **attributes)[0]

    def split(self, values: str, *, parts: int, axis: int) -> list[str]:
        """Cut a tensor into equal parts."""
        return self._node("Split", [values], parts, axis=axis, num_outputs=parts)

    def _node(self, operator: str, inputs: list[str], count: int, **attributes: Any) -> list[str]:
        number = len(self._nodes)
        outputs = [f"value_{number}_{place}" for place in range(count)]
        self._nodes.append(helper.make_node(operator, inputs, outputs, name=f"{operator}_{number}", **attributes))
        return outputs

    def model(self, inputs: dict[str, list[str]], *, logits: str, num_labels: int) -> bytes:
        """Close the graph.

        Args:
            inputs: int32 inputs, with names for their dimensions.
            logits: the value that becomes the float32 output `logits`.
            num_labels: its width.

        Raises:
            LeafoutError: when it does not fit into one ONNX file (2 GiB).
        """
        self._nodes.append(helper.make_node("Identity", [logits], ["logits"], name="logits"))
        graph = helper.make_graph(
            self._nodes,
            "leafout",
            [helper.make_tensor_value_info(name, TensorProto.INT32, dims) for name, dims in inputs.items()],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", num_labels])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="leafout")
        num_bytes = model.ByteSize()
        if num_bytes > _MAX_BYTES:
            message = f"the graph has {num_bytes} bytes, an ONNX file takes {_MAX_BYTES}"
            raise LeafoutError(message, hint="use `precision: int8` or `format: huggingface`")
        data: bytes = model.SerializeToString(deterministic=True)
        return data
