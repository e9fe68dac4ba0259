import math

import pytest
import torch

from leafout.core.errors import LeafoutError
from leafout.models.config import ModelConfig
from leafout.models.new import new_causal, new_classifier, new_masked
from leafout.tokenization.special import SpecialTokens

SPECIALS = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=4, all_ids=frozenset(range(5)))
BERT = ModelConfig(layers=2, width=64)
GPT = ModelConfig(kind="gpt", layers=2, width=64)


def test_equal_seeds_give_equal_weights_whatever_the_global_state() -> None:
    first = new_masked(BERT, 500, SPECIALS, 7)
    torch.rand(3)
    second, other = new_masked(BERT, 500, SPECIALS, 7), new_masked(BERT, 500, SPECIALS, 8)
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert not torch.equal(first.encoder.words.weight, other.encoder.words.weight)


def test_matrices_are_normal_biases_nought_and_norms_one() -> None:
    for name, parameter in new_masked(BERT, 500, SPECIALS, 0).named_parameters():
        if parameter.ndim > 1:
            narrow = 0.25 if "places" in name or "types" in name else 1.0
            assert float(parameter.detach().std()) == pytest.approx(narrow * 0.02 * math.sqrt(12), rel=0.2), name
        else:
            assert (parameter == (1.0 if "norm" in name and name.endswith("weight") else 0.0)).all(), name


def test_what_writes_into_the_residual_stream_of_a_gpt_starts_smaller() -> None:
    model = new_causal(GPT, 500, SPECIALS, 0)
    spread = {name: parameter.std().item() for name, parameter in model.named_parameters() if parameter.ndim > 1}
    assert spread["layers.0.fall.weight"] == pytest.approx(model.dims.deviation / 2, rel=0.1)
    assert spread["layers.0.rise.weight"] == pytest.approx(model.dims.deviation, rel=0.1)
    assert (model.dims.start_id, model.dims.end_id) == (2, 3)


def test_a_new_model_guesses_as_evenly_as_its_weights_are_small() -> None:
    model = new_masked(BERT, 500, SPECIALS, 0)
    logits = model.guess(torch.randn(2000, 64, generator=torch.Generator().manual_seed(0)))
    loss = torch.nn.functional.cross_entropy(logits, torch.arange(2000) % 500)
    spread = 64 * model.dims.deviation**2  # variance of a logit: 64 numbers of variance 1 times a weight
    assert loss.item() == pytest.approx(math.log(500) + spread / 2, abs=0.05)


def test_a_classifier_has_as_many_outputs_as_labels() -> None:
    assert new_classifier(BERT, 500, 5, 0).head.weight.shape == (5, 64)


def test_the_other_kind_is_refused() -> None:
    with pytest.raises(LeafoutError, match="needs `bert`"):
        new_masked(GPT, 500, SPECIALS, 0)
    with pytest.raises(LeafoutError, match="needs `gpt`"):
        new_causal(BERT, 500, SPECIALS, 0)


def test_a_model_that_the_memory_cannot_hold_is_refused_before_it_is_made() -> None:
    huge = ModelConfig(kind="llama", layers=400, width=16_384)
    with pytest.raises(LeafoutError, match=r"the weights alone take \d{4,}\.\d GB of memory") as error:
        new_causal(huge, 500_000, SPECIALS, 0)
    assert "fewer layers" in error.value.hint
