from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import tiny_models
import tiny_tokens
from leafout.core.errors import LeafoutError
from leafout.models.config import ModelConfig
from leafout.models.decoder import CausalModel
from leafout.models.heads import MaskedModel
from leafout.models.save import save_model
from leafout.tokenization.extend import extend
from leafout.tokenization.shards import ShardWriter
from leafout.training.pretraining import (
    Text,
    bytes_of_tokens,
    causal_lesson,
    first_model,
    log_frequencies,
    masked_lesson,
    read_text,
    rules_of,
)
from leafout.training.tokenizer_files import copy_tokenizer

SHAPE = ModelConfig(layers=1, width=16, max_tokens=16)


@pytest.fixture
def text(tmp_path: Path) -> Text:
    return read_text(tiny_tokens.write_tokens(tmp_path / "tokens"))


def test_the_first_model_has_the_vocabulary_and_the_seed(text: Text) -> None:
    made = [first_model(text, None, SHAPE, seed=seed) for seed in (1, 1, 2)]
    assert isinstance(made[0], MaskedModel)
    weights = [model.state_dict()["encoder.words.weight"] for model in made]
    assert weights[0].shape == (text.vocab_size, 16)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert isinstance(first_model(text, None, ModelConfig(kind="gpt", layers=1, width=16), seed=1), CausalModel)


def test_a_fresh_bert_guesses_each_token_as_often_as_the_text_has_it(text: Text) -> None:
    fresh = first_model(text, None, SHAPE, seed=1)
    assert isinstance(fresh, MaskedModel)
    counts_V = np.bincount(text.train.ids, minlength=text.vocab_size) + 0.5
    np.testing.assert_allclose(fresh.bias.detach().softmax(0).numpy(), counts_V / counts_V.sum(), rtol=1e-5)


def test_tokens_are_counted_in_any_portions(text: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = log_frequencies(text)
    monkeypatch.setattr("leafout.training.pretraining._COUNTED", 3)
    assert torch.equal(log_frequencies(text), whole)


@pytest.mark.parametrize("kind", ["bert", "gpt"])
def test_a_given_model_grows_with_the_vocabulary(tmp_path: Path, text: Text, kind: str) -> None:
    shape = ModelConfig.read({"kind": kind, "layers": 1, "width": 16, "max_tokens": 16})
    given = tmp_path / "given"
    save_model(first_model(text, None, shape, seed=1), given)
    copy_tokenizer(text.folder, given)
    longer = extend(text.tokenizer, ["bookroom"], size=9)
    assert longer.words == ["bookroom"]
    grown = first_model(replace(text, tokenizer=longer.tokenizer), given, shape, seed=1)
    assert grown.dims.vocab_size == text.vocab_size + len(longer.entries)
    assert isinstance(grown, MaskedModel | CausalModel)
    words = grown.encoder.words if isinstance(grown, MaskedModel) else grown.words
    pieces = text.tokenizer.encode("bookroom", add_special_tokens=False).ids
    assert torch.allclose(words.weight[longer.first_id], words.weight[pieces].mean(0))


@pytest.mark.parametrize("kind", ["bert", "gpt"])
def test_training_goes_on_from_a_given_model(tmp_path: Path, text: Text, kind: str) -> None:
    shape = ModelConfig.read({"kind": kind, "layers": 1, "width": 16, "max_tokens": 16})
    first = first_model(text, None, shape, seed=1)
    save_model(first, tmp_path / "model")
    copy_tokenizer(text.folder, tmp_path / "model")
    again = first_model(text, tmp_path / "model", SHAPE, seed=9)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_a_model_with_other_tokens_is_refused(tmp_path: Path, text: Text) -> None:
    tiny_models.write_bert(tmp_path / "model")
    path = tmp_path / "model" / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8").replace("书", "画"), encoding="utf-8")
    with pytest.raises(LeafoutError, match="the text has other tokens") as error:
        first_model(text, tmp_path / "model", SHAPE, seed=1)
    assert "tokenizer:" in error.value.hint


def test_lessons_give_batches_and_their_validation_has_no_seed(text: Text) -> None:
    rules = rules_of(text, fraction=0.5, whole_words=False)
    found = [
        masked_lesson(text, rules, device="cpu", seed=seed, max_tokens=16, next_sentence=1.0, short_fraction=0.0)
        for seed in (1, 2)
    ]
    rows_B = np.arange(4)
    train, val = (
        [side.batch(rows_B, epoch=0, key=(0,)).ids_T.tolist() for side in sides]
        for sides in ([lesson.train for lesson in found], [lesson.val for lesson in found])
    )
    assert train[0] != train[1]
    assert val[0] == val[1]
    piece = causal_lesson(text, device="cpu", seed=1, max_tokens=16).train.batch(rows_B, epoch=0, key=())
    assert piece.num_tokens == len(piece.targets_T) > 0


def test_a_tokenizer_without_a_mask_makes_no_bert(tmp_path: Path) -> None:
    folder = tiny_tokens.write_tokens(tmp_path / "tokens")
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace('"mask_token"', '"other_token"'), encoding="utf-8")
    text = folder / "tokenizer.json"
    text.write_text(text.read_text(encoding="utf-8").replace("[MASK]", "[NONE]"), encoding="utf-8")
    with pytest.raises(LeafoutError, match="no token to mask with"):
        rules_of(read_text(folder), fraction=0.15, whole_words=True)


def test_a_side_without_tokens_is_refused(tmp_path: Path) -> None:
    folder = tiny_tokens.write_tokens(tmp_path / "tokens")
    with ShardWriter(folder / "val", num_ids=9):
        pass
    with pytest.raises(LeafoutError, match="`val` has no tokens"):
        read_text(folder)


def test_bytes_of_tokens_are_those_of_their_text(text: Text) -> None:
    sizes = bytes_of_tokens(text)
    vocab = text.tokenizer.get_vocab()
    assert (int(sizes[vocab["书"]]), int(sizes[vocab["room"]]), int(sizes[vocab["[CLS]"]])) == (3, 4, 0)
