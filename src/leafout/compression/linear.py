"""Linear layers and embeddings in an ONNX graph: in float32, or in int8 with a scale for each token.

ONNX Runtime's dynamic quantisation takes one scale for a whole batch, so that an answer depends on its neighbours
(measured: 1 to 5 % of answers flip between random batchings, on a nearly tied model). Here each row of activations has
its own scale, as in LLM.int8 (Dettmers et al. 2022, section 3.1, "vector-wise quantization"): a text gives the same
logits, bit for bit, in any company, at 0.9x the speed of one scale for all and 1.5 to 2.3x that of float32.

Legend: T tokens, I inputs, O outputs.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leafout.compression.graph_writer import MICROSOFT, GraphWriter

Float32 = NDArray[np.float32]
_TINY = np.float32(1e-8)


class Linear(Protocol):
    """How a graph multiplies and looks up."""

    def product(self, values: str, weight_IO: Float32) -> str:
        """`values [T, I] @ weight` as [T, O]."""

    def lookup(self, table_VD: Float32, ids: str) -> str:
        """Rows of a table."""


class Float32Linear:
    """Everything as it is."""

    def __init__(self, graph: GraphWriter) -> None:
        self._graph = graph

    def product(self, values: str, weight_IO: Float32) -> str:
        """`values [T, I] @ weight` as [T, O]."""
        return self._graph.add("MatMul", [values, self._graph.constant(weight_IO)])

    def lookup(self, table_VD: Float32, ids: str) -> str:
        """Rows of a table."""
        return self._graph.add("Gather", [self._graph.constant(table_VD), ids])


class Int8Linear:
    """Weights in int8 with a scale for each column, activations in uint8 with a scale for each row."""

    def __init__(self, graph: GraphWriter) -> None:
        self._graph = graph
        self._quantized: dict[str, tuple[str, str]] = {}

    def product(self, values: str, weight_IO: Float32) -> str:
        """`values [T, I] @ weight` as [T, O]: int8 products summed in int32, scaled once."""
        graph = self._graph
        rounded_TI, scales_T1 = self._rows(values)
        weight_int8_IO, scales_1O = int8_columns(weight_IO)
        zeros_O = np.zeros(weight_IO.shape[1], np.int8)
        inputs = [
            rounded_TI,
            graph.constant(weight_int8_IO),
            graph.constant(np.float32(1)),
            graph.constant(scales_1O[0]),
            graph.constant(np.uint8(128)),
            graph.constant(zeros_O),
        ]
        return graph.add("Mul", [graph.add("MatMulIntegerToFloat", inputs, domain=MICROSOFT), scales_T1])

    def lookup(self, table_VD: Float32, ids: str) -> str:
        """Rows of a table that is stored in int8 with a scale for each row."""
        graph = self._graph
        table_int8_DV, scales_1V = int8_columns(table_VD.T)
        row = graph.add("Gather", [graph.constant(table_int8_DV.T), ids])
        scale = graph.add("Gather", [graph.constant(scales_1V.T), ids])
        return graph.add("Mul", [graph.add("Cast", [row], to=1), scale])

    def _rows(self, values: str) -> tuple[str, str]:
        if values not in self._quantized:
            graph = self._graph
            largest = graph.add("ReduceMax", [graph.add("Abs", [values]), graph.constant(np.array([1]))], keepdims=1)
            scaled = graph.add("Mul", [largest, graph.constant(np.float32(1 / 127))])
            scales_T1 = graph.add("Max", [scaled, graph.constant(_TINY)])
            scales_T = graph.add("Reshape", [scales_T1, graph.constant(np.array([-1]))])
            middle = graph.constant(np.array([128], np.uint8))
            zeros_T = graph.add("Expand", [middle, graph.add("Shape", [scales_T])])
            rounded_TI = graph.add("QuantizeLinear", [values, scales_T, zeros_T], axis=0)
            self._quantized[values] = (rounded_TI, scales_T1)
        return self._quantized[values]


def int8_columns(weight_IO: Float32) -> tuple[NDArray[np.int8], Float32]:
    """Round each column to -127..127 of its own scale.

    Returns:
        The int8 matrix, and the scales [1, O]: `matrix * scales` is nearest to the weight.
    """
    scales_1O = np.maximum(np.abs(weight_IO).max(axis=0, keepdims=True) / np.float32(127), _TINY)
    return np.round(weight_IO / scales_1O).astype(np.int8), scales_1O.astype(np.float32)
