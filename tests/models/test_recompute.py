from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import tiny_models
from leafout.models.config import CAUSAL, Kind, ModelConfig
from leafout.models.decoder import CausalModel
from leafout.models.new import random_classifier
from leafout.models.recompute import recompute_layers
from leafout.models.stream import Stream
from leafout.tasks.example import collate
from leafout.training.rehearsal import LiveBytes


def model_of(kind: Kind) -> nn.Module:
    dims = ModelConfig(kind=kind, layers=4, width=64, max_tokens=64, dropout=0.1).resolved(40)
    torch.manual_seed(0)
    return CausalModel(dims).train() if kind in CAUSAL else random_classifier(dims, 2, 0)


def learnt(model: nn.Module, *, bf16: bool = False) -> tuple[list[Tensor], int]:
    """The gradients of one step, and the most bytes that it held."""
    stream = Stream.of(collate([*tiny_models.examples((30, 64, 64, 7, 64))]))
    torch.manual_seed(3)
    with LiveBytes() as live:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            out = model(stream)
        out.float().square().sum().backward()
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None], live.peak


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("kind", ["bert", "modernbert", "gpt", "llama", "qwen3"])
def test_gradients_are_the_same_bit_for_bit_in_less_memory(kind: Kind, bf16: bool) -> None:
    plain, again = model_of(kind), model_of(kind)
    assert recompute_layers(again, wanted=True)
    wanted, most = learnt(plain, bf16=bf16)
    found, less = learnt(again, bf16=bf16)
    assert len(wanted) == len(found) > 10
    assert all(torch.equal(a, b) for a, b in zip(wanted, found, strict=True))
    assert less < 0.75 * most


def test_it_can_be_switched_off_again_and_evaluation_knows_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def counted(layer: nn.Module, *inputs: Any, **_: Any) -> Any:
        calls.append(1)
        return layer(*inputs)

    monkeypatch.setattr("leafout.models.recompute.checkpoint", counted)
    model = model_of("bert")
    recompute_layers(model, wanted=True)
    learnt(model)
    assert len(calls) == 4
    with torch.no_grad():
        learnt_nothing = model(Stream.of(collate(tiny_models.examples((9,)))))
    model.eval()
    learnt(model)
    model.train()
    recompute_layers(model, wanted=False)
    learnt(model)
    assert len(calls) == 4
    assert learnt_nothing.shape == (1, 2)


def test_models_of_transformers_do_it_their_own_way(tmp_path: Path) -> None:
    theirs = tiny_models.write_bert(tmp_path)
    assert recompute_layers(theirs, wanted=False)
    layers = [part for part in theirs.modules() if hasattr(part, "gradient_checkpointing")]
    assert layers
    assert not any(part.gradient_checkpointing for part in layers)
    assert recompute_layers(theirs, wanted=True)
    assert any(part.gradient_checkpointing for part in layers)


def test_a_model_without_layers_says_so() -> None:
    assert not recompute_layers(nn.Linear(2, 2), wanted=True)
    assert recompute_layers(nn.Linear(2, 2), wanted=False)
