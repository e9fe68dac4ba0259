"""`config.json` of a model folder, read within bounds and written as transformers writes it; see `rotary_config`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.models.config import ROTARY, Dims, Kind
from leafout.models.config_values import NotOurs, activation, number, token_id, whole
from leafout.models.modern_config import Architecture, modern_config, modern_dims, named_labels
from leafout.models.rotary_config import rotary_config, rotary_dims

MAX_LABELS = 100_000
MODEL_TYPES: Mapping[Kind, str] = {
    "bert": "bert",
    "modernbert": "modernbert",
    "gpt": "gpt2",
    **{kind: kind for kind in ROTARY},
}
_BERTS: Mapping[Architecture, str] = {
    "masked": "BertForPreTraining",
    "classifier": "BertForSequenceClassification",
    "tokens": "BertForTokenClassification",
}
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


def kind_of(config: Mapping[str, Any], path: Path) -> Kind:
    """Which layout a config is of.

    Raises:
        LeafoutError: for one that we do not compute.
    """
    found = config.get("model_type")
    for kind, name in MODEL_TYPES.items():
        if found == name:
            return kind
    known = ", ".join(repr(name) for name in MODEL_TYPES.values())
    raise LeafoutError(f"`model_type` is {found!r}, our models are {known}", where=str(path))


def dims_of(config: Mapping[str, Any], kind: Kind, path: Path) -> Dims:
    """The dimensions in a config.

    Args:
        config: what `config.json` holds.
        kind: what the model must be.
        path: the file, for messages.

    Raises:
        LeafoutError: for another kind, an option we do not compute, or a number out of bounds.
    """
    if config.get("model_type") != MODEL_TYPES[kind]:
        message = f"`model_type` is {config.get('model_type')!r}, this needs {MODEL_TYPES[kind]!r}"
        raise LeafoutError(message, where=str(path))
    if kind in ROTARY:
        return rotary_dims(config, kind, path)
    if kind == "modernbert":
        return modern_dims(config, path)
    for name, wanted in _NEEDED[kind].items():
        if config.get(name, wanted) != wanted:
            raise NotOurs(f"`{name}` is {config[name]!r}, our {kind} knows {wanted!r} only", where=str(path))
    values = dict(config)
    if kind == "gpt" and values.get("n_inner") is None and isinstance(values.get("n_embd"), int):
        values["n_inner"] = 4 * values["n_embd"]
    sizes = {
        ours: whole(values, bert if kind == "bert" else gpt, limit, path)
        for ours, (bert, gpt, limit) in _LIMITS.items()
    }
    if sizes["width"] % sizes["heads"]:
        message = f"width {sizes['width']} cannot be shared by {sizes['heads']} heads"
        raise LeafoutError(message, where=str(path))
    return Dims(
        kind=kind,
        vocab_size=sizes["vocab_size"],
        layers=sizes["layers"],
        width=sizes["width"],
        heads=sizes["heads"],
        ffn=sizes["ffn"],
        max_tokens=sizes["max_tokens"],
        segments=whole(values, "type_vocab_size", 1000, path) if kind == "bert" else 2,
        activation=activation(values, "hidden_act", "gelu", path)
        if kind == "bert"
        else activation(values, "activation_function", "gelu_new", path),
        epsilon=number(values, "layer_norm_eps", 1e-12, 1.0, path)
        if kind == "bert"
        else number(values, "layer_norm_epsilon", 1e-5, 1.0, path),
        dropout=number(values, "hidden_dropout_prob" if kind == "bert" else "resid_pdrop", 0.1, 0.9, path),
        pad_id=token_id(values, "pad_token_id", path),
        start_id=token_id(values, "bos_token_id", path),
        end_id=token_id(values, "eos_token_id", path),
    )


def encoder_config(dims: Dims, architecture: Architecture, labels: Sequence[str] = ()) -> dict[str, Any]:
    """The config of an encoder with its pre-training heads, or of a classifier of texts or tokens, which has labels."""
    if dims.near is not None:
        return modern_config(dims, architecture, labels)
    return {
        "architectures": [_BERTS[architecture]],
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
        **named_labels(architecture, labels),
    }


def causal_config(dims: Dims) -> dict[str, Any]:
    """The config of a causal language model."""
    if dims.rope is not None:
        return rotary_config(dims)
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
