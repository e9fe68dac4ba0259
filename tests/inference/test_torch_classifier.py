import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    DistilBertConfig,
    DistilBertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.load import load_classifier

LENGTHS = (1, 30, 3, 7, 22, 30, 2, 1)


def foreign(folder: Path, kind: str) -> Any:
    torch.manual_seed(1)
    size = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)
    names: dict[int, str] = {0: "消极", 1: "积极", 2: "中性"}
    if kind == "distilbert":
        config = DistilBertConfig(
            vocab_size=size, dim=16, hidden_dim=32, n_layers=2, n_heads=2, max_position_embeddings=32, id2label=names
        )
        model = DistilBertForSequenceClassification(config).eval()
    else:
        sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
        config = RobertaConfig(vocab_size=size, max_position_embeddings=34, pad_token_id=0, id2label=names, **sizes)
        config.type_vocab_size = 1
        model = RobertaForSequenceClassification(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    tiny_models.save(model, folder)
    return model


def test_a_bert_folder_answers_as_transformers_does(tmp_path: Path) -> None:
    model = tiny_models.write_bert(tmp_path, layers=3, width=32, heads=4)
    rows = tiny_models.examples(LENGTHS)
    found = load_classifier(tmp_path, threads=1).logits(rows)
    assert np.abs(found - tiny_models.reference_logits(model, rows)).max() < 1e-4


@pytest.mark.parametrize("kind", ["distilbert", "roberta"])
def test_a_foreign_folder_answers_as_transformers_does(tmp_path: Path, kind: str) -> None:
    model = foreign(tmp_path, kind)
    classifier = load_classifier(tmp_path, threads=1)
    assert classifier.release.labels == ("消极", "积极", "中性")
    rows = classifier.encode(tiny_models.TEXTS)
    with torch.no_grad():
        wanted = [model(input_ids=torch.tensor(row.ids, dtype=torch.long)[None]).logits[0].numpy() for row in rows]
    assert np.abs(classifier.logits(rows) - np.stack(wanted)).max() < 1e-4


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_any_batching_gives_equal_logits(tmp_path: Path, kind: str) -> None:
    if kind == "bert":
        tiny_models.write_bert(tmp_path)
    else:
        foreign(tmp_path, kind)
    classifier = load_classifier(tmp_path, threads=1)
    rows = tiny_models.examples(LENGTHS)
    alone = np.concatenate([classifier.logits([row]) for row in rows])
    assert np.abs(classifier.logits(rows) - alone).max() < 1e-4


def test_bf16_weights_are_computed_in_float32(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "model.safetensors"
    rounded = {name: tensor.bfloat16() for name, tensor in load_file(path).items()}
    save_file({name: tensor.float() for name, tensor in rounded.items()}, path)
    wide = load_classifier(tmp_path, threads=1).classify(tiny_models.TEXTS)
    save_file(rounded, path)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | {"dtype": "bfloat16"}), encoding="utf-8")
    narrow = load_classifier(tmp_path, threads=1).classify(tiny_models.TEXTS)
    assert [a.confidence for a in wide] == pytest.approx([a.confidence for a in narrow], abs=1e-5)


def test_labels_that_the_weights_do_not_have_are_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path, labels=("a", "b"))
    task = json.loads((tmp_path / "task.json").read_text(encoding="utf-8"))
    (tmp_path / "task.json").write_text(json.dumps(task | {"labels": ["a", "b", "c"]}), encoding="utf-8")
    with pytest.raises(LeafoutError):
        load_classifier(tmp_path)


def test_a_tokenizer_with_more_words_than_the_model_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "tokenizer.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["model"]["vocab"]["surplus"] = len(values["model"]["vocab"])
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(LeafoutError):
        load_classifier(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"\xff" * 64, (2**63).to_bytes(8, "little") + b"{}"], ids=["", "ff", "huge"])
@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_damaged_weights_are_refused(tmp_path: Path, damage: bytes, kind: str) -> None:
    if kind == "bert":
        tiny_models.write_bert(tmp_path)
    else:
        foreign(tmp_path, kind)
    (tmp_path / "model.safetensors").write_bytes(damage)
    with pytest.raises(LeafoutError):
        load_classifier(tmp_path)


def test_code_that_comes_with_a_model_is_never_run(tmp_path: Path) -> None:
    foreign(tmp_path, "distilbert")
    (tmp_path / "evil.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModelForSequenceClassification": "evil.Model"}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(LeafoutError, match="auto_map"):
        load_classifier(tmp_path)


def test_an_encoder_without_its_classifier_is_not_made_up(tmp_path: Path) -> None:
    foreign(tmp_path, "distilbert")
    path = tmp_path / "model.safetensors"
    save_file({name: tensor for name, tensor in load_file(path).items() if "classifier" not in name}, path)
    with pytest.raises(LeafoutError, match="lack 4 tensors"):
        load_classifier(tmp_path)
