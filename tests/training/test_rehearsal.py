import copy

import pytest
import torch

import tiny_training
from leafout.models.config import ModelConfig
from leafout.models.new import new_classifier
from leafout.tasks.classify import Classify
from leafout.tasks.losses.classify import ClassifyObjective
from leafout.training.batches import Batches, Place
from leafout.training.checkpoint import weights_digest
from leafout.training.rehearsal import LiveBytes, look_bytes, update_bytes

HOW = {"dtype": "fp32", "device": "cpu"}
TASK = Classify(labels=("a", "b"), max_tokens=16)


def objective() -> ClassifyObjective:
    return ClassifyObjective(TASK, device="cpu", goal="loss")


def test_storages_are_counted_while_they_live() -> None:
    with LiveBytes() as live:
        first = torch.ones(1000)
        view = first[10:].view(-1)
        second = first * 2
        assert live.now == 8000
        del first, second
        assert live.now == 4000, "the view keeps its storage alive"
        del view
        assert live.now == 0
    assert live.peak == 8000


@pytest.mark.parametrize("kind", ["bert", "modernbert"])
def test_a_rehearsal_counts_what_the_real_update_holds(kind: str) -> None:
    model = new_classifier(ModelConfig(kind=kind, layers=2, width=32, max_tokens=16), 20, 2, 0)
    batches = Batches(tiny_training.rows(), batch_tokens=60, part_tokens=0, seed=0)
    parts = batches.parts(Place(), step=0)
    found = update_bytes(model, objective(), parts, **HOW)
    real = copy.deepcopy(model)
    with LiveBytes() as live:
        torch.autograd.backward(objective().loss(real.train(), parts[0], objective().counts(parts[0])))
    assert found == live.peak > 0


def test_a_rehearsal_changes_nothing_and_an_evaluation_holds_less() -> None:
    model = new_classifier(ModelConfig(layers=2, width=32, max_tokens=16, dropout=0.1), 20, 2, 0).eval()
    before = weights_digest(model)
    part = Batches(tiny_training.rows(), batch_tokens=60, part_tokens=0, seed=0).parts(Place(), step=0)[0]
    update, look = (
        work(model, objective(), given, **HOW) for work, given in ((update_bytes, [part]), (look_bytes, part))
    )
    assert update is not None
    assert look is not None
    assert 0 < look < update
    assert weights_digest(model) == before
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_loss_that_looks_at_its_numbers_cannot_be_rehearsed() -> None:
    class Curious(ClassifyObjective):
        def loss(self, model: object, batch: object, totals: tuple[int, ...]) -> torch.Tensor:
            found = super().loss(model, batch, totals)  # type: ignore[arg-type]
            return found if float(found) > 0 else -found

    model = new_classifier(ModelConfig(layers=1, width=32, max_tokens=16), 20, 2, 0)
    parts = Batches(tiny_training.rows(), batch_tokens=60, part_tokens=0, seed=0).parts(Place(), step=0)
    assert update_bytes(model, Curious(TASK, device="cpu", goal="loss"), parts, **HOW) is None
