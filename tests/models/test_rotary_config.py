from pathlib import Path
from typing import Any

import pytest
from transformers import LlamaConfig, Qwen2Config, Qwen3Config

from leafout.core.errors import LeafoutError
from leafout.models.config import Dims, ModelConfig, Rope
from leafout.models.rotary_config import rotary_config, rotary_dims

PATH = Path("there/config.json")
SCALED = Rope(5e5, "llama3", 8.0, 1.0, 4.0, 4096)
DIMS = [
    ModelConfig.read({"kind": "llama", "kv_heads": 2}).resolved(11),
    ModelConfig.read({"kind": "qwen2", "tied": False}).resolved(11),
    ModelConfig.read({"kind": "qwen3", "rope_base": 1e6}).resolved(11),
    Dims(
        "llama", 9, layers=1, width=8, heads=2, ffn=8, max_tokens=6, activation="gelu", kv_heads=1, head_width=6,
        rope=SCALED, tied=False, qkv_bias=True, out_bias=True, ffn_bias=True, pad_id=0, start_id=1, end_id=2,
    ),
]  # fmt: skip
CONFIGS = {"llama": LlamaConfig, "qwen2": Qwen2Config, "qwen3": Qwen3Config}


@pytest.mark.parametrize("dims", DIMS, ids=lambda dims: str(dims.kind))
def test_what_is_written_is_read_again_by_us_and_by_transformers(dims: Dims) -> None:
    written = rotary_config(dims)
    assert rotary_dims(written, dims.kind, PATH) == dims
    theirs = CONFIGS[dims.kind](**{name: value for name, value in written.items() if name != "dtype"})
    assert rotary_dims(theirs.to_dict(), dims.kind, PATH) == dims


def test_files_of_before_name_their_base_and_scaling_otherwise() -> None:
    old = LlamaConfig(hidden_size=64, num_attention_heads=2).to_dict() | {"rope_theta": 5e5, "rope_parameters": None}
    assert rotary_dims(old, "llama", PATH).rope == Rope(5e5)
    scaled = old | {"rope_scaling": {"type": "linear", "factor": 2.0}}
    assert rotary_dims(scaled, "llama", PATH).rope == Rope(5e5, "linear", 2.0)


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_size": 10**9},
        {"num_key_value_heads": 3},
        {"head_dim": 7},
        {"use_sliding_window": True},
        {"layer_types": ["full_attention", "sliding_attention"]},
        {"hidden_act": "gelu_fast"},
        {"tie_word_embeddings": "yes"},
        {"rope_parameters": {"rope_type": "yarn", "factor": 4.0}},
        {"rope_parameters": {"rope_theta": 0.5}},
        {"rope_parameters": {"rope_type": "linear", "factor": 0.5}},
        {"rope_parameters": {"partial_rotary_factor": 0.5}},
        {"rope_parameters": {"rope_type": "llama3", "low_freq_factor": 4, "high_freq_factor": 4}},
        {"rope_parameters": [1]},
    ],
    ids=str,
)
def test_what_we_do_not_compute_or_bound_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError) as caught:
        rotary_dims(rotary_config(DIMS[0]) | change, "llama", PATH)
    assert caught.value.where == str(PATH)
