import builtins
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.training.foreign import ForeignClassifier, foreign_classifier
from leafout.training.methods.foreign import PeftMethod, fresh_modules, peft_library
from peft_models import farthest, logits, peft_logits, stirred
from training.test_foreign import VOCAB, write_roberta

ROWS = tiny_models.examples((3, 9, 9, 1))
FIELDS: dict[str, Any] = {"r": 4, "lora_alpha": 8.0, "use_rslora": True}


def roberta(folder: Path) -> ForeignClassifier:
    return foreign_classifier(folder, ("a", "b"), pad_id=0, seed=1, pretrained=True, dropout=0.0)


@pytest.mark.parametrize("dora", [False, True])
def test_what_peft_has_learnt_is_read_by_peft_and_merged(tmp_path: Path, dora: bool) -> None:
    write_roberta(tmp_path)
    method = PeftMethod("LoraConfig", {**FIELDS, "use_dora": dora}, merges=True, seed=1)
    model = stirred(method.fit_into(roberta(tmp_path)))
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert all("lora" in name or "classifier" in name for name in trained)
    assert any("lora" in name for name in trained)
    ours = logits(model, ROWS)
    method.write(model, tmp_path)
    assert farthest(ours, peft_logits(tmp_path, tmp_path / "adapter", ROWS)) < 1e-5
    written = (tmp_path / "adapter" / "adapter_config.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in written
    assert json.loads(written)["modules_to_save"] == ["classifier"]
    merged = method.merge(model)
    assert farthest(logits(merged, ROWS), ours) < 1e-5
    assert not any("lora" in name for name, _ in merged.named_parameters())


def test_heads_are_what_stands_on_the_encoder() -> None:
    config = DistilBertConfig(vocab_size=VOCAB, dim=16, n_layers=1, n_heads=2, hidden_dim=32, num_labels=3)
    assert fresh_modules(DistilBertForSequenceClassification(config)) == ["classifier", "pre_classifier"]
    model = nn.Module()
    model.base_model_prefix = "inner"  # type: ignore[assignment]  # a name, as in transformers
    model.inner = nn.ModuleDict({"pooler": nn.Linear(2, 2)})
    model.score = nn.Linear(2, 2)
    assert fresh_modules(model) == ["score", "pooler"]


def test_equal_seeds_start_equally(tmp_path: Path) -> None:
    write_roberta(tmp_path)
    first, again = (PeftMethod("LoraConfig", FIELDS, merges=True, seed=1).fit_into(roberta(tmp_path)) for _ in "ab")
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_targets_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    write_roberta(tmp_path)
    method = PeftMethod("LoraConfig", {**FIELDS, "target_modules": ["nothing"]}, merges=True, seed=1)
    with pytest.raises(LeafoutError, match="peft cannot fit into this model: No modules were targeted"):
        method.fit_into(roberta(tmp_path))


def test_without_peft_the_line_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **more: Any) -> Any:
        if name == "peft":
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.delitem(sys.modules, "peft", raising=False)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(LeafoutError, match="peft is not installed") as caught:
        peft_library()
    assert "leafout[peft]" in caught.value.hint
