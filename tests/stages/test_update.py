import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tiny_models
import tiny_rows
from leafout.core.artifact import Artifact
from leafout.core.errors import LeafoutError
from leafout.core.run import Inputs, QuietRun
from leafout.serving.releases import identity
from leafout.stages.update import UpdateConfig, update

TRUTH = ["好", "差"] * 60


class Examiner(QuietRun):
    """A run whose exams are given: the share of right answers of each release."""

    def __init__(self, folder: Path, skill: Mapping[str, float]) -> None:
        super().__init__(seed=4)
        self.folder, self.skill, self.asked = folder, skill, list[tuple[str, dict[str, Any], str]]()

    def grow(self, stage: str, config: Mapping[str, Any], inputs: Inputs) -> Artifact:
        release = inputs["release"]
        assert isinstance(release, Path)
        self.asked.append((stage, dict(config), release.name))
        skill = self.skill[release.name]
        if skill < 0:
            raise LeafoutError("the release has no such label")
        path = self.folder / f"exam-{release.name}"
        path.mkdir(exist_ok=True)
        right = round(skill * len(TRUTH))
        answers = [label if place < right else "差好"["差好".index(label) - 1] for place, label in enumerate(TRUTH)]
        names = [str(place) for place in range(len(TRUTH))]
        pq.write_table(pa.table({"id": names, "label": TRUTH, "predicted": answers}), path / "predictions.parquet")
        return Artifact(path, f"key-{release.name}", "", stage, 1, {}, {}, {"accuracy": skill}, 0.0, {})


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    for number, name in enumerate(("new", "old")):
        tiny_models.write_bert(folder / name, seed=number)
    return folder


def decided(
    tmp_path: Path, releases: Path, skill: Mapping[str, float], champion: str | None = "old", **values: object
) -> tuple[dict[str, float], dict[str, Any], Examiner]:
    run = Examiner(tmp_path, skill)
    config = UpdateConfig.read({"metric": "accuracy"} | values)
    former = None if champion is None else releases / champion
    metrics = update(releases / "new", tmp_path, former, out=tmp_path, config=config, run=run)
    return metrics, json.loads((tmp_path / "decision.json").read_text(encoding="utf-8")), run


def test_a_better_candidate_is_promoted_with_reason_and_exams(tmp_path: Path, releases: Path) -> None:
    skill = {"new": 0.95, "old": 0.7}
    metrics, said, run = decided(tmp_path, releases, skill, exam={"num_errors": 3})
    assert metrics["promote"] == 1
    assert metrics["gain"] == pytest.approx(0.25)
    assert metrics["gain_low"] < 0.25 < metrics["gain_high"]
    assert said["decision"] == "promote"
    assert "accuracy is 0.9500, the champion's is 0.7000 on the same 120 rows" in said["reason"]
    assert (said["exam"], said["champion_exam"]) == ("key-new", "key-old")
    assert said["champion_release"] == identity(releases / "old")[1]
    assert run.asked == [("evaluate", {"num_errors": 3}, "new"), ("evaluate", {"num_errors": 3}, "old")]


def test_a_worse_candidate_is_kept_out(tmp_path: Path, releases: Path) -> None:
    metrics, said, _ = decided(tmp_path, releases, {"new": 0.7, "old": 0.95})
    assert metrics["promote"] == 0
    assert said["decision"] == "keep"
    assert "surely less" in said["reason"]


def test_a_failed_gate_keeps_it_out_and_spares_the_champion_its_exam(tmp_path: Path, releases: Path) -> None:
    skill = {"new": 0.95, "old": 0.7}
    metrics, said, run = decided(tmp_path, releases, skill, gates={"accuracy": ">= 0.99"})
    assert metrics == {"promote": 0}
    assert "`accuracy` is 0.95" in said["reason"]
    assert len(said["failures"]) == 1
    assert [name for _, _, name in run.asked] == ["new"]


def test_without_a_champion_the_gates_decide(tmp_path: Path, releases: Path) -> None:
    metrics, said, _ = decided(tmp_path, releases, {"new": 0.6}, champion=None, gates={"accuracy": ">= 0.5"})
    assert metrics == {"promote": 1}
    assert "no champion" in said["reason"]


def test_a_release_does_not_replace_itself(tmp_path: Path, releases: Path) -> None:
    metrics, said, _ = decided(tmp_path, releases, {"new": 0.6}, champion="new")
    assert metrics == {"promote": 0}
    assert "serves already" in said["reason"]


def test_a_champion_that_cannot_take_the_exam_is_left_to_a_person(tmp_path: Path, releases: Path) -> None:
    metrics, said, _ = decided(tmp_path, releases, {"new": 0.9, "old": -1})
    assert metrics == {"promote": 0}
    assert said["reason"] == (
        "the champion cannot be compared: the release has no such label; "
        "promote by hand if the candidate is what you want"
    )


def test_a_candidate_that_cannot_take_the_exam_is_an_error(tmp_path: Path, releases: Path) -> None:
    with pytest.raises(LeafoutError, match="no such label"):
        decided(tmp_path, releases, {"new": -1, "old": 0.9})


@pytest.mark.slow
def test_real_exams_of_two_models_are_compared_row_by_row(tmp_path: Path, releases: Path) -> None:
    from leafout.stages.evaluate import EvaluateConfig, evaluate

    rows = tiny_rows.write_rows(tmp_path / "rows", train=60)

    class RealExaminer(QuietRun):
        def grow(self, stage: str, config: Mapping[str, Any], inputs: Inputs) -> Artifact:
            release, split = inputs["release"], inputs["rows"]
            assert isinstance(release, Path)
            assert isinstance(split, Path)
            out = tmp_path / f"real-{release.name}"
            out.mkdir()
            metrics = evaluate(release, split, out=out, config=EvaluateConfig.read(config), run=QuietRun(seed=1))
            return Artifact(out, release.name, "", stage, 1, {}, {}, metrics, 0.0, {})

    config = UpdateConfig.read({"exam": {"samples": 100}})
    found = update(releases / "new", rows, releases / "old", out=tmp_path, config=config, run=RealExaminer())
    said = json.loads((tmp_path / "decision.json").read_text(encoding="utf-8"))
    exams = [
        json.loads((tmp_path / f"real-{name}" / "exam.json").read_text(encoding="utf-8")) for name in ("new", "old")
    ]
    assert found["rows"] == 40
    assert all("says" in exam for exam in exams)
    assert found["gain"] == pytest.approx(found["candidate"] - found["champion"], abs=1e-5)
    assert said["comparison"]["metric"] == "macro_f1"


def test_equal_exams_give_equal_bytes(tmp_path: Path, releases: Path) -> None:
    written = []
    for _ in range(2):
        decided(tmp_path, releases, {"new": 0.9, "old": 0.85})
        written.append((tmp_path / "decision.json").read_bytes())
    assert written[0] == written[1]
