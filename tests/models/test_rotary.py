import math

import pytest
import torch
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from leafout.models.config import Rope
from leafout.models.rotary import frequencies, turned, turns_of

CPU = torch.device("cpu")


def test_a_pair_turns_by_its_place() -> None:
    turns = turns_of(torch.tensor([0, 1, 5]), frequencies(Rope(base=100.0), 4, CPU))
    found = turned(torch.tensor([1.0, 0, 0, 0]).expand(3, 1, 4), turns)
    for row, place in enumerate((0, 1, 5)):
        assert found[row, 0].tolist() == pytest.approx([math.cos(place), 0, math.sin(place), 0], abs=1e-6)


def test_products_depend_on_how_far_apart_tokens_are() -> None:
    query, key = torch.randn(2, 1, 1, 8).unbind()
    radians = frequencies(Rope(), 8, CPU)

    def product(first: int, second: int) -> float:
        turns = [turns_of(torch.tensor([place]), radians) for place in (first, second)]
        return float((turned(query, turns[0]) * turned(key, turns[1])).sum())

    assert product(7, 3) == pytest.approx(product(104, 100), abs=1e-4)
    assert product(7, 3) != pytest.approx(product(3, 7), abs=1e-3)


@pytest.mark.parametrize("trained", [64, 8192])
def test_scaled_frequencies_equal_those_of_transformers(trained: int) -> None:
    said = {
        "rope_type": "llama3",
        "rope_theta": 500_000.0,
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": trained,
    }
    config = LlamaConfig(hidden_size=256, num_attention_heads=4, rope_parameters=said)
    wanted, _ = ROPE_INIT_FUNCTIONS["llama3"](config, CPU)
    found = frequencies(Rope(500_000.0, "llama3", 32.0, trained=trained), 64, CPU)
    assert torch.allclose(found, wanted, rtol=1e-6)
