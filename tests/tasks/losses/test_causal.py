import math
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import GPT2LMHeadModel

import tiny_models
from leafout.models.load import load_causal
from leafout.tasks.causal import CausalBatch
from leafout.tasks.example import positions, starts
from leafout.tasks.losses.causal import CausalObjective

VOCAB = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)


def batch(lengths: tuple[int, ...], *, seed: int = 0) -> CausalBatch:
    random = np.random.default_rng(seed)
    total = sum(lengths)
    return CausalBatch(
        ids_T=random.integers(0, VOCAB, total).astype(np.int32),
        positions_T=positions(np.array(lengths)),
        segments_T=np.zeros(total, np.int32),
        starts_B1=starts(np.array(lengths)),
        targets_T=random.integers(0, VOCAB, total),
    )


@pytest.fixture
def theirs(tmp_path: Path) -> GPT2LMHeadModel:
    return tiny_models.write_gpt(tmp_path / "model").eval()


def test_the_loss_is_that_of_transformers(tmp_path: Path, theirs: GPT2LMHeadModel) -> None:
    model = load_causal(tmp_path / "model").eval()
    objective, given = CausalObjective(device="cpu"), batch((6, 6, 6))
    with torch.no_grad():
        ours = objective.loss(model, given, objective.counts(given))
        logits_TV = theirs(input_ids=torch.from_numpy(given.ids_T.reshape(3, 6)).long()).logits.reshape(18, -1)
        wanted = torch.nn.functional.cross_entropy(logits_TV, torch.from_numpy(given.targets_T))
    assert float(ours) == pytest.approx(float(wanted), abs=1e-5)


def test_evaluation_tells_perplexity_and_bits_per_byte(tmp_path: Path, theirs: GPT2LMHeadModel) -> None:
    model = load_causal(tmp_path / "model").eval()
    objective = CausalObjective(device="cpu", bytes_V=torch.full((VOCAB,), 3))
    batches = [batch((5, 9), seed=1), batch((2,), seed=2)]
    with torch.no_grad():
        found = objective.evaluate(model, batches)
        loss = sum(float(objective.loss(model, one, (16,))) for one in batches)
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["perplexity"] == pytest.approx(math.exp(loss), rel=1e-5)
    assert found["bits_per_byte"] == pytest.approx(loss / math.log(2) / 3, rel=1e-5)
    assert 0 <= found["accuracy"] <= 1


def test_long_batches_are_computed_in_chunks_with_the_same_loss(
    tmp_path: Path, theirs: GPT2LMHeadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leafout.tasks.losses import causal

    model, given = load_causal(tmp_path / "model").eval(), batch((5, 9, 3))
    objective = CausalObjective(device="cpu")
    whole = float(objective.loss(model, given, (17,)).detach())
    monkeypatch.setattr(causal, "_CHUNK_TOKENS", 4)
    assert float(objective.loss(model, given, (17,)).detach()) == pytest.approx(whole, rel=1e-6)
