import torch

from leafout.models.config import Dims
from leafout.models.decoder_gpt import GptLayer

DIMS = Dims("gpt", 11, layers=1, width=8, heads=2, ffn=12, max_tokens=6, dropout=0.5)


def test_numbers_are_dropped_while_training_alone() -> None:
    layer, values = GptLayer(DIMS), torch.ones(4, 8)
    assert not torch.equal(layer.train().rest(values, values), layer.rest(values, values))
    assert torch.equal(layer.eval().rest(values, values), layer.rest(values, values))


def test_places_of_tokens_do_not_reach_a_layer() -> None:
    layer, values = GptLayer(DIMS).eval(), torch.ones(4, 8)
    assert layer.qkv_of(values, None).shape == (4, 24)
