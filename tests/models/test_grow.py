import pytest
import torch

import tiny_models
from leafout.models.config import ModelConfig
from leafout.models.decoder import CausalModel
from leafout.models.grow import grow_vocabulary
from leafout.models.heads import MaskedModel
from leafout.models.new import randomize
from leafout.models.stream import Stream
from leafout.tasks.example import collate

SIZES = {"layers": 1, "width": 16, "max_tokens": 16}


def logits_of(model: MaskedModel | CausalModel) -> torch.Tensor:
    stream = Stream.of(collate(tiny_models.examples((3, 7))))
    with torch.no_grad():
        if isinstance(model, MaskedModel):
            return model.guess(model.encode(stream))
        return model.logits(model.hidden(stream))


@pytest.mark.parametrize("kind", ["bert", "gpt", "llama"])
def test_new_rows_are_the_mean_of_their_pieces_and_old_logits_stay(kind: str) -> None:
    shape = ModelConfig.read({"kind": kind, **SIZES} | ({"tied": False} if kind == "llama" else {}))
    model = (MaskedModel if kind == "bert" else CausalModel)(shape.resolved(39))
    randomize(model.named_parameters(), deviation=0.2, seed=1)
    before = logits_of(model)
    grow_vocabulary(model, {39: [4, 8], 40: []}, 42)
    after = logits_of(model)
    assert after.shape[1] == model.dims.vocab_size == 42
    assert torch.equal(after[:, :39], before)
    assert torch.allclose(after[:, 39], before[:, [4, 8]].mean(1), atol=1e-5)
    assert torch.allclose(after[:, 40], before.mean(1), atol=1e-5)
    assert torch.allclose(after[:, 41], before.mean(1), atol=1e-5)
    words = model.encoder.words if isinstance(model, MaskedModel) else model.words
    assert torch.allclose(words.weight[39], words.weight[[4, 8]].mean(0))
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_new_tokens_take_the_rows_that_a_vocabulary_was_padded_with() -> None:
    model = CausalModel(ModelConfig.read({"kind": "gpt", **SIZES}).resolved(39))
    randomize(model.named_parameters(), deviation=0.2, seed=1)
    grow_vocabulary(model, {37: [1, 2]}, 39)
    assert torch.allclose(model.words.weight[37], model.words.weight[[1, 2]].mean(0))
