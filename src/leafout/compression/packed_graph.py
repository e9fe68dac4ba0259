"""A BERT classifier as an ONNX graph over a packed stream of tokens: no padding except inside attention.

All rows of a batch lie one after another; every matrix product is on [T, width]. Only the attention is padded, through
Gather -> MultiHeadAttention -> Gather. In the last layer nothing but the first token of each row is ever read, so only
its query and its feed-forward part are computed (exact, and a fifth of the work of a four-layer model). The graph is
written straight from the weights; no exporter is involved. `inference/packed_inputs.py` makes its inputs.

Legend: B rows, S tokens of the longest row, T tokens of all rows, D width, L labels.
"""

from typing import Literal

import numpy as np

from leafout.compression.bert_weights import BertWeights
from leafout.compression.graph_writer import MICROSOFT, GraphWriter
from leafout.compression.linear import Float32Linear, Int8Linear, Linear

_INPUTS = {
    "ids": ["tokens"],
    "segments": ["tokens"],
    "positions": ["tokens"],
    "pad": ["rows", "longest"],
    "mask": ["rows", "longest"],
    "unpad": ["tokens"],
    "first": ["rows"],
}


def packed_graph(weights: BertWeights, *, precision: Literal["fp32", "int8"]) -> bytes:
    """The classifier as bytes of an ONNX file; equal weights give equal bytes.

    Args:
        weights: of a BertForSequenceClassification.
        precision: `int8` rounds the encoder's matrices and the embeddings; pooler and classifier stay float32.
    """
    graph = GraphWriter()
    linear: Linear = Int8Linear(graph) if precision == "int8" else Float32Linear(graph)
    exact = Float32Linear(graph)
    hidden_TD = _embeddings(graph, weights, linear, exact)
    for layer in range(weights.num_layers - 1):
        hidden_TD = _layer(graph, weights, linear, hidden_TD, layer)
    first_BD = _last_layer(graph, weights, linear, hidden_TD, weights.num_layers - 1)
    pooled_BD = graph.add("Tanh", [_affine(graph, weights, exact, first_BD, "bert.pooler.dense")])
    logits_BL = _affine(graph, weights, exact, pooled_BD, "classifier")
    return graph.model(_INPUTS, logits=logits_BL, num_labels=len(weights.bias("classifier")))


def _embeddings(graph: GraphWriter, weights: BertWeights, linear: Linear, exact: Linear) -> str:
    tables = "bert.embeddings"
    words = linear.lookup(weights.tensors[f"{tables}.word_embeddings.weight"], "ids")
    places = linear.lookup(weights.tensors[f"{tables}.position_embeddings.weight"], "positions")
    kinds = exact.lookup(weights.tensors[f"{tables}.token_type_embeddings.weight"], "segments")
    summed = graph.add("Add", [graph.add("Add", [words, kinds]), places])
    gain, shift = _norm(graph, weights, f"{tables}.LayerNorm")
    return graph.add("LayerNormalization", [summed, gain, shift], axis=-1, epsilon=weights.epsilon)


def _layer(graph: GraphWriter, weights: BertWeights, linear: Linear, hidden_TD: str, layer: int) -> str:
    fused = _fused(graph, weights, linear, hidden_TD, layer, ("query", "key", "value"))
    padded = graph.add("Gather", [fused, "pad"])
    query, key, value = graph.split(padded, parts=3, axis=2)
    context_TD = graph.add("Gather", [_attention(graph, weights, query, key, value), "unpad"])
    return _feed_forward(graph, weights, linear, context_TD, hidden_TD, layer)


def _last_layer(graph: GraphWriter, weights: BertWeights, linear: Linear, hidden_TD: str, layer: int) -> str:
    fused = _fused(graph, weights, linear, hidden_TD, layer, ("key", "value"))
    key, value = graph.split(graph.add("Gather", [fused, "pad"]), parts=2, axis=2)
    first_BD = graph.add("Gather", [hidden_TD, "first"])
    query_BD = _fused(graph, weights, linear, first_BD, layer, ("query",))
    query_B1D = graph.add("Reshape", [query_BD, graph.constant(np.array([-1, 1, weights.width]))])
    context_BD = _attention(graph, weights, query_B1D, key, value)
    return _feed_forward(graph, weights, linear, context_BD, first_BD, layer)


def _fused(
    graph: GraphWriter, weights: BertWeights, linear: Linear, hidden: str, layer: int, parts: tuple[str, ...]
) -> str:
    names = [f"bert.encoder.layer.{layer}.attention.self.{part}" for part in parts]
    product = linear.product(hidden, np.concatenate([weights.weight(name) for name in names], axis=1))
    return graph.add("Add", [product, graph.constant(np.concatenate([weights.bias(name) for name in names]))])


def _attention(graph: GraphWriter, weights: BertWeights, query: str, key: str, value: str) -> str:
    inputs = [query, key, value, "", "mask"]
    context = graph.add("MultiHeadAttention", inputs, domain=MICROSOFT, num_heads=weights.num_heads)
    return graph.add("Reshape", [context, graph.constant(np.array([-1, weights.width]))])


def _feed_forward(
    graph: GraphWriter, weights: BertWeights, linear: Linear, context: str, residual: str, layer: int
) -> str:
    name = f"bert.encoder.layer.{layer}"
    mixed = linear.product(context, weights.weight(f"{name}.attention.output.dense"))
    hidden = _residual_norm(graph, weights, mixed, residual, f"{name}.attention.output")
    wide = linear.product(hidden, weights.weight(f"{name}.intermediate.dense"))
    bias = graph.constant(weights.bias(f"{name}.intermediate.dense"))
    active = graph.add("BiasGelu", [wide, bias], domain=MICROSOFT)
    narrow = linear.product(active, weights.weight(f"{name}.output.dense"))
    return _residual_norm(graph, weights, narrow, hidden, f"{name}.output")


def _residual_norm(graph: GraphWriter, weights: BertWeights, values: str, residual: str, name: str) -> str:
    gain, shift = _norm(graph, weights, f"{name}.LayerNorm")
    inputs = [values, residual, gain, shift, graph.constant(weights.bias(f"{name}.dense"))]
    return graph.add("SkipLayerNormalization", inputs, domain=MICROSOFT, epsilon=weights.epsilon)


def _norm(graph: GraphWriter, weights: BertWeights, name: str) -> tuple[str, str]:
    return graph.constant(weights.tensors[f"{name}.weight"]), graph.constant(weights.bias(name))


def _affine(graph: GraphWriter, weights: BertWeights, linear: Linear, values: str, name: str) -> str:
    product = linear.product(values, weights.weight(name))
    return graph.add("Add", [product, graph.constant(weights.bias(name))])
