from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from leafout.models.config import ModelConfig
from leafout.models.decoder import CausalModel
from leafout.models.heads import MaskedModel
from leafout.models.new import random_classifier
from leafout.tasks.causal import CausalBatch
from leafout.tasks.classify import Classify
from leafout.tasks.example import Example, collate
from leafout.tasks.losses.causal import CausalObjective
from leafout.tasks.losses.classify import ClassifyObjective
from leafout.tasks.losses.mlm import MaskedObjective
from leafout.tasks.losses.sums import added, alone
from leafout.tasks.mlm import MaskedBatch

VOCABULARY = 30
TINY: dict[str, Any] = {"layers": 1, "width": 16, "heads": 2, "max_tokens": 16}


def batches(kind: str) -> list[Any]:
    random = np.random.default_rng(0)
    found: list[Any] = []
    for _ in range(3):
        lengths = random.integers(2, 9, 4)
        ids = [random.integers(0, VOCABULARY, length).astype(np.int32) for length in lengths]
        whole = collate([Example(words, np.zeros(len(words), np.int8), label=row % 2) for row, words in enumerate(ids)])
        stream = {name: getattr(whole, name) for name in ("ids_T", "positions_T", "segments_T", "starts_B1")}
        if kind == "causal":
            found.append(CausalBatch(**stream, targets_T=whole.ids_T.astype(np.int64)))
        elif kind == "masked":
            places_K = np.arange(0, whole.num_tokens, 3)
            found.append(
                MaskedBatch(
                    **stream, places_K=places_K, targets_K=places_K % VOCABULARY, next_B=np.array([0, 1, -1, 1])
                )
            )
        else:
            found.append(whole)
    return found


def made(kind: str) -> tuple[Any, Any]:
    torch.manual_seed(0)
    dims = ModelConfig.read({"kind": "gpt" if kind == "causal" else "bert", **TINY}).resolved(VOCABULARY)
    if kind == "classify":
        return random_classifier(dims, 2, 0), ClassifyObjective(Classify(("a", "b"), 16), device="cpu", goal="loss")
    if kind == "causal":
        return CausalModel(dims), CausalObjective(device="cpu")
    return MaskedModel(dims), MaskedObjective(device="cpu")


@pytest.mark.parametrize("kind", ["causal", "masked", "classify"])
def test_what_processes_saw_together_is_what_one_saw(kind: str) -> None:
    model, objective = made(kind)
    model.eval()
    every = batches(kind)
    rows: list[list[Tensor]] = [[], [], []]

    def keeping(rank: int) -> Callable[[Tensor], Tensor]:
        def keep(values_NX: Tensor) -> Tensor:
            rows[rank].append(values_NX)
            return values_NX

        return keep

    def gathering() -> Callable[[Tensor], Tensor]:
        calls = iter(range(len(rows[0])))

        def gather(values_NX: Tensor) -> Tensor:
            number = next(calls)
            return torch.cat([rows[0][number], values_NX, rows[2][number]])

        return gather

    with torch.no_grad():
        objective.evaluate(model, every[:2], keeping(0))
        objective.evaluate(model, every[2:], keeping(2))
        found = objective.evaluate(model, [], gathering())  # the one in the middle had nothing to look at
        whole = objective.evaluate(model, every)
    assert found.keys() == whole.keys()
    assert all(found[name] == pytest.approx(whole[name], rel=1e-9) for name in whole)


def test_sums_of_one_process_are_its_own() -> None:
    assert added([1.5, 2, 0.1], alone) == [1.5, 2.0, 0.1]
