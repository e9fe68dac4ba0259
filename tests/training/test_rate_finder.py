import json
import math
from pathlib import Path
from typing import Any

import pytest

import tiny_training
from leafout.core.run import QuietRun
from leafout.training.checkpoint import weights_digest
from leafout.training.loop import train
from leafout.training.rate_finder import STEPS, smoothed, suggestion, swept
from runs import Listening


def test_a_bowl_is_swept_until_it_blows_up() -> None:
    # gradient descent on x * x / 2: it shrinks fastest at a rate of 1, and grows over 2
    place = [1.0]

    def step(number: int, rate: float) -> float:
        loss = place[0] ** 2 / 2
        place[0] = max(abs(place[0] * (1 - rate)), 0.1)
        return loss

    found = swept(step, around=0.1)
    assert found.suggested is not None
    assert 0.01 < found.suggested < 1
    assert len(found.losses) == len(found.rates) < STEPS
    assert found.losses[-1] > 2 * min(found.losses)


def test_a_loss_that_never_falls_or_is_undefined_suggests_nothing() -> None:
    assert swept(lambda number, rate: 1.0 + number, around=0.1).suggested is None
    assert swept(lambda number, rate: math.nan, around=0.1).suggested is None
    assert suggestion([], []) is None


def test_a_smoothed_loss_starts_at_the_first() -> None:
    assert smoothed([3.0, 3.0]) == pytest.approx([3.0, 3.0])
    assert smoothed([1.0, 0.0])[1] == pytest.approx(0.8 * 0.2 / 0.36)


def test_training_takes_the_rate_that_was_found_and_starts_from_its_first_weights(tmp_path: Path) -> None:
    def notes(out: Path, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((out / "notes" / name).read_text(encoding="utf-8"))
        return found

    run, digests = Listening(seed=1), []
    for name in ("a", "b"):
        settings = tiny_training.config(find_rate=True)
        job = tiny_training.job(settings)
        train(job, out=tmp_path / name, config=settings, run=run)
        digests.append(weights_digest(job.model))
    assert digests[0] == digests[1]
    found = notes(tmp_path / "a", "rate_sweep.json")["suggested"]
    assert notes(tmp_path / "a", "plan.json")["peak_rate"] == found
    assert found is not None
    assert f"a peak rate of {found:.2g} was found" in run.said[0]
    plain = tiny_training.config(peak_rate=found)
    job = tiny_training.job(plain, peak_rate=found)
    train(job, out=tmp_path / "c", config=plain, run=QuietRun(seed=1))
    assert weights_digest(job.model) == digests[0]
