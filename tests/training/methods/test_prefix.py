from pathlib import Path

import pytest

import tiny_models
from leafout.models.load import load_classifier
from leafout.models.save import save_model
from leafout.training.methods.prefix import Prefix
from peft_models import farthest, lean, logits, peft_logits, stirred

ROWS = tiny_models.examples((3, 9, 9, 1))


@pytest.mark.parametrize("layout", ["bert", "modernbert"])
def test_it_is_loaded_with_its_prefix(tmp_path: Path, layout: str) -> None:
    if layout == "bert":
        tiny_models.write_bert(tmp_path / "model")
    else:
        tiny_models.write_modern(tmp_path / "model", "plain", masked=True)
    method = Prefix(5, seed=1)
    model = stirred(method.fit_into(lean(tmp_path / "model")), by=0.5)
    assert all("prefix" in name or "encoder" not in name for name, p in model.named_parameters() if p.requires_grad)
    ours = logits(model, ROWS)
    method.write(model, tmp_path / "out")
    if layout == "bert":  # ModernBERT of transformers takes no keys and values from outside
        assert farthest(ours, peft_logits(tmp_path / "model", tmp_path / "out" / "adapter", ROWS)) < 1e-5
    plain = method.merge(model)
    assert farthest(logits(plain, ROWS), ours) > 0.01
    save_model(plain, tmp_path / "out")
    assert farthest(logits(load_classifier(tmp_path / "out", dropout=0.0).eval(), ROWS), ours) < 1e-6
