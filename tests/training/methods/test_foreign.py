import json
from pathlib import Path
from typing import Any

import pytest
import torch

import tiny_models
from leafout.inference.load import load_classifier
from leafout.training.foreign import ForeignClassifier, foreign_classifier
from leafout.training.methods.foreign import PeftMethod
from peft_models import farthest, logits, peft_logits, stirred
from training.test_foreign import write_roberta

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


def test_equal_seeds_start_equally(tmp_path: Path) -> None:
    write_roberta(tmp_path)
    first, again = (PeftMethod("LoraConfig", FIELDS, merges=True, seed=1).fit_into(roberta(tmp_path)) for _ in "ab")
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_a_prefix_is_read_by_peft_and_leaves_the_plain_model(tmp_path: Path) -> None:
    write_roberta(tmp_path)
    method = PeftMethod("PrefixTuningConfig", {"num_virtual_tokens": 4}, merges=False, seed=1)
    model = stirred(method.fit_into(roberta(tmp_path)), by=0.5)
    ours = logits(model, ROWS)
    method.write(model, tmp_path)
    assert farthest(ours, peft_logits(tmp_path, tmp_path / "adapter", ROWS)) < 1e-5
    plain = method.merge(model)
    assert farthest(logits(plain, ROWS), ours) > 1e-3
    assert not any("modules_to_save" in name or "prompt" in name for name, _ in plain.named_parameters())
    plain.save(tmp_path / "out")
    (tmp_path / "adapter").rename(tmp_path / "out" / "adapter")
    (tmp_path / "out" / "tokenizer.json").write_bytes((tmp_path / "tokenizer.json").read_bytes())
    task = {"task": "classify", "labels": ["a", "b"], "max_tokens": 28}
    (tmp_path / "out" / "task.json").write_text(json.dumps(task), encoding="utf-8")
    assert farthest(load_classifier(tmp_path / "out", threads=1).logits(ROWS), ours) < 1e-5
