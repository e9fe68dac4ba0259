import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification, RobertaConfig, RobertaModel

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.stream import Stream
from leafout.tasks.example import collate
from leafout.training.foreign import ForeignClassifier, foreign_classifier, max_positions

VOCAB = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)


def write_roberta(folder: Path) -> Path:
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=VOCAB,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=34,
        pad_token_id=0,
    )
    tiny_models.save(RobertaModel(config), folder)
    return folder


def test_padding_changes_no_logit() -> None:
    torch.manual_seed(0)
    config = DistilBertConfig(vocab_size=VOCAB, dim=16, n_layers=1, n_heads=2, hidden_dim=32, num_labels=3)
    inner = DistilBertForSequenceClassification(config).eval()
    rows = tiny_models.examples((3, 9, 9, 1))
    model = ForeignClassifier(inner, pad_id=0).eval()
    with torch.no_grad():
        together = model(Stream.of(collate(rows)))
        alone = torch.cat([inner(torch.tensor(row.ids.astype(np.int64))[None]).logits for row in rows])
        even = model(Stream.of(collate(rows[1:3])))
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(even, alone[1:3], atol=1e-5, rtol=0)


@pytest.mark.parametrize("pretrained", [True, False])
def test_a_fresh_head_depends_on_the_seed(tmp_path: Path, pretrained: bool) -> None:
    folder = write_roberta(tmp_path)
    kept = RobertaModel.from_pretrained(folder).embeddings.word_embeddings.weight

    def made(seed: int) -> ForeignClassifier:
        return foreign_classifier(folder, ("差", "好"), pad_id=0, seed=seed, pretrained=pretrained, dropout=0.0)

    first, again, other = made(1), made(1), made(2)
    tensors = [dict(model.named_parameters()) for model in (first, again, other)]
    assert all(torch.equal(values, tensors[1][name]) for name, values in tensors[0].items())
    assert not torch.equal(tensors[0]["model.classifier.dense.weight"], tensors[2]["model.classifier.dense.weight"])
    assert torch.equal(tensors[0]["model.roberta.embeddings.word_embeddings.weight"], kept) == pretrained
    first.save(tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))
    assert config["id2label"] == {"0": "差", "1": "好"}


def test_code_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "x", "auto_map": {"AutoModel": "m.M"}}', encoding="utf-8")
    with pytest.raises(LeafoutError, match="code of its own"):
        foreign_classifier(tmp_path, ("a", "b"), pad_id=0, seed=0, pretrained=True, dropout=None)


def test_an_unknown_architecture_is_an_error_with_a_place(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "nothing-known"}', encoding="utf-8")
    with pytest.raises(LeafoutError, match="transformers cannot load the model") as error:
        foreign_classifier(tmp_path, ("a", "b"), pad_id=0, seed=0, pretrained=True, dropout=None)
    assert error.value.where == str(tmp_path)


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"max_position_embeddings": 40}, 40),
        ({"n_positions": 99}, 99),
        ({"model_type": "roberta", "max_position_embeddings": 514}, 512),
        ({}, 512),
    ],
)
def test_the_longest_text_is_read_from_the_config(tmp_path: Path, config: dict[str, object], wanted: int) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert max_positions(tmp_path) == wanted
