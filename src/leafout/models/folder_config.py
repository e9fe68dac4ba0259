"""`config.json` of a BERT or GPT-2 folder: read within bounds, written as transformers writes it."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from leafout.core.errors import LeafoutError
from leafout.models.config import Activation, Dims, Kind

MAX_LABELS = 100_000
_MODEL_TYPES: Mapping[Kind, str] = {"bert": "bert", "gpt": "gpt2"}
_LIMITS: Mapping[str, tuple[str, str, int]] = {
    "vocab_size": ("vocab_size", "vocab_size", 4_000_000),
    "layers": ("num_hidden_layers", "n_layer", 512),
    "width": ("hidden_size", "n_embd", 16_384),
    "heads": ("num_attention_heads", "n_head", 512),
    "ffn": ("intermediate_size", "n_inner", 131_072),
    "max_tokens": ("max_position_embeddings", "n_positions", 1_000_000),
}
_NEEDED: Mapping[Kind, Mapping[str, object]] = {
    "bert": {"position_embedding_type": "absolute", "is_decoder": False, "add_cross_attention": False},
    "gpt": {
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
        "add_cross_attention": False,
        "tie_word_embeddings": True,
    },
}
"""What our arithmetic takes for granted; a config that says otherwise is refused."""


def dims_of(config: Mapping[str, Any], kind: Kind, path: Path) -> Dims:
    """The dimensions in a config.

    Args:
        config: what `config.json` holds.
        kind: what the model must be.
        path: the file, for messages.

    Raises:
        LeafoutError: for another kind, an option we do not compute, or a number out of bounds.
    """
    if config.get("model_type") != _MODEL_TYPES[kind]:
        message = f"`model_type` is {config.get('model_type')!r}, this needs {_MODEL_TYPES[kind]!r}"
        raise LeafoutError(message, where=str(path))
    for name, wanted in _NEEDED[kind].items():
        if config.get(name, wanted) != wanted:
            raise LeafoutError(f"`{name}` is {config[name]!r}, our {kind} knows {wanted!r} only", where=str(path))
    values = dict(config)
    if kind == "gpt" and values.get("n_inner") is None and isinstance(values.get("n_embd"), int):
        values["n_inner"] = 4 * values["n_embd"]
    sizes = {
        ours: _whole(values, bert if kind == "bert" else gpt, limit, path)
        for ours, (bert, gpt, limit) in _LIMITS.items()
    }
    if sizes["width"] % sizes["heads"]:
        message = f"width {sizes['width']} cannot be shared by {sizes['heads']} heads"
        raise LeafoutError(message, where=str(path))
    return Dims(
        kind=kind,
        **sizes,
        segments=_whole(values, "type_vocab_size", 1000, path) if kind == "bert" else 2,
        activation=_activation(values, "hidden_act" if kind == "bert" else "activation_function", path),
        epsilon=_number(values, "layer_norm_eps" if kind == "bert" else "layer_norm_epsilon", 1.0, path),
        dropout=_number(values, "hidden_dropout_prob" if kind == "bert" else "resid_pdrop", 0.9, path),
        pad_id=_id(values, "pad_token_id", path),
        start_id=_id(values, "bos_token_id", path),
        end_id=_id(values, "eos_token_id", path),
    )


def bert_config(dims: Dims, architecture: str, labels: Sequence[str] = ()) -> dict[str, Any]:
    """The config of a BERT; `labels` only for a classifier."""
    named = {
        "id2label": {str(number): label for number, label in enumerate(labels)},
        "label2id": {label: number for number, label in enumerate(labels)},
        "problem_type": "single_label_classification",
    }
    return {
        "architectures": [architecture],
        "model_type": "bert",
        "vocab_size": dims.vocab_size,
        "hidden_size": dims.width,
        "num_hidden_layers": dims.layers,
        "num_attention_heads": dims.heads,
        "intermediate_size": dims.ffn,
        "max_position_embeddings": dims.max_tokens,
        "type_vocab_size": dims.segments,
        "hidden_act": dims.activation,
        "layer_norm_eps": dims.epsilon,
        "hidden_dropout_prob": dims.dropout,
        "attention_probs_dropout_prob": 0.0,
        "initializer_range": dims.deviation,
        "tie_word_embeddings": True,
        "dtype": "float32",
        "pad_token_id": dims.pad_id,
        "bos_token_id": dims.start_id,
        "eos_token_id": dims.end_id,
        **(named if labels else {}),
    }


def gpt_config(dims: Dims) -> dict[str, Any]:
    """The config of a GPT-2 language model."""
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": dims.vocab_size,
        "n_embd": dims.width,
        "n_layer": dims.layers,
        "n_head": dims.heads,
        "n_inner": dims.ffn,
        "n_positions": dims.max_tokens,
        "activation_function": dims.activation,
        "layer_norm_epsilon": dims.epsilon,
        "resid_pdrop": dims.dropout,
        "embd_pdrop": dims.dropout,
        "attn_pdrop": 0.0,
        "initializer_range": dims.deviation,
        "tie_word_embeddings": True,
        "dtype": "float32",
        "pad_token_id": dims.pad_id,
        "bos_token_id": dims.start_id,
        "eos_token_id": dims.end_id,
    }


def _whole(config: Mapping[str, Any], name: str, limit: int, path: Path) -> int:
    value = config.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        raise LeafoutError(f"`{name}` is {value!r}, not a number from 1 to {limit}", where=str(path))
    return value


def _number(config: Mapping[str, Any], name: str, limit: float, path: Path) -> float:
    defaults = {"layer_norm_eps": 1e-12, "layer_norm_epsilon": 1e-5, "hidden_dropout_prob": 0.1, "resid_pdrop": 0.1}
    value = config.get(name, defaults[name])
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= limit:
        raise LeafoutError(f"`{name}` is {value!r}, not a number from 0 to {limit}", where=str(path))
    return float(value) if math.isfinite(value) else 0.0


def _id(config: Mapping[str, Any], name: str, path: Path) -> int | None:
    value = config.get(name)
    if isinstance(value, list) and value:
        value = value[0]  # some list several end marks, the first is the model's own
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and -1 <= value < 1 << 31):
        return value
    raise LeafoutError(f"`{name}` is {value!r}, not a token id", where=str(path))


def _activation(config: Mapping[str, Any], name: str, path: Path) -> Activation:
    value = config.get(name, "gelu" if name == "hidden_act" else "gelu_new")
    if value not in get_args(Activation):
        raise LeafoutError(f"`{name}` is {value!r}, known are {', '.join(get_args(Activation))}", where=str(path))
    return cast(Activation, value)
