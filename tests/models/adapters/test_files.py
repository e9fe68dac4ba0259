import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

import tiny_models
from leafout.models.adapters.files import named_for_peft, saved_modules, trained_tensors, write_adapter
from leafout.models.adapters.places import freeze
from peft_models import lean


def test_the_files_name_the_head_as_it_lies_on_disk(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "model")
    model = lean(tmp_path / "model", labels=3)
    freeze(model)
    write_adapter(tmp_path / "out", {"r": 4, **saved_modules(model)}, named_for_peft(trained_tensors(model)))
    config = json.loads((tmp_path / "out" / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["task_type"], config["modules_to_save"]) == (4, "SEQ_CLS", ["classifier", "pooler"])
    assert config["base_model_name_or_path"] is None
    tensors = load_file(tmp_path / "out" / "adapter" / "adapter_model.safetensors")
    assert tensors["base_model.model.classifier.weight"].shape == (3, 16)
    assert torch.equal(tensors["base_model.model.bert.pooler.dense.weight"], model.pooler.weight)
    assert len(tensors) == 4


def test_of_another_model_it_is_what_is_trained() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 3))
    model[0].requires_grad_(requires_grad=False)
    assert trained_tensors(model).keys() == {"1.weight", "1.bias"}
