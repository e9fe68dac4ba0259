from dataclasses import replace

import torch

from leafout.models.config import Dims, Rope
from leafout.models.decoder_rotary import RotaryLayer
from leafout.models.rotary import frequencies, turns_of

DIMS = Dims("llama", 11, layers=1, width=8, heads=4, ffn=12, max_tokens=6, kv_heads=2, head_width=6, rope=Rope())


def turns() -> tuple[torch.Tensor, torch.Tensor]:
    return turns_of(torch.arange(3), frequencies(Rope(), 6, torch.device("cpu")))


def test_keys_and_values_have_fewer_heads_than_queries() -> None:
    assert RotaryLayer(DIMS).qkv_of(torch.ones(3, 8), turns()).shape == (3, (4 + 2 + 2) * 6)


def test_queries_and_keys_turn_and_values_do_not() -> None:
    found = RotaryLayer(DIMS).qkv_of(torch.randn(1, 8).expand(3, 8), turns()).view(3, 8, 6)
    assert torch.equal(found[0, 6:], found[2, 6:])
    assert not torch.allclose(found[0, :6], found[2, :6])
    assert torch.allclose(found.norm(dim=-1)[0], found.norm(dim=-1)[2])


def test_queries_and_keys_are_normed_head_by_head_where_it_is_asked_for() -> None:
    layer = RotaryLayer(replace(DIMS, head_norm=True, epsilon=1e-6))
    sizes = layer.qkv_of(torch.randn(3, 8), turns()).view(3, 8, 6).square().mean(-1)
    assert torch.allclose(sizes[:, :6], torch.ones(3, 6), atol=1e-3)
    assert not torch.allclose(sizes[:, 6:], torch.ones(3, 2), atol=1e-3)


def test_bfloat16_goes_through_to_attention() -> None:
    layer = RotaryLayer(replace(DIMS, head_norm=True))
    with torch.autocast("cpu", torch.bfloat16):
        assert layer.qkv_of(torch.randn(3, 8), turns()).dtype == torch.bfloat16
