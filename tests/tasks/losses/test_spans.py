import math

import numpy as np
import pytest
import torch
from torch import Tensor

from leafout.models.config import ModelConfig
from leafout.models.new_t5 import new_t5
from leafout.tasks.losses.spans import SpanObjective
from leafout.tasks.spans import SpanBatch, SpanRules, corrupt
from leafout.tokenization.special import SpecialTokens
from leafout.training.foreign_text import ForeignSpans

SPECIALS = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=4, all_ids=frozenset(range(5)))
RULES = SpanRules(np.array([59, 58, 57, 56, 55, 54]), end_id=3)


@pytest.fixture
def model() -> ForeignSpans:
    shape = ModelConfig.read({"kind": "t5", "layers": 2, "width": 16, "heads": 2})
    return ForeignSpans(new_t5(shape, 60, SPECIALS, 1), pad_id=0, max_tokens=64).eval()


def batch(*lengths: int, seed: int = 0) -> SpanBatch:
    random = np.random.default_rng(seed)
    text_T = random.integers(5, 50, sum(lengths)).astype(np.int32)
    return corrupt(text_T, np.array(lengths, np.int64), RULES, random)


def test_the_loss_is_that_of_transformers(model: ForeignSpans) -> None:
    given = batch(20, 20)
    objective = SpanObjective(device="cpu")
    with torch.no_grad():
        ours = objective.loss(model, given, objective.counts(given))
        ids, labels = (torch.from_numpy(side.ids_T.reshape(2, -1)).long() for side in (given.inputs, given.targets))
        wanted: Tensor = model.model(input_ids=ids, labels=labels).loss
    assert float(ours) == pytest.approx(float(wanted), abs=1e-5)


def test_evaluation_is_the_mean_over_tokens_of_batches_of_any_size(model: ForeignSpans) -> None:
    objective = SpanObjective(device="cpu")
    batches = [batch(20, 7, 33, seed=1), batch(4, seed=2)]
    with torch.no_grad():
        found = objective.evaluate(model, batches)
        totals = tuple(sum(counts) for counts in zip(*map(objective.counts, batches), strict=True))
        loss = sum(float(objective.loss(model, one, totals)) for one in batches)
    assert totals == (sum(len(one.targets.ids_T) for one in batches),)
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["perplexity"] == pytest.approx(math.exp(loss), rel=1e-4)
    assert 0 <= found["accuracy"] < 1
