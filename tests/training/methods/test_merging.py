from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.adapters.lora import LowRankShape
from leafout.models.heads import Classifier
from leafout.tasks.example import collate
from leafout.training.methods.lora import Lora
from leafout.training.methods.merging import settled
from leafout.training.methods.method import Full
from peft_models import lean, stirred


def batches() -> Iterator[Any]:
    yield collate(tiny_models.examples((3, 9, 9, 1)))


class Wrong(Lora):
    def merge(self, model: Classifier) -> Classifier:
        model.head.bias.data[0] += 2e-4
        return super().merge(model)


def test_a_merged_model_answers_as_before(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "model")
    method = Lora(LowRankShape(rank=2), (), seed=1)
    model = stirred(method.fit_into(lean(tmp_path / "model")))
    merged, found = settled(model, method, tmp_path, batches=batches, device="cpu")
    assert found["merge_difference"] < 1e-5
    assert not any("down" in name for name, _ in merged.named_parameters())
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()


def test_one_that_answers_otherwise_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "model")
    method = Wrong(LowRankShape(rank=2), (), seed=1)
    model = method.fit_into(lean(tmp_path / "model"))
    with pytest.raises(LeafoutError, match="the largest difference of two logits is"):
        settled(model, method, tmp_path, batches=batches, device="cpu")


def test_full_tuning_has_nothing_beside_it(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "model")
    model = lean(tmp_path / "model")
    assert settled(model, Full(), tmp_path / "out", batches=batches, device="cpu") == (model, {})
    assert not (tmp_path / "out").exists()
