"""`config.json` of a ModernBERT: read within bounds, written as transformers writes it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from leafout.core.errors import LeafoutError
from leafout.models.config import Dims, Near, Rope
from leafout.models.config_values import NotOurs, activation, number, token_id, truth, whole
from leafout.models.rotary_config import rope_of, rope_parameters

_FAR, _NEAR = "full_attention", "sliding_attention"
_BASES = {_FAR: 160_000.0, _NEAR: 10_000.0}
_OLD_BASES = {_FAR: "global_rope_theta", _NEAR: "local_rope_theta"}

Architecture = Literal["masked", "classifier", "tokens"]
_MODERNS: Mapping[Architecture, str] = {
    "masked": "ModernBertForMaskedLM",
    "classifier": "ModernBertForSequenceClassification",
    "tokens": "ModernBertForTokenClassification",
}


def modern_dims(config: Mapping[str, Any], path: Path) -> Dims:
    """The dimensions in a config.

    Args:
        config: what `config.json` holds.
        path: the file, for messages.

    Raises:
        LeafoutError: for an option that we do not compute, or a number out of bounds.
    """
    told = {name: value for name, value in config.items() if value is not None}
    for name, wanted in (("norm_bias", False), ("decoder_bias", True), ("tie_word_embeddings", True)):
        if truth(told, name, path, default=wanted) != wanted:
            message = f"`{name}` is {told[name]!r}, our modernbert knows {wanted!r} only"
            raise NotOurs(message, where=str(path))
    width, heads = whole(config, "hidden_size", 16_384, path), whole(config, "num_attention_heads", 512, path)
    if width % heads or width // heads % 2:
        message = f"width {width} cannot be shared by {heads} heads of an even width"
        raise LeafoutError(message, where=str(path))
    acts = activation(told, "hidden_activation", "gelu", path)
    if activation(told, "classifier_activation", "gelu", path) != acts:
        raise NotOurs("the head has another activation than the layers", where=str(path))
    pooling = told.get("classifier_pooling", "cls")
    if pooling not in {"cls", "mean"}:
        raise LeafoutError(f"`classifier_pooling` is {pooling!r}, neither cls nor mean", where=str(path))
    layers = whole(config, "num_hidden_layers", 512, path)
    biased = truth(told, "attention_bias", path, default=False)
    return Dims(
        kind="modernbert",
        vocab_size=whole(config, "vocab_size", 4_000_000, path),
        layers=layers,
        width=width,
        heads=heads,
        ffn=whole(config, "intermediate_size", 131_072, path),
        max_tokens=whole(config, "max_position_embeddings", 1_000_000, path),
        activation=acts,
        epsilon=number(told, "norm_eps", 1e-5, 1.0, path),
        dropout=number(told, "mlp_dropout", 0.0, 0.9, path),
        rope=_rope(told, _FAR, path),
        qkv_bias=biased,
        out_bias=biased,
        ffn_bias=truth(told, "mlp_bias", path, default=False),
        head_bias=truth(told, "classifier_bias", path, default=False),
        near=Near(_layers(told, layers, path), _reach(told, path), _rope(told, _NEAR, path)),
        pooling="mean" if pooling == "mean" else "first",
        pad_id=token_id(told, "pad_token_id", path),
        start_id=token_id(told, "cls_token_id" if "cls_token_id" in told else "bos_token_id", path),
        end_id=token_id(told, "sep_token_id" if "sep_token_id" in told else "eos_token_id", path),
    )


def _layers(config: Mapping[str, Any], layers: int, path: Path) -> tuple[bool, ...]:
    every = whole({"global_attn_every_n_layers": 3, **config}, "global_attn_every_n_layers", 512, path)
    said = config.get("layer_types", [_NEAR if place % every else _FAR for place in range(layers)])
    if not isinstance(said, list) or len(said) != layers or not set(said) <= {_FAR, _NEAR}:
        message = f"`layer_types` are not {layers} of `{_FAR}` and `{_NEAR}`"
        raise LeafoutError(message, where=str(path))
    return tuple(kind == _NEAR for kind in said)


def _reach(config: Mapping[str, Any], path: Path) -> int:
    window = whole({"local_attention": 128, **config}, "local_attention", 1_000_000, path)
    if window < 2:
        raise LeafoutError(f"`local_attention` is {window}, less than 2", where=str(path))
    return window // 2


def _rope(config: Mapping[str, Any], kind: str, path: Path) -> Rope:
    said = config.get("rope_parameters") or {}
    mine = (said.get(kind) or {}) if isinstance(said, Mapping) else said
    base = config.get(_OLD_BASES[kind], _BASES[kind])
    return rope_of({"rope_parameters": mine, "rope_theta": base}, path)


def named_labels(architecture: Architecture, labels: Sequence[str]) -> dict[str, Any]:
    """The part of a config that names the outputs; empty without labels."""
    if not labels:
        return {}
    return {
        "id2label": {str(number): label for number, label in enumerate(labels)},
        "label2id": {label: number for number, label in enumerate(labels)},
        **({"problem_type": "single_label_classification"} if architecture == "classifier" else {}),
    }


def modern_config(dims: Dims, architecture: Architecture, labels: Sequence[str] = ()) -> dict[str, Any]:
    """The config of a ModernBERT; `labels` only for a classifier of texts or tokens."""
    near = cast(Near, dims.near)
    assert dims.rope is not None
    return {
        "architectures": [_MODERNS[architecture]],
        "model_type": "modernbert",
        "vocab_size": dims.vocab_size,
        "hidden_size": dims.width,
        "num_hidden_layers": dims.layers,
        "num_attention_heads": dims.heads,
        "intermediate_size": dims.ffn,
        "max_position_embeddings": dims.max_tokens,
        "hidden_activation": dims.activation,
        "classifier_activation": dims.activation,
        "norm_eps": dims.epsilon,
        "norm_bias": False,
        "attention_bias": dims.qkv_bias,
        "mlp_bias": dims.ffn_bias,
        "classifier_bias": dims.head_bias,
        "decoder_bias": True,
        "classifier_pooling": "mean" if dims.pooling == "mean" else "cls",
        "mlp_dropout": dims.dropout,
        "embedding_dropout": dims.dropout,
        "classifier_dropout": dims.dropout,
        "attention_dropout": 0.0,
        "layer_types": [_NEAR if is_near else _FAR for is_near in near.layers],
        "local_attention": 2 * near.reach,
        "rope_parameters": {_FAR: rope_parameters(dims.rope), _NEAR: rope_parameters(near.rope)},
        "initializer_range": dims.deviation,
        "tie_word_embeddings": True,
        "dtype": "float32",
        "pad_token_id": dims.pad_id,
        "bos_token_id": dims.start_id,
        "eos_token_id": dims.end_id,
        "cls_token_id": dims.start_id,
        "sep_token_id": dims.end_id,
        **named_labels(architecture, labels),
    }
