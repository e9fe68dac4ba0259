from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.foreign import load_foreign


def test_a_model_of_transformers_is_loaded_with_its_weights(tmp_path: Path) -> None:
    written = tiny_models.write_bert(tmp_path)
    loaded = load_foreign(tmp_path, AutoModelForSequenceClassification, hint="")
    assert all((loaded.state_dict()[name] == tensor).all() for name, tensor in written.state_dict().items())


def test_missing_tensors_are_told_with_the_callers_hint(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "model.safetensors"
    save_file({name: tensor for name, tensor in load_file(path).items() if "classifier" not in name}, path)
    with pytest.raises(LeafoutError, match="lack 2 tensors") as caught:
        load_foreign(tmp_path, AutoModelForSequenceClassification, hint="先微调 finetune it")
    assert caught.value.hint == "先微调 finetune it"


def test_code_of_its_own_and_pickled_weights_are_refused(tmp_path: Path) -> None:
    tiny_models.write_rotary(tmp_path, "llama")
    path = tmp_path / "config.json"
    plain = path.read_text(encoding="utf-8")
    path.write_text(plain.replace("{", '{"auto_map": {},', 1), encoding="utf-8")
    with pytest.raises(LeafoutError, match="auto_map"):
        load_foreign(tmp_path, AutoModelForCausalLM, hint="")
    path.write_text(plain, encoding="utf-8")
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(LeafoutError, match="cannot load the model"):
        load_foreign(tmp_path, AutoModelForCausalLM, hint="")
