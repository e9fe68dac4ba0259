import builtins
import sys
from pathlib import Path
from typing import Any

import pytest
from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification, RobertaForSequenceClassification

from leafout.core.errors import LeafoutError
from leafout.models.adapters.library import fresh_modules, peft_library, wrapped
from training.test_foreign import VOCAB, write_roberta


def test_heads_are_what_stands_on_the_encoder() -> None:
    config = DistilBertConfig(vocab_size=VOCAB, dim=16, n_layers=1, n_heads=2, hidden_dim=32, num_labels=3)
    assert fresh_modules(DistilBertForSequenceClassification(config)) == ["classifier", "pre_classifier"]
    model = nn.Module()
    model.base_model_prefix = "inner"  # type: ignore[assignment]  # a name, as in transformers
    model.inner = nn.ModuleDict({"pooler": nn.Linear(2, 2)})
    model.score = nn.Linear(2, 2)
    assert fresh_modules(model) == ["score", "pooler"]


def test_targets_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    model = RobertaForSequenceClassification.from_pretrained(write_roberta(tmp_path))
    with pytest.raises(LeafoutError, match="peft cannot fit into this model: No modules were targeted"):
        wrapped(model, "LoraConfig", r=4, target_modules=["nothing"])


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
