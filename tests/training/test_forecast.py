import json
import time
from pathlib import Path
from typing import Any

import pytest

import tiny_training
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.models.config import ModelConfig
from leafout.models.new import new_classifier
from leafout.training import memory
from leafout.training.batches import Batches
from leafout.training.checkpoint import weights_digest
from leafout.training.forecast import outcome, sentence, typical_places
from leafout.training.loop import train
from runs import Listening


def read(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "notes" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_a_training_is_forecast_and_its_outcome_stands_beside(tmp_path: Path) -> None:
    settings = tiny_training.config(budget={"steps": 120}, checkpoint_seconds=60)
    model = new_classifier(ModelConfig(layers=2, width=128, max_tokens=16), 20, 2, 0)
    run = Listening(seed=1)
    train(tiny_training.job(settings, model=model), out=tmp_path, config=settings, run=run)
    foreseen, found = read(tmp_path, "plan")["forecast"], read(tmp_path, "outcome")
    assert run.said[0].startswith("forecast: 120 steps of ")
    assert 0.2 < foreseen["seconds"] / found["seconds"] < 5
    assert foreseen["peak_bytes"] > foreseen["memory"]["resident"] > 0
    assert found["peak_bytes"] > 0
    assert found["sittings"] == found["ended"] == 1


def test_a_short_training_of_a_small_model_is_not_tried_beforehand(tmp_path: Path) -> None:
    run = Listening(seed=1)
    settings = tiny_training.config()
    train(tiny_training.job(settings), out=tmp_path, config=settings, run=run)
    assert run.said == []
    assert read(tmp_path, "plan")["forecast"] == {}


def test_the_trial_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = tiny_training.train_toy(tmp_path / "a", budget={"steps": 120}, checkpoint_seconds=60)
    monkeypatch.setattr("leafout.training.forecast._WORTH_STEPS", 1000)
    assert tiny_training.train_toy(tmp_path / "b", budget={"steps": 120}, checkpoint_seconds=60) == tried
    assert "seconds" in read(tmp_path / "a", "plan")["forecast"]
    assert "seconds" not in read(tmp_path / "b", "plan")["forecast"]


def test_what_cannot_fit_is_refused_before_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda _: 1000)
    settings = tiny_training.config()
    model = new_classifier(ModelConfig(layers=2, width=128, max_tokens=16), 20, 2, 0)
    with pytest.raises(LeafoutError, match="of memory and 0 MB are free"):
        train(tiny_training.job(settings, model=model), out=tmp_path, config=settings, run=QuietRun(seed=1))
    assert not (tmp_path / "notes" / "metrics.jsonl").exists()


def test_sittings_add_up_and_one_that_was_killed_is_seen(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyError), outcome(tmp_path, "cpu"):
            time.sleep(0.02)
            raise KeyError
    path = tmp_path / "outcome.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["seconds"] >= 0.04
    assert (found["sittings"], found["ended"]) == (2, 2)
    block = outcome(tmp_path, "cpu")
    block.__enter__()
    assert json.loads(path.read_text(encoding="utf-8"))["sittings"] == 3


def test_trial_places_stand_for_short_and_long_rows() -> None:
    batches = Batches(tiny_training.rows(400), batch_tokens=40, part_tokens=0, seed=3)
    lengths_N = batches.data.lengths(0)
    longest = sorted(int(lengths_N[rows].max()) for rows in batches.order(0))
    found = [int(lengths_N[batches.order(0)[place.index]].max()) for place in typical_places(batches, 3)]
    size = len(longest)
    assert found[0] == longest[size // 2]
    assert sorted(found) == [longest[int(share * size)] for share in (1 / 6, 1 / 2, 5 / 6)]


@pytest.mark.parametrize(
    ("forecast", "said"),
    [
        ({"seconds": 0.2}, "forecast: 9 steps of 70 tokens, about 1 s"),
        (
            {"seconds": 2400.0, "peak_bytes": 1.3e9},
            "forecast: 9 steps of 70 tokens, about 40 min, 1.3 GB of memory at most",
        ),
        ({"seconds": 9000.0}, "forecast: 9 steps of 70 tokens, about 2.5 h"),
    ],
)
def test_a_forecast_in_words(forecast: dict[str, Any], said: str) -> None:
    assert sentence(9, 70.4, forecast) == said


def test_recomputed_layers_give_the_same_weights_and_the_forecast_knows(tmp_path: Path) -> None:
    digests, computing = [], []
    for recompute in (False, True):
        settings = tiny_training.config(budget={"steps": 3}, batch_tokens=200, recompute=recompute)
        model = new_classifier(ModelConfig(layers=6, width=64, max_tokens=16, dropout=0.1), 20, 2, 0)
        out = tmp_path / str(recompute)
        train(tiny_training.job(settings, model=model), out=out, config=settings, run=QuietRun(seed=1))
        digests.append(weights_digest(model))
        computing.append(read(out, "plan")["forecast"]["memory"]["computing"])
    assert digests[0] == digests[1]
    assert computing[1] < 0.7 * computing[0]
