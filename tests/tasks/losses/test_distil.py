from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div

import tiny_models
from leafout.models.heads import Classifier
from leafout.models.load import load_classifier
from leafout.models.stream import Stream
from leafout.tasks.classify import Classify
from leafout.tasks.example import Batch
from leafout.tasks.losses.distil import DistilObjective
from leafout.tasks.rows import Rows

TASK = Classify(labels=("差", "好"), max_tokens=32)


@pytest.fixture
def full(tmp_path: Path) -> Classifier:
    tiny_models.write_bert(tmp_path / "full")
    return load_classifier(tmp_path / "full").eval()


@pytest.fixture
def student(full: Classifier, tmp_path: Path) -> Classifier:
    made = load_classifier(tmp_path / "full").eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(0.5)
    return made


def rows(*numbers: int) -> Batch:
    examples = tiny_models.examples((3, 9, 5, 12))
    given = Rows([type(row)(row.ids, row.segments, label=number % 2) for number, row in enumerate(examples)])
    return given.batch(np.array(numbers), epoch=0, key=())


def loss(full: Classifier, model: Classifier, batch: Batch, **weights: float) -> Tensor:
    given = {"temperature": 2.0, "teacher": 1.0, "hidden": 0.0} | weights
    objective = DistilObjective(full, TASK, device="cpu", goal="macro_f1", **given)
    return objective.loss(model, batch, objective.counts(batch))


def test_who_answers_as_the_full_model_does_has_no_gradient(full: Classifier, tmp_path: Path) -> None:
    same = load_classifier(tmp_path / "full").eval()
    found = loss(full, same, rows(1, 3), hidden=1.0)
    found.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
    assert float(found.detach()) == pytest.approx(0, abs=1e-6)
    assert max(float(p.grad.abs().max()) for p in same.parameters() if p.grad is not None) < 1e-6
    assert all(p.grad is None for p in full.parameters())


def test_labels_alone_are_plain_cross_entropy(full: Classifier, student: Classifier) -> None:
    batch = rows(0, 1, 2)
    with torch.no_grad():
        found = loss(full, student, batch, teacher=0.0)
        wanted = cross_entropy(student(Stream.of(batch, "cpu")), torch.tensor([0, 1, 0]))
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)


def test_soft_answers_weigh_the_square_of_the_temperature(full: Classifier, student: Classifier) -> None:
    batch = rows(0, 1)
    with torch.no_grad():
        soft = [(model(Stream.of(batch, "cpu")) / 3).log_softmax(-1) for model in (student, full)]
        found = loss(full, student, batch, temperature=3.0)
    wanted = 9 * kl_div(soft[0], soft[1], log_target=True, reduction="sum") / 2
    assert float(found) == pytest.approx(float(wanted), rel=1e-4)


def test_the_full_model_is_asked_without_its_dropout(full: Classifier, student: Classifier, tmp_path: Path) -> None:
    noisy = load_classifier(tmp_path / "full", dropout=0.9).train()
    found = [float(loss(model, student, rows(0, 1)).detach()) for model in (noisy, full)]
    assert found[0] == found[1]
