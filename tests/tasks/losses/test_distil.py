from pathlib import Path

import numpy as np
import pytest
import torch

import tiny_models
from leafout.models.heads import Classifier
from leafout.models.load import load_classifier
from leafout.tasks.classify import Classify
from leafout.tasks.example import sorted_order
from leafout.tasks.losses.distil import DistilObjective, TaughtRows, answers
from leafout.tasks.rows import Rows

TASK = Classify(labels=("差", "好"), max_tokens=32)


@pytest.fixture
def model(tmp_path: Path) -> Classifier:
    tiny_models.write_bert(tmp_path)
    return load_classifier(tmp_path).eval()


def taught(model: Classifier) -> TaughtRows:
    examples = tiny_models.examples((3, 9, 5, 12))
    rows = Rows([type(row)(row.ids, row.segments, label=number % 2) for number, row in enumerate(examples)])
    return TaughtRows(rows, *answers(model, rows, sorted_order(rows.lengths_N, batch_tokens=12), "cpu"))


def objective(**weights: float) -> DistilObjective:
    given = {"temperature": 2.0, "teacher": 1.0, "hidden": 0.0} | weights
    return DistilObjective(TASK, device="cpu", goal="macro_f1", **given)


def test_answers_are_the_models_own_in_the_order_of_the_rows(model: Classifier, tmp_path: Path) -> None:
    found = taught(model)
    theirs = tiny_models.write_bert(tmp_path / "again")
    wanted = tiny_models.reference_logits(theirs, tiny_models.examples((3, 9, 5, 12)))
    np.testing.assert_allclose(found.logits_NL, wanted, atol=1e-5)
    assert found.pooled_ND.shape == (4, 16)


def test_who_answers_as_the_teacher_does_has_no_gradient(model: Classifier) -> None:
    batch = taught(model).batch(np.array([1, 3]), epoch=0, key=())
    loss = objective(hidden=1.0).loss(model, batch, (2,))
    loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
    assert float(loss.detach()) == pytest.approx(0, abs=1e-6)
    assert max(float(p.grad.abs().max()) for p in model.parameters() if p.grad is not None) < 1e-6


def test_labels_alone_are_plain_cross_entropy(model: Classifier) -> None:
    batch = taught(model).batch(np.array([0, 1, 2]), epoch=0, key=())
    with torch.no_grad():
        found = objective(teacher=0.0).loss(model, batch, (3,))
    wanted = torch.nn.functional.cross_entropy(torch.from_numpy(batch.logits_BL), torch.tensor([0, 1, 0]))
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)


def test_soft_answers_weigh_the_square_of_the_temperature(model: Classifier) -> None:
    batch = taught(model).batch(np.array([0, 1]), epoch=0, key=())
    other = type(batch)(batch.rows, batch.logits_BL[::-1].copy(), batch.pooled_BD)
    soft = [torch.from_numpy(logits / 3).log_softmax(-1) for logits in (batch.logits_BL, other.logits_BL)]
    wanted = 9 * torch.nn.functional.kl_div(soft[0], soft[1], log_target=True, reduction="sum") / 2
    with torch.no_grad():
        found = objective(temperature=3.0).loss(model, other, (2,))
    assert float(found) == pytest.approx(float(wanted), rel=1e-2)
