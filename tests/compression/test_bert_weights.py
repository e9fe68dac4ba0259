import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import tiny_models
from leafout.compression.bert_weights import read_bert
from leafout.core.errors import LeafoutError


def _edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_bf16_weights_are_read_as_float32(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "model.safetensors"
    save_file({name: tensor.bfloat16() for name, tensor in load_file(path).items()}, path)
    weights = read_bert(tmp_path)
    assert weights.bias("classifier").dtype == "float32"


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 2**40},
        {"hidden_size": True},
        {"num_hidden_layers": 3},
        {"num_attention_heads": 3},
        {"intermediate_size": 31},
        {"hidden_act": "relu"},
        {"architectures": ["GPT2LMHeadModel"]},
        {"vocab_size": "many"},
        {"position_embedding_type": "relative_key"},
    ],
)
def test_a_config_that_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    tiny_models.write_bert(tmp_path)
    _edit_config(tmp_path, **changes)
    with pytest.raises(LeafoutError):
        read_bert(tmp_path)


def test_a_weight_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "model.safetensors"
    tensors = load_file(path)
    tensors["bert.pooler.dense.weight"][0, 0] = torch.nan
    save_file(tensors, path)
    with pytest.raises(LeafoutError, match="NaN"):
        read_bert(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"\xff" * 64, (2**63).to_bytes(8, "little") + b"{}"])
def test_damaged_weights_are_refused(tmp_path: Path, damage: bytes) -> None:
    tiny_models.write_bert(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(damage)
    with pytest.raises(LeafoutError):
        read_bert(tmp_path)
