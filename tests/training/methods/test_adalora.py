from pathlib import Path
from typing import Any

import pytest
import torch

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.adapters.adalora import AdaptiveRank, AdaptiveShape, Timetable
from leafout.training.foreign import foreign_classifier
from leafout.training.methods.adalora import AdaLora
from peft_models import farthest, lean, logits, peft_logits, stirred
from training.test_foreign import write_roberta

ROWS = tiny_models.examples((3, 9, 9, 1))
TIMES = Timetable(steps=100, warmup=10, final=40, every=10)


def method(targets: tuple[str, ...] = (), first_rank: int = 4) -> AdaLora:
    return AdaLora(AdaptiveShape(first_rank=first_rank, last_rank=2), TIMES, targets, seed=1)


def pruned(model: Any) -> Any:
    """Some ranks are given up, and all of one part."""
    torch.manual_seed(5)
    modules = [module for module in model.modules() if isinstance(module, AdaptiveRank)]
    with torch.no_grad():
        for module in modules:
            module.values[torch.rand(len(module.values)) < 0.4] = 0.0
        modules[0].values[:4] = 0.0
    return model


@pytest.mark.parametrize("layout", ["bert", "modernbert", "roberta"])
def test_peft_reads_it_and_merged_it_answers_the_same(tmp_path: Path, layout: str) -> None:
    folder = tmp_path / "model"
    model: Any
    if layout == "roberta":
        write_roberta(folder)
        model = foreign_classifier(folder, ("a", "b"), pad_id=0, seed=1, pretrained=True, dropout=0.0)
    elif layout == "bert":
        tiny_models.write_bert(folder)
        model = lean(folder)
    else:
        tiny_models.write_modern(folder, "plain", masked=True)
        model = lean(folder)
    taught = method()
    model = pruned(stirred(taught.fit_into(model), by=0.3))
    ours = logits(model, ROWS)
    taught.write(model, tmp_path / "out")
    assert farthest(ours, peft_logits(folder, tmp_path / "out" / "adapter", ROWS)) < 1e-5
    merged = taught.merge(model)
    assert farthest(logits(merged, ROWS), ours) < 1e-5
    assert not [name for name, _ in merged.named_buffers() if "matters" in name or "allocation" in name]


def test_targets_and_ranks_that_do_not_fit_are_errors(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "bert")
    with pytest.raises(LeafoutError, match="`first_rank` is 17"):
        method(first_rank=17).fit_into(lean(tmp_path / "bert"))
    model = foreign_classifier(write_roberta(tmp_path / "r"), ("a", "b"), pad_id=0, seed=1, pretrained=True, dropout=0)
    with pytest.raises(LeafoutError, match="the model has none of nothing"):
        method(("nothing",)).fit_into(model)
