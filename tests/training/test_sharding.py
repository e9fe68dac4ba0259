import pytest
import torch
from torch import nn

import tiny_training
from leafout.core.errors import LeafoutError
from leafout.training.batches import Place
from leafout.training.processes import ALONE, Processes
from leafout.training.sharding import _layers, gather_into, laid_like, lesson_of, whole, whole_tensors


def test_the_loss_of_a_lesson_is_that_of_its_objective() -> None:
    job = tiny_training.job(tiny_training.config())
    (part,) = job.batches.parts(Place(), step=0)
    lesson = lesson_of(job.model, job.objective, ALONE, device="cpu", optimizer="adamw")
    totals = job.objective.counts(part)
    torch.manual_seed(1)
    found = lesson(part, totals)
    torch.manual_seed(1)
    assert torch.equal(found, job.objective.loss(job.model, part, totals))


@pytest.mark.parametrize("processes", [ALONE, Processes(0, 2, "ddp")])
def test_a_model_that_is_not_shared_out_is_trained_itself(processes: Processes) -> None:
    job = tiny_training.job(tiny_training.config())
    lesson = lesson_of(job.model, job.objective, processes, device="cpu", optimizer="adafactor")
    assert lesson.model is job.model
    gather_into(lesson, job.model)
    with whole(lesson, job.model, "cpu") as model:
        assert model is job.model


def test_an_optimizer_that_cannot_be_shared_out_is_refused() -> None:
    job = tiny_training.job(tiny_training.config())
    with pytest.raises(LeafoutError, match="`adafactor` cannot be shared out"):
        lesson_of(job.model, job.objective, Processes(0, 2, "fsdp"), device="cpu", optimizer="adafactor")


def test_layers_are_what_lies_in_the_outermost_lists() -> None:
    inner = [nn.Sequential(nn.ModuleList([nn.Linear(2, 2)])) for _ in range(2)]
    model = nn.ModuleDict({"a": nn.ModuleList(inner), "b": nn.ModuleList([nn.ModuleList([nn.Linear(3, 3)])])})
    assert list(_layers(model)) == [*inner, model["b"][0][0]]  # type: ignore[index]  # a list in a list


def test_tensors_that_are_whole_stay_as_they_are() -> None:
    values = torch.arange(4.0)
    assert laid_like(values, torch.zeros(2)) is values
    assert whole_tensors({"a": values}, keep=True)["a"] is values
    assert not whole_tensors({"a": values}, keep=False)
