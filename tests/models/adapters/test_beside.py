import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.adapters.beside import with_adapter
from leafout.models.adapters.bottleneck import BottleneckShape
from leafout.models.load import classifier_from, load_classifier
from leafout.models.save import save_model
from leafout.training.methods.bottleneck import Bottlenecks
from peft_models import farthest, lean, logits, stirred

ROWS = tiny_models.examples((3, 9, 9, 1))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model")
    method = Bottlenecks("pfeiffer", BottleneckShape(4, "relu"), (), seed=1)
    model = stirred(method.fit_into(lean(tmp_path / "model")))
    method.write(model, tmp_path / "out")
    save_model(method.merge(model), tmp_path / "out")
    return tmp_path / "out"


def changed(out: Path, **values: Any) -> None:
    path = out / "adapter" / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_a_folder_without_an_adapter_is_the_model(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    model = lean(tmp_path).eval()
    before = logits(model, ROWS)
    assert with_adapter(model, tmp_path) is model
    assert farthest(logits(model, ROWS), before) == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"target_modules": ["bert.pooler.dense"]}, "not products"),
        ({"target_modules": "output.dense"}, "not products"),
        ({"reduction": 0}, "`reduction` is 0"),
        ({"reduction": True}, "`reduction` is True"),
        ({"activation": "eval"}, "`activation` is 'eval'"),
        ({"reduction": 2}, "has the shape"),
        ({"peft_type": "PREFIX_TUNING"}, "`num_virtual_tokens` is None"),
        ({"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4}, "`prompt_embeddings` is absent"),
        ({"peft_type": "IA3"}, "`peft_type` is 'IA3'"),
    ],
)
def test_an_adapter_of_something_else_is_refused(out: Path, values: dict[str, Any], said: str) -> None:
    changed(out, **values)
    with pytest.raises(LeafoutError, match=said):
        load_classifier(out)


@pytest.mark.parametrize("harm", ["nan", "absent", "torn"])
def test_damaged_weights_are_refused(out: Path, harm: str) -> None:
    path = out / "adapter" / "adapter_model.safetensors"
    tensors = load_file(path)
    name = next(name for name in tensors if name.endswith("up.weight"))
    if harm == "nan":
        tensors[name][0, 0] = torch.nan
    if harm == "absent":
        del tensors[name]
    save_file(tensors, path)
    if harm == "torn":
        path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(LeafoutError, match=r"holds NaN|is absent|cannot be read"):
        load_classifier(out)


def test_the_weights_alone_start_no_other_training(out: Path) -> None:
    with pytest.raises(LeafoutError, match="bottlenecks beside its weights"):
        classifier_from(out, 2, 1)
