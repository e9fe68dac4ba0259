"""`config.json` of a Llama, Qwen 2 or Qwen 3: read within bounds, written as transformers writes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.models.config import Dims, Kind, Rope
from leafout.models.config_values import NotOurs, activation, number, token_id, truth, whole

_ARCHITECTURES: Mapping[Kind, str] = {
    "llama": "LlamaForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
}
_SCALINGS = {"default": "none", "linear": "linear", "llama3": "llama3"}


def rotary_dims(config: Mapping[str, Any], kind: Kind, path: Path) -> Dims:
    """The dimensions in a config.

    Args:
        config: what `config.json` holds.
        kind: its `model_type`.
        path: the file, for messages.

    Raises:
        LeafoutError: for an option that we do not compute, or a number out of bounds.
    """
    width, heads = whole(config, "hidden_size", 16_384, path), whole(config, "num_attention_heads", 512, path)
    told = {name: value for name, value in config.items() if value is not None}
    kv_heads = whole({"num_key_value_heads": heads} | told, "num_key_value_heads", 512, path)
    head = whole({"head_dim": 128 if kind == "qwen3" else width // heads} | told, "head_dim", 1024, path)
    if heads % kv_heads or head % 2:
        message = f"{heads} heads of {head} numbers with {kv_heads} of keys: the first must be a multiple, heads even"
        raise LeafoutError(message, where=str(path))
    slides = "sliding_attention" in (told.get("layer_types") or ())
    if truth(told, "use_sliding_window", path, default=False) or slides:
        raise NotOurs("attention in a sliding window is not ours", where=str(path))
    out_bias = kind != "qwen2" and truth(told, "attention_bias", path, default=False)
    return Dims(
        kind=kind,
        vocab_size=whole(config, "vocab_size", 4_000_000, path),
        layers=whole(config, "num_hidden_layers", 512, path),
        width=width,
        heads=heads,
        ffn=whole(config, "intermediate_size", 131_072, path),
        max_tokens=whole(config, "max_position_embeddings", 10_000_000, path),
        activation=activation(config, "hidden_act", "silu", path),
        epsilon=number(told, "rms_norm_eps", 1e-6, 1.0, path),
        kv_heads=kv_heads,
        head_width=head,
        rope=rope_of(told, path),
        tied=truth(told, "tie_word_embeddings", path, default=False),
        qkv_bias=out_bias or kind == "qwen2",
        out_bias=out_bias,
        ffn_bias=kind == "llama" and truth(told, "mlp_bias", path, default=False),
        head_norm=kind == "qwen3",
        pad_id=token_id(told, "pad_token_id", path),
        start_id=token_id(told, "bos_token_id", path),
        end_id=token_id(told, "eos_token_id", path),
    )


def rope_of(config: Mapping[str, Any], path: Path) -> Rope:
    """How positions turn: `rope_parameters`, or what older files call `rope_theta` and `rope_scaling`.

    Raises:
        LeafoutError: for a scaling that we do not compute, or a number out of bounds.
    """
    found = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if not isinstance(found, Mapping):
        raise LeafoutError(f"the parameters of rotary positions are {found!r}", where=str(path))
    kind = found.get("rope_type", found.get("type", "default"))
    if kind not in _SCALINGS:
        message = f"rotary positions are scaled by {kind!r}, known are {', '.join(_SCALINGS)}"
        raise NotOurs(message, where=str(path))
    if number(found, "partial_rotary_factor", 1.0, 1.0, path) != 1.0:
        raise NotOurs("only a part of each head turns", where=str(path))
    base = number({"rope_theta": config.get("rope_theta", 10_000.0), **found}, "rope_theta", 10_000.0, 1e12, path)
    factor = number(found, "factor", 1.0, 1e6, path)
    if base <= 1 or factor < 1:
        raise LeafoutError(f"rotary positions have the base {base:g} and the factor {factor:g}", where=str(path))
    if kind == "default":
        return Rope(base)
    if kind == "linear":
        return Rope(base, "linear", factor)
    trained = whole(
        {"original_max_position_embeddings": 8192, **found}, "original_max_position_embeddings", 1 << 24, path
    )
    low, high = (
        number(found, f"{name}_freq_factor", default, 1e6, path) for name, default in (("low", 1), ("high", 4))
    )
    if high <= low:
        raise LeafoutError(f"`high_freq_factor` {high:g} is not over `low_freq_factor` {low:g}", where=str(path))
    return Rope(base, "llama3", factor, low, high, trained)


def rotary_config(dims: Dims) -> dict[str, Any]:
    """The config of a Llama, Qwen 2 or Qwen 3 language model."""
    assert dims.rope is not None
    biases = {"attention_bias": dims.out_bias} | ({"mlp_bias": dims.ffn_bias} if dims.kind == "llama" else {})
    return {
        "architectures": [_ARCHITECTURES[dims.kind]],
        "model_type": dims.kind,
        "vocab_size": dims.vocab_size,
        "hidden_size": dims.width,
        "num_hidden_layers": dims.layers,
        "num_attention_heads": dims.heads,
        "num_key_value_heads": dims.kv_heads,
        "intermediate_size": dims.ffn,
        "max_position_embeddings": dims.max_tokens,
        "hidden_act": dims.activation,
        "rms_norm_eps": dims.epsilon,
        "attention_dropout": 0.0,
        "initializer_range": dims.deviation,
        "tie_word_embeddings": dims.tied,
        "rope_parameters": rope_parameters(dims.rope),
        "dtype": "float32",
        "pad_token_id": dims.pad_id,
        "bos_token_id": dims.start_id,
        "eos_token_id": dims.end_id,
        **({"head_dim": dims.head} if dims.kind != "qwen2" else {}),
        **(biases if dims.kind != "qwen2" else {}),
    }


def rope_parameters(rope: Rope) -> dict[str, Any]:
    """How positions turn, as transformers writes it."""
    found: dict[str, Any] = {
        "rope_theta": rope.base,
        "rope_type": "default" if rope.scaling == "none" else rope.scaling,
    }
    if rope.scaling != "none":
        found["factor"] = rope.factor
    if rope.scaling == "llama3":
        found |= {"low_freq_factor": rope.low, "high_freq_factor": rope.high}
        found["original_max_position_embeddings"] = rope.trained
    return found
