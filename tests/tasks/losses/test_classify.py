import numpy as np
import pytest
import torch
from torch import Tensor

from leafout.models.stream import Stream
from leafout.tasks.classify import Classify
from leafout.tasks.example import Batch, Example, collate
from leafout.tasks.losses.classify import ClassifyObjective

TASK = Classify(labels=("差", "中", "good"), max_tokens=8)


def logits_of(stream: Stream) -> Tensor:
    """Logits that only depend on the first token of a row."""
    first_B = stream.ids_T[stream.starts_B].float()
    return torch.stack([first_B, 3 - first_B, (first_B - 1) ** 2], dim=1)


def batch(*firsts: int, labels: tuple[int, ...]) -> Batch:
    return collate(
        [
            Example(np.array([first, 7], np.int32), np.zeros(2, np.int8), label=label)
            for first, label in zip(firsts, labels, strict=True)
        ]
    )


def test_the_loss_is_the_mean_cross_entropy() -> None:
    given = batch(0, 1, 2, 3, labels=(0, 1, 2, 0))
    objective = ClassifyObjective(TASK, device="cpu", goal="macro_f1")
    logits = logits_of(Stream.of(given))
    wanted = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2, 0]))
    assert float(objective.loss(logits_of, given, objective.counts(given))) == pytest.approx(float(wanted))


def test_smoothing_and_weights_are_those_of_torch() -> None:
    given = batch(0, 1, labels=(2, 0))
    weights = torch.tensor([0.5, 1.0, 2.0])
    objective = ClassifyObjective(TASK, device="cpu", goal="loss", smoothing=0.2, weights_L=weights)
    wanted = torch.nn.functional.cross_entropy(
        logits_of(Stream.of(given)), torch.tensor([2, 0]), weight=weights, label_smoothing=0.2, reduction="sum"
    )
    assert float(objective.loss(logits_of, given, (2,))) == pytest.approx(float(wanted) / 2)


def test_evaluation_scores_all_batches_together() -> None:
    batches = [batch(0, 3, labels=(1, 0)), batch(3, labels=(2,))]
    found = ClassifyObjective(TASK, device="cpu", goal="macro_f1").evaluate(logits_of, batches)
    # answers: 0 -> label 1, 3 -> label 2 (logits 3, 0, 4)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx((1 + 0 + 2 / 3) / 3)
    assert found["loss"] > 0


@pytest.mark.parametrize(("goal", "more"), [("macro_f1", True), ("accuracy", True), ("loss", False)])
def test_more_of_a_score_is_better_and_less_of_a_loss(goal: str, more: bool) -> None:
    assert ClassifyObjective(TASK, device="cpu", goal=goal).more is more
