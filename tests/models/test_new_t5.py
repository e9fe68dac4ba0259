from pathlib import Path

import torch
from transformers import T5ForConditionalGeneration

from leafout.models.config import ModelConfig
from leafout.models.new_t5 import new_t5, t5_values
from leafout.tokenization.special import SpecialTokens

SPECIALS = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=4, all_ids=frozenset(range(5)))


def test_sizes_come_from_the_dial() -> None:
    values = t5_values(ModelConfig.read({"kind": "t5", "depth": 4, "max_tokens": 64}), 500, SPECIALS)
    wanted = {"d_model": 256, "d_kv": 64, "num_heads": 4, "num_layers": 4, "num_decoder_layers": 4, "n_positions": 64}
    assert values | wanted == values
    assert (values["eos_token_id"], values["decoder_start_token_id"], values["d_ff"]) == (3, 0, 704)


def test_equal_seeds_give_equal_weights_and_leave_chance_alone(tmp_path: Path) -> None:
    shape = ModelConfig.read({"kind": "t5", "layers": 1, "width": 16, "heads": 2})
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first, again, other = (new_t5(shape, 50, SPECIALS, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(values, again[name]) for name, values in first.items())
    assert not torch.equal(first["shared.weight"], other["shared.weight"])


def test_transformers_loads_what_is_saved(tmp_path: Path) -> None:
    shape = ModelConfig.read({"kind": "t5", "layers": 1, "width": 16, "heads": 2, "max_tokens": 40})
    made = new_t5(shape, 50, SPECIALS, 1).eval()
    made.save_pretrained(tmp_path)  # type: ignore[operator]  # transformers' method
    again = T5ForConditionalGeneration.from_pretrained(tmp_path).eval()
    assert again.config.n_positions == 40
    ids = torch.tensor([[5, 6, 7, 3]])
    with torch.no_grad():
        assert torch.equal(again(input_ids=ids, labels=ids).logits, made(input_ids=ids, labels=ids).logits)
