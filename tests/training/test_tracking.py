import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tiny_training
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.training.loop import train
from leafout.training.tracking import Tracking
from runs import Listening


class Wandb:
    """Weights & Biases as far as it is used."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []
        self.logged: list[tuple[int, dict[str, float]]] = []
        self.finished = 0
        self.fails_from = 10**9

    def init(self, **values: Any) -> "Wandb":
        assert Path(values["dir"]).is_dir()
        self.given.append(values)
        return self

    def log(self, values: dict[str, float], *, step: int) -> None:
        if step >= self.fails_from:
            raise ConnectionError("no route to host")
        self.logged.append((step, values))

    def finish(self) -> None:
        self.finished += 1


class Mlflow:
    """MLflow's client as far as it is used."""

    def __init__(self) -> None:
        self.uris: list[str] = []
        self.experiments: dict[str, str] = {}
        self.runs: list[str] = []
        self.logged: list[tuple[str, str, float, int]] = []
        self.ended: list[str] = []

    def MlflowClient(self, *, tracking_uri: str) -> "Mlflow":
        self.uris.append(tracking_uri)
        return self

    def get_experiment_by_name(self, name: str) -> Any:
        found = self.experiments.get(name)
        return None if found is None else SimpleNamespace(experiment_id=found)

    def create_experiment(self, name: str) -> str:
        return self.experiments.setdefault(name, "7")

    def create_run(self, experiment: str) -> Any:
        assert experiment == "7"
        self.runs.append(f"run{len(self.runs)}")
        return SimpleNamespace(info=SimpleNamespace(run_id=self.runs[-1]))

    def log_metric(self, run: str, name: str, value: float, *, step: int) -> None:
        self.logged.append((run, name, value, step))

    def set_terminated(self, run: str) -> None:
        self.ended.append(run)


@pytest.fixture
def wandb(monkeypatch: pytest.MonkeyPatch) -> Wandb:
    made = Wandb()
    monkeypatch.setitem(sys.modules, "wandb", made)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    return made


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> Mlflow:
    made = Mlflow()
    monkeypatch.setitem(sys.modules, "mlflow", made)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return made


def test_wandb_stays_offline_and_a_resume_goes_on_under_the_same_name(
    tmp_path: Path, wandb: Wandb, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (0, 5):
        tracking = Tracking(("wandb",), tmp_path, step=step, run=QuietRun())
        tracking.figures(step + 1, {"loss": 0.5})
        tracking.close()
    assert wandb.logged == [(1, {"loss": 0.5}), (6, {"loss": 0.5})]
    assert wandb.finished == 2
    assert [given["mode"] for given in wandb.given] == ["offline", "offline"]
    assert wandb.given[0]["id"] == wandb.given[1]["id"]
    assert wandb.given[0]["resume"] == "allow"
    monkeypatch.setenv("WANDB_MODE", "online")
    Tracking(("wandb",), tmp_path / "..", step=0, run=QuietRun())
    assert wandb.given[2]["mode"] == "online"


def test_mlflow_writes_under_the_notes_and_a_resume_goes_on_in_the_same_run(tmp_path: Path, mlflow: Mlflow) -> None:
    for step in (0, 5):
        tracking = Tracking(("mlflow", "mlflow"), tmp_path, step=step, run=QuietRun())
        tracking.figures(step + 1, {"loss": 0.5, "norm": float("nan")})
        tracking.close()
    assert mlflow.uris == [(tmp_path / "mlflow").as_uri()] * 2
    assert mlflow.runs == ["run0"]
    assert mlflow.logged == [("run0", "loss", 0.5, 1), ("run0", "loss", 0.5, 6)]
    assert mlflow.ended == ["run0", "run0"]


def test_a_tracker_that_is_not_there_or_fails_is_told_once_and_the_others_go_on(
    tmp_path: Path, wandb: Wandb, mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    wandb.fails_from = 2
    run = Listening(seed=1)
    tracking = Tracking(("tensorboard", "wandb", "mlflow"), tmp_path, step=0, run=run)
    for step in (1, 2, 3):
        tracking.figures(step, {"loss": 0.5})
    tracking.close()
    assert run.said == [
        "`tensorboard` is not installed and gets no figures: pip install 'leafout[tracking]'",
        "`wandb` failed and gets no more figures: ConnectionError: no route to host",
    ]
    assert [step for step, _ in wandb.logged] == [1]
    assert [step for *_, step in mlflow.logged] == [1, 2, 3]


def test_events_for_tensorboard_are_written(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    tracking = Tracking(("tensorboard",), tmp_path, step=0, run=QuietRun())
    tracking.figures(1, {"loss": 0.5})
    tracking.close()
    assert list((tmp_path / "tensorboard").glob("events.out.*"))


def test_a_training_hands_its_figures_on(tmp_path: Path, wandb: Wandb, mlflow: Mlflow) -> None:
    settings = tiny_training.config(tracking=["wandb", "mlflow"])
    train(tiny_training.job(settings), out=tmp_path, config=settings, run=QuietRun(seed=1))
    lines = [
        json.loads(line) for line in (tmp_path / "notes" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [step for step, _ in wandb.logged] == [line["step"] for line in lines] == list(range(1, 13))
    assert wandb.logged[-1][1].items() <= lines[-1].items()
    assert len(mlflow.logged) == sum(len(line) - 1 for line in lines)


def test_an_unknown_tracker_is_refused() -> None:
    with pytest.raises(LeafoutError, match="tracking"):
        tiny_training.config(tracking=["wandbb"])
