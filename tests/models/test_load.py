import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM, BertForPreTraining, BertModel

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.config import CAUSAL, ENCODERS
from leafout.models.load import (
    classifier_from,
    dims_in,
    is_ours,
    load_causal,
    load_classifier,
    load_masked,
    load_token_classifier,
    token_classifier_from,
)

SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}


def write(folder: Path, kind: type[Any]) -> Any:
    torch.manual_seed(0)
    model = kind(BertConfig(vocab_size=39, max_position_embeddings=32, **SIZES)).eval()
    tiny_models.save(model, folder)
    return model


def without(folder: Path, *names: str) -> None:
    tensors = {name: tensor for name, tensor in load_file(folder / "model.safetensors").items() if name not in names}
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize("kind", [BertForPreTraining, BertForMaskedLM, BertModel])
def test_a_classifier_starts_from_the_encoder_of_any_bert(tmp_path: Path, kind: type[Any]) -> None:
    reference = write(tmp_path, kind)
    model = classifier_from(tmp_path, 3, seed=1)
    bare = reference if kind is BertModel else reference.bert
    assert torch.equal(model.encoder.words.weight, bare.embeddings.word_embeddings.weight)
    layer = bare.encoder.layer[1].attention.self
    fused = torch.cat([layer.query.weight, layer.key.weight, layer.value.weight])
    assert torch.equal(dict(model.named_parameters())["encoder.layers.1.qkv.weight"], fused)
    if bare.pooler is not None:
        assert torch.equal(model.pooler.weight, bare.pooler.dense.weight)
    assert model.head.weight.shape == (3, 16)
    assert torch.equal(model.head.weight, classifier_from(tmp_path, 3, seed=1).head.weight)
    assert not torch.equal(model.head.weight, classifier_from(tmp_path, 3, seed=2).head.weight)
    assert model.pooler.weight.abs().sum() > 0
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("kind", [BertForPreTraining, BertModel])
def test_a_classifier_of_tokens_starts_from_the_encoder_of_any_bert(tmp_path: Path, kind: type[Any]) -> None:
    reference = write(tmp_path, kind)
    first, again, other = (token_classifier_from(tmp_path, 5, seed=seed) for seed in (1, 1, 2))
    bare = reference if kind is BertModel else reference.bert
    assert torch.equal(first.encoder.words.weight, bare.embeddings.word_embeddings.weight)
    assert first.head.weight.shape == (5, 16)
    assert torch.equal(first.head.weight, again.head.weight)
    assert not torch.equal(first.head.weight, other.head.weight)


def test_a_classifier_of_tokens_starts_with_the_head_of_a_modernbert(tmp_path: Path) -> None:
    reference = tiny_models.write_modern(tmp_path, "plain", masked=True)
    model = token_classifier_from(tmp_path, 5, seed=1)
    assert model.transform is not None
    assert torch.equal(model.transform.weight, reference.head.dense.weight)
    with pytest.raises(LeafoutError, match=r"no `classifier.bias`"):
        load_token_classifier(tmp_path)


def test_another_classifier_gives_its_encoder_and_not_its_head(tmp_path: Path) -> None:
    reference = tiny_models.write_bert(tmp_path)
    model = classifier_from(tmp_path, 2, seed=1)
    assert torch.equal(model.pooler.weight, reference.bert.pooler.dense.weight)
    assert not torch.equal(model.head.weight, reference.classifier.weight)


def test_heads_that_are_absent_are_made_only_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, BertForMaskedLM)
    with pytest.raises(LeafoutError, match="pooler"):
        load_masked(tmp_path)
    first, second = load_masked(tmp_path, seed=3), load_masked(tmp_path, seed=3)
    assert torch.equal(first.follows.weight, second.follows.weight)
    assert first.pooler.weight.std() > 0.01


def test_half_a_head_is_damage_even_when_fresh_ones_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, BertForPreTraining)
    without(tmp_path, "cls.seq_relationship.bias")
    with pytest.raises(LeafoutError, match=r"cls\.seq_relationship\.bias"):
        load_masked(tmp_path, seed=3)


def test_a_missing_layer_is_named(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    without(tmp_path, "transformer.h.1.mlp.c_fc.weight")
    with pytest.raises(LeafoutError, match=r"h\.1\.mlp\.c_fc\.weight"):
        load_causal(tmp_path)


def test_a_config_that_claims_more_than_the_file_has_costs_no_memory(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(config | {"vocab_size": 4_000_000, "hidden_size": 16_384}), encoding="utf-8")
    with pytest.raises(LeafoutError, match="the config asks for"):
        load_classifier(tmp_path)


def test_dropout_is_the_configs_unless_another_is_asked_for(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    assert load_classifier(tmp_path).dims.dropout == 0.1
    assert load_classifier(tmp_path, dropout=0.0).dims.dropout == 0.0


@pytest.mark.parametrize(("name", "wanted"), [("qwen3", True), ("mistral", False)])
def test_layouts_of_others_are_not_ours(tmp_path: Path, name: str, wanted: bool) -> None:
    tiny_models.write_rotary(tmp_path, name)
    assert is_ours(tmp_path, *CAUSAL) is wanted
    assert not is_ours(tmp_path, *ENCODERS)


def test_a_layout_of_ours_that_asks_for_more_is_not_ours_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    tiny_models.write_rotary(tmp_path, "llama")
    path = tmp_path / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(config | {"hidden_act": "gelu_fast"}), encoding="utf-8")
    assert not is_ours(tmp_path, *CAUSAL)
    path.write_text(json.dumps(config | {"hidden_size": 10**9}), encoding="utf-8")
    with pytest.raises(LeafoutError, match="hidden_size"):
        is_ours(tmp_path, *CAUSAL)
    path.write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "model.safetensors").rename(tmp_path / "model-00001-of-00001.safetensors")
    assert not is_ours(tmp_path, *CAUSAL)


def test_the_wrong_kind_of_folder_is_refused(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    with pytest.raises(LeafoutError, match="model_type"):
        load_classifier(tmp_path)
    assert dims_in(tmp_path).kind == "gpt"
    assert load_causal(tmp_path).dims == dims_in(tmp_path)
