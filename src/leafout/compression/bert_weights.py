"""The weights of a BERT classifier as plain float32 arrays, checked against its config before use.

Legend: D width, F width of the feed-forward part, V vocabulary, L labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object

Float32 = NDArray[np.float32]
_LIMITS = {
    "hidden_size": 16_384,
    "num_hidden_layers": 512,
    "num_attention_heads": 512,
    "intermediate_size": 131_072,
    "vocab_size": 4_000_000,
    "max_position_embeddings": 1_000_000,
    "type_vocab_size": 1000,
}


@dataclass(frozen=True, slots=True)
class BertWeights:
    """A BertForSequenceClassification without torch.

    Attributes:
        num_layers, num_heads, width: its shape.
        epsilon: of every layer norm.
        tensors: by their Hugging Face names, float32.
    """

    num_layers: int
    num_heads: int
    width: int
    epsilon: float
    tensors: Mapping[str, Float32]

    def weight(self, name: str) -> Float32:
        """The matrix of a linear layer as [inputs, outputs], ready for `x @ matrix`."""
        return np.ascontiguousarray(self.tensors[f"{name}.weight"].T)

    def bias(self, name: str) -> Float32:
        """The bias of a linear layer or a layer norm."""
        return self.tensors[f"{name}.bias"]


def read_bert(folder: Path) -> BertWeights:
    """Read `config.json` and `model.safetensors` of a BertForSequenceClassification.

    Raises:
        LeafoutError: for another architecture, and where config and tensors do not agree.
    """
    path = folder / "config.json"
    config = read_object(path)
    names = config.get("architectures")
    if names != ["BertForSequenceClassification"]:
        hint = "export it with `format: huggingface`"
        raise LeafoutError(
            f"the packed graph is for BertForSequenceClassification, not {names}", where=str(path), hint=hint
        )
    dims = {name: _whole(config, name, limit, path) for name, limit in _LIMITS.items()}
    for name, wanted in (("hidden_act", "gelu"), ("position_embedding_type", "absolute")):
        if config.get(name, wanted) != wanted:
            raise LeafoutError(f"`{name}` is {config[name]!r}, the packed graph knows {wanted!r}", where=str(path))
    if dims["hidden_size"] % dims["num_attention_heads"]:
        message = f"width {dims['hidden_size']} cannot be shared by {dims['num_attention_heads']} heads"
        raise LeafoutError(message, where=str(path))
    tensors = _read_tensors(folder / "model.safetensors")
    for name, shape in _expected(dims, num_labels=_num_labels(tensors, folder)).items():
        _check(tensors, name, shape, folder)
    return BertWeights(
        num_layers=dims["num_hidden_layers"],
        num_heads=dims["num_attention_heads"],
        width=dims["hidden_size"],
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        tensors=tensors,
    )


def _read_tensors(path: Path) -> dict[str, Float32]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:  # torch reads bf16, numpy does not
            return {name: file.get_tensor(name).float().numpy() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise LeafoutError(f"`{path.name}` cannot be read: {error}", where=str(path)) from None


def _whole(config: Mapping[str, Any], name: str, limit: int, path: Path) -> int:
    value = config.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        raise LeafoutError(f"`{name}` is {value!r}, not a number from 1 to {limit}", where=str(path))
    return value


def _num_labels(tensors: Mapping[str, Float32], folder: Path) -> int:
    if "classifier.bias" not in tensors:
        raise LeafoutError("the model has no `classifier.bias`", where=str(folder / "model.safetensors"))
    return int(tensors["classifier.bias"].size)


def _expected(dims: Mapping[str, int], *, num_labels: int) -> dict[str, tuple[int, ...]]:
    D, F = dims["hidden_size"], dims["intermediate_size"]
    shapes: dict[str, tuple[int, ...]] = {
        "bert.embeddings.word_embeddings.weight": (dims["vocab_size"], D),
        "bert.embeddings.position_embeddings.weight": (dims["max_position_embeddings"], D),
        "bert.embeddings.token_type_embeddings.weight": (dims["type_vocab_size"], D),
    }
    linear = {"bert.pooler.dense": (D, D), "classifier": (num_labels, D)}
    norms = ["bert.embeddings.LayerNorm"]
    for layer in range(dims["num_hidden_layers"]):
        p = f"bert.encoder.layer.{layer}"
        linear |= {f"{p}.attention.self.{name}": (D, D) for name in ("query", "key", "value")}
        linear |= {
            f"{p}.attention.output.dense": (D, D),
            f"{p}.intermediate.dense": (F, D),
            f"{p}.output.dense": (D, F),
        }
        norms += [f"{p}.attention.output.LayerNorm", f"{p}.output.LayerNorm"]
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in norms:
        shapes |= {f"{name}.weight": (D,), f"{name}.bias": (D,)}
    return shapes


def _check(tensors: Mapping[str, Float32], name: str, shape: tuple[int, ...], folder: Path) -> None:
    tensor = tensors.get(name)
    if tensor is None or tensor.shape != shape:
        said = "is absent" if tensor is None else f"has the shape {tensor.shape}"
        message = f"`{name}` {said}, the config asks for {shape}"
        raise LeafoutError(message, where=str(folder / "model.safetensors"))
    if not np.isfinite(tensor).all():
        raise LeafoutError(f"`{name}` holds NaN or infinity", where=str(folder / "model.safetensors"))
