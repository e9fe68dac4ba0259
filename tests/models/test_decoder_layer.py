import pytest
import torch

import tiny_models
from leafout.models.config import Dims
from leafout.models.decoder_gpt import GptLayer
from leafout.models.decoder_layer import DecoderLayer, LayerCache
from leafout.models.stream import Stream
from leafout.tasks.example import collate

DIMS = Dims("gpt", 11, layers=1, width=8, heads=2, ffn=12, max_tokens=8)


def test_a_layer_has_to_say_what_it_is() -> None:
    with pytest.raises(NotImplementedError):
        DecoderLayer(DIMS).qkv_of(torch.ones(1, 8), None)
    with pytest.raises(NotImplementedError):
        DecoderLayer(DIMS).rest(torch.ones(1, 8), torch.ones(1, 8))


def test_keys_and_values_are_kept_where_the_rows_are() -> None:
    layer, stream = GptLayer(DIMS).eval(), Stream.of(collate(tiny_models.examples((2, 3))))
    hidden, kept = torch.randn(5, 8), LayerCache(torch.zeros(2, 2, 8, 4), torch.zeros(2, 2, 8, 4))
    with torch.no_grad():
        assert torch.equal(layer(hidden, stream, None, kept), layer(hidden, stream))
        qkv = layer.qkv_of(hidden, None).view(5, 3, 2, 4)
    assert torch.equal(kept.keys_BGCE[1, :, :3], qkv[2:, 1].transpose(0, 1))
    assert torch.equal(kept.values_BGCE[0, :, :2], qkv[:2, 2].transpose(0, 1))
    assert not kept.values_BGCE[1, :, 3:].any()
