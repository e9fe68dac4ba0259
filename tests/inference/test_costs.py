from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import tiny_models
from leafout.inference.costs import token_costs
from leafout.inference.release import read_release
from leafout.inference.torch_generator import TorchGenerator
from leafout.tasks.example import Int32

VOCAB = 7


def logits_of(ids_T: Int32) -> NDArray[np.float32]:
    """Logits that hang on the token and on how many stand before it."""
    place = np.arange(len(ids_T))[:, None]
    return np.sin(ids_T[:, None] * 3.0 + place + np.arange(VOCAB) * 1.7).astype(np.float32) * 4


def test_costs_are_those_of_cross_entropy() -> None:
    ids = np.array([1, 5, 2, 0, 6], np.int32)
    wanted = torch.nn.functional.cross_entropy(
        torch.tensor(logits_of(ids[:-1])), torch.tensor(ids[1:], dtype=torch.long), reduction="none"
    )
    np.testing.assert_allclose(token_costs(ids, logits_of, context=10), wanted.numpy(), rtol=1e-5)


@pytest.mark.parametrize("length", [2, 8, 9, 12, 13, 40])
@pytest.mark.parametrize("context", [1, 2, 5, 8])
def test_every_token_is_paid_once_in_a_window_that_fits(length: int, context: int) -> None:
    asked: list[int] = []

    def watched(ids_T: Int32) -> NDArray[np.float32]:
        asked.append(len(ids_T))
        return logits_of(ids_T)

    ids = np.random.default_rng(0).integers(0, VOCAB, length).astype(np.int32)
    costs = token_costs(ids, watched, context=context)
    assert len(costs) == length - 1
    assert (costs > 0).all()
    assert max(asked) <= context
    np.testing.assert_allclose(costs[:context], token_costs(ids[: context + 1], logits_of, context=context))


def test_after_the_first_window_a_token_sees_half_of_the_context_before_it() -> None:
    ids = np.random.default_rng(1).integers(0, VOCAB, 30).astype(np.int32)
    costs = token_costs(ids, logits_of, context=8)
    window = token_costs(ids[4:13], logits_of, context=8)  # the second window begins at 8 - 8 // 2
    np.testing.assert_allclose(costs[8:12], window[4:8])


@pytest.mark.parametrize("ids", [[], [3]])
def test_a_text_without_a_second_token_costs_nothing(ids: list[int]) -> None:
    assert len(token_costs(np.array(ids, np.int32), logits_of, context=4)) == 0


def test_large_logits_do_not_overflow() -> None:
    huge = np.array([[1e4, -1e4, 0.0]], np.float32)
    costs = token_costs(np.array([0, 1], np.int32), lambda _: huge, context=4)
    assert costs.tolist() == pytest.approx([2e4])


def test_a_generator_pays_for_every_token_and_for_the_end(tmp_path: Path) -> None:
    model = tiny_models.write_gpt(tmp_path / "gpt")
    generator = TorchGenerator(read_release(tmp_path / "gpt"), threads=1)
    for text in ("这本书很好", "the room was good", ""):
        ids = [2, *tiny_models.tokenizer().encode(text, add_special_tokens=False).ids, 3]
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids[:-1]])).logits[0]
        wanted = torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none")
        np.testing.assert_allclose(generator.losses(text), wanted.numpy(), rtol=1e-4)


def test_a_generator_reads_a_text_longer_than_its_context_to_the_end(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path / "gpt", max_tokens=8)
    generator = TorchGenerator(read_release(tmp_path / "gpt"), threads=1)
    losses = generator.losses("好" * 50)
    assert len(losses) == 51
    np.testing.assert_allclose(losses[:7], generator.losses("好" * 7)[:7], rtol=1e-4)
