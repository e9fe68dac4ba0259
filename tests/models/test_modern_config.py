from pathlib import Path
from typing import Any

import pytest
from transformers import ModernBertConfig

from leafout.core.errors import LeafoutError
from leafout.models.config import Dims, ModelConfig, Near, Rope
from leafout.models.modern_config import modern_config, modern_dims

PATH = Path("there/config.json")
OURS = ModelConfig.read({"kind": "modernbert"}).resolved(11)
OTHER = Dims(
    "modernbert", 9, layers=2, width=8, heads=2, ffn=8, max_tokens=6, activation="silu", dropout=0.25, epsilon=1e-3,
    rope=Rope(5e5), qkv_bias=True, out_bias=True, ffn_bias=True, head_bias=True, pooling="mean",
    near=Near((True, False), 5, Rope(100.0, "linear", 2.0)), pad_id=0, start_id=1, end_id=2,
)  # fmt: skip


@pytest.mark.parametrize("dims", [OURS, OTHER])
@pytest.mark.parametrize("labels", [(), ("差", "good")])
def test_what_is_written_is_read_again_by_us_and_by_transformers(dims: Dims, labels: tuple[str, ...]) -> None:
    written = modern_config(dims, "classifier" if labels else "masked", labels)
    assert modern_dims(written, PATH) == dims
    theirs = ModernBertConfig(**{name: value for name, value in written.items() if name != "dtype"})
    assert modern_dims(theirs.to_dict(), PATH) == dims
    if labels:
        assert theirs.id2label == {0: "差", 1: "good"}


def test_our_own_are_those_of_the_paper() -> None:
    base = modern_dims(ModernBertConfig().to_dict(), PATH)
    assert base.near is not None
    assert (base.layers, base.width, base.ffn, base.near.reach, base.pooling) == (22, 768, 1152, 64, "first")
    assert OURS.near is not None
    assert (OURS.near.layers, OURS.near.reach, OURS.rope, OURS.near.rope) == (
        (False, True, True, False),
        64,
        Rope(160_000.0),
        Rope(10_000.0),
    )


def test_files_of_before_name_bases_and_layers_otherwise() -> None:
    old = ModernBertConfig().to_dict() | {"rope_parameters": None, "layer_types": None, "num_hidden_layers": 4}
    found = modern_dims(
        old | {"global_rope_theta": 7.0, "local_rope_theta": 5.0, "global_attn_every_n_layers": 2}, PATH
    )
    assert found.near is not None
    assert (found.rope, found.near.rope, found.near.layers) == (Rope(7.0), Rope(5.0), (False, True, False, True))


@pytest.mark.parametrize(
    "change",
    [
        {"norm_bias": True},
        {"decoder_bias": False},
        {"hidden_size": 10**9},
        {"num_attention_heads": 3},
        {"classifier_activation": "relu"},
        {"classifier_pooling": "max"},
        {"layer_types": ["full_attention"]},
        {"layer_types": ["full_attention"] * 3 + ["other"]},
        {"local_attention": 1},
        {"rope_parameters": {"full_attention": {"rope_type": "yarn"}}},
        {"rope_parameters": [1]},
    ],
    ids=str,
)
def test_what_we_do_not_compute_or_bound_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError) as caught:
        modern_dims(modern_config(OURS, "masked") | change, PATH)
    assert caught.value.where == str(PATH)
