import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import tiny_models
import tiny_rows
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter
from leafout.evaluation.gates import check_gates
from leafout.inference.load import load_classifier
from leafout.metrics.classify import scores
from leafout.stages.evaluate import EvaluateConfig, evaluate
from leafout.stages.export import ExportConfig, export


class Saying(QuietRun):
    """A run that keeps what was said, and stops when told to."""

    def __init__(self, *, stop: bool = False) -> None:
        super().__init__(seed=3)
        self.said: list[str] = []
        self._stop = stop

    def say(self, message: str) -> None:
        self.said.append(message)

    def should_stop(self) -> bool:
        return self._stop


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return tiny_rows.write_rows(tmp_path / "rows")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model", width=32, labels=("好", "差"))
    return tmp_path / "model"


def take(release: Path, rows: Path, out: Path, **values: Any) -> tuple[dict[str, float], dict[str, Any]]:
    out.mkdir()
    found = evaluate(release, rows, out=out, config=EvaluateConfig.read({"samples": 200, **values}), run=Saying())
    return found, json.loads((out / "exam.json").read_text(encoding="utf-8"))


def release_of(model: Path, rows: Path, out: Path, **values: Any) -> Path:
    limits = {"num_batchings": 3, "flip_rows": 20, "agreement": 0.5, "score_drop": 0.5}
    export(model, rows, out=out, config=ExportConfig.read({"parity": limits, **values}), run=QuietRun(seed=3))
    return out


def test_the_exam_scores_what_the_runtime_answers(tmp_path: Path, model: Path, rows: Path) -> None:
    release = release_of(model, rows, tmp_path / "release")
    found, exam = take(release, rows, tmp_path / "exam")
    table = pq.read_table(tmp_path / "exam" / "predictions.parquet").to_pylist()
    answers = load_classifier(release).classify([row["text"] for row in table])
    assert [row["predicted"] for row in table] == [answer.label for answer in answers]
    assert [row["confidence"] for row in table] == [round(answer.confidence, 6) for answer in answers]
    place = {"好": 0, "差": 1}
    true, predicted = (np.array([place[row[name]] for row in table]) for name in ("label", "predicted"))
    wanted = scores(true, predicted, 2)
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, abs=1e-6)
    assert exam["accuracy"]["low"] <= exam["accuracy"]["value"] <= exam["accuracy"]["high"]
    assert sum(map(sum, exam["confusion"])) == exam["num_rows"] == len(table) == 40


def test_the_figures_for_gates_are_all_there(tmp_path: Path, model: Path, rows: Path) -> None:
    found, exam = take(release_of(model, rows, tmp_path / "release"), rows, tmp_path / "exam")
    wanted = {"accuracy", "macro_f1", "f1_好", "f1_差", "ece", "brier", "log_loss", "abstained_fraction"}
    wanted |= {"floor_accuracy", "floor_macro_f1", "gain_over_floor", "agreement", "flip_rate", "rows"}
    assert wanted <= set(found)
    assert all(np.isfinite(value) for value in found.values())
    assert exam["parity"]["agreement"] == found["agreement"]


def test_each_language_has_scores_when_it_has_rows_enough(tmp_path: Path, model: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows", test=90)
    found, exam = take(model, rows, tmp_path / "exam")
    assert {name: part["rows"] for name, part in exam["languages"].items()} == {"en": 30, "zh": 60}
    whole = (found["accuracy_zh"] * 60 + found["accuracy_en"] * 30) / 90
    assert found["accuracy"] == pytest.approx(whole, abs=1e-5)
    assert "floor_macro_f1" in exam["languages"]["zh"]
    few = take(model, tiny_rows.write_rows(tmp_path / "few"), tmp_path / "other")[1]
    assert set(few["languages"]) == {"zh"}


def test_the_floor_learns_what_a_random_model_does_not_know(tmp_path: Path, model: Path, rows: Path) -> None:
    found, exam = take(model, rows, tmp_path / "exam")
    assert found["floor_accuracy"] > 0.9
    assert exam["gain_over_floor"]["high"] < 0
    assert any("WORSE" in line for line in exam["says"])
    assert exam["gain_over_floor"]["value"] == pytest.approx(found["macro_f1"] - found["floor_macro_f1"], abs=2e-6)
    assert "agreement" not in found


def test_without_a_floor_there_is_none(tmp_path: Path, model: Path, rows: Path) -> None:
    found, exam = take(model, rows, tmp_path / "exam", floor=False)
    assert "floor_accuracy" not in found
    assert "floor" not in exam
    assert "floor" not in pq.read_table(tmp_path / "exam" / "predictions.parquet").column_names


def test_equal_work_gives_equal_bytes(tmp_path: Path, model: Path, rows: Path) -> None:
    digests = []
    for name in ("one", "two"):
        take(model, rows, tmp_path / name)
        folder = tmp_path / name
        digests.append({path.as_posix(): sha256_file(folder / path) for path in payload_files(folder)})
    assert digests[0] == digests[1]
    assert set(digests[0]) == {"exam.json", "predictions.parquet", "errors.jsonl"}
    assert json.loads((tmp_path / "one" / "notes" / "speed.json").read_text(encoding="utf-8"))["rows_per_second"] > 0


def test_the_worst_errors_are_wrong_and_the_surest_first(tmp_path: Path, model: Path, rows: Path) -> None:
    take(model, rows, tmp_path / "exam", worst=5)
    lines = (tmp_path / "exam" / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    errors = [json.loads(line) for line in lines]
    assert 0 < len(errors) <= 5
    assert all(error["label"] != error["predicted"] for error in errors)
    sure = [error["confidence"] for error in errors]
    assert sure == sorted(sure, reverse=True)
    assert {error["language"] for error in errors} == {"zh", "en"}


def test_a_release_that_abstains_says_how_often_and_how_well(tmp_path: Path, model: Path, rows: Path) -> None:
    release = release_of(model, rows, tmp_path / "release", abstain_precision=0.9)
    found, exam = take(release, rows, tmp_path / "exam")
    table = pq.read_table(tmp_path / "exam" / "predictions.parquet").to_pylist()
    kept = [row for row in table if not row["abstained"]]
    assert 0 < found["abstained_fraction"] == round(1 - len(kept) / len(table), 6)
    assert exam["abstention"]["thresholds"]
    assert any(line.startswith("it abstains from") for line in exam["says"])


def test_rows_that_were_changed_after_the_lock_are_refused(tmp_path: Path, model: Path, rows: Path) -> None:
    with DocumentWriter(rows / "test") as writer:
        writer.write(Document("这本书很好", id="new", label="好"))
    with pytest.raises(LeafoutError, match="not the ones that were locked"):
        take(model, rows, tmp_path / "exam")


def test_an_empty_test_part_is_refused(tmp_path: Path, model: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "none", test=0)
    with pytest.raises(LeafoutError, match="the test part is empty"):
        take(model, rows, tmp_path / "exam")


def test_a_folder_that_is_no_split_is_refused(tmp_path: Path, model: Path, rows: Path) -> None:
    with pytest.raises(LeafoutError, match="no split"):
        take(model, rows / "test", tmp_path / "exam")


def test_labels_that_the_release_does_not_know_are_counted_and_left_out(tmp_path: Path, model: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "more", test=0)
    with DocumentWriter(rows / "test") as writer:
        for number, label in enumerate(["好", "差", "中", "中", "neutral", None]):
            writer.write(Document(f"书 {number}", id=str(number), label=label))
    tiny_rows.lock(rows)
    found, exam = take(model, rows, tmp_path / "exam")
    assert found["rows"] == 2
    assert exam["left_out"] == {"without_label": 1, "unknown_labels": {"neutral": 1, "中": 2}}
    assert any("3 rows have a label that the release does not know" in line for line in exam["says"])


def test_rows_with_other_labels_altogether_are_refused(tmp_path: Path, rows: Path) -> None:
    tiny_models.write_bert(tmp_path / "other", labels=("a", "b"))
    with pytest.raises(LeafoutError, match="none of the 40 test rows") as error:
        take(tmp_path / "other", rows, tmp_path / "exam")
    assert "`好`" in error.value.hint
    assert "`a`" in error.value.hint


def test_fewer_rows_are_drawn_when_asked(tmp_path: Path, model: Path, rows: Path) -> None:
    found, exam = take(model, rows, tmp_path / "exam", max_rows=15)
    assert found["rows"] == 15
    assert exam["num_read"] == 40


def test_pairs_are_examined(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "model", labels=("好", "差"), pair=True)
    rows = tiny_rows.write_rows(tmp_path / "rows", pair=True)
    assert take(tmp_path / "model", rows, tmp_path / "exam")[0]["rows"] == 40
    assert "text_b" in pq.read_table(tmp_path / "exam" / "predictions.parquet").column_names


def test_the_summary_is_said_and_written(tmp_path: Path, model: Path, rows: Path) -> None:
    run = Saying()
    (tmp_path / "exam").mkdir()
    evaluate(model, rows, out=tmp_path / "exam", config=EvaluateConfig(samples=200), run=run)
    summary = (tmp_path / "exam" / "notes" / "summary.txt").read_text(encoding="utf-8")
    assert summary.splitlines() == run.said
    assert run.said[0].startswith("macro F1 is 0.")


def test_an_exam_stops_when_asked(tmp_path: Path, model: Path, rows: Path) -> None:
    (tmp_path / "exam").mkdir()
    with pytest.raises(Stopped):
        evaluate(model, rows, out=tmp_path / "exam", config=EvaluateConfig(), run=Saying(stop=True))


def test_a_generator_is_examined_beside_ngrams(tmp_path: Path, rows: Path) -> None:
    tiny_models.write_gpt(tmp_path / "gpt")
    found, exam = take(tmp_path / "gpt", rows, tmp_path / "exam")
    assert found["perplexity"] == pytest.approx(np.exp(found["loss"]), rel=1e-4)
    table = pq.read_table(tmp_path / "exam" / "predictions.parquet").to_pydict()
    bits = sum(table["nats"]) / np.log(2)
    assert found["bits_per_byte"] == pytest.approx(bits / sum(table["bytes"]), abs=1e-5)
    assert found["floor_bits_per_byte"] < found["bits_per_byte"]
    assert exam["gain_over_floor"]["high"] < 0
    assert exam["floor"]["num_train_chars"] == exam["floor"]["num_chars_read"] > 0
    written = json.loads((tmp_path / "exam" / "notes" / "samples.json").read_text(encoding="utf-8"))
    assert {"prompt", "text"} == set(written[0])


def test_the_guide_names_every_key_and_no_other() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "evaluate.md").read_text(encoding="utf-8")
    lines = guide.split("| key | default | meaning |\n")[1].split("\n\n")[0].splitlines()[1:]
    named = {line.split("`")[1]: line.split("|")[2].split("(")[0].strip().replace(",", "") for line in lines}
    defaults = {name: str(value).lower() for name, value in EvaluateConfig().plain().items()}
    assert named == defaults


def test_the_guide_names_figures_that_an_exam_has(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "evaluate.md").read_text(encoding="utf-8")
    tiny_models.write_bert(tmp_path / "model", width=32)
    rows = tiny_rows.write_rows(tmp_path / "rows", test=90)
    release = release_of(tmp_path / "model", rows, tmp_path / "release", abstain_precision=0.9)
    figures = set(take(release, rows, tmp_path / "exam")[0])
    tiny_models.write_gpt(tmp_path / "gpt")
    figures |= set(take(tmp_path / "gpt", rows, tmp_path / "other")[0])
    plain = {name for name in figures if not name.startswith(("f1_", "accuracy_")) and name[-3:] not in {"_zh", "_en"}}
    told = {name for name in plain if f"`{name}`" in guide}
    assert plain - told == {"brier", "log_loss", "floor_accuracy", "floor_macro_f1", "floor_bits_per_byte", "rows"}
    assert check_gates(dict.fromkeys(figures, 0.5), {"macro_f1": ">= 0.80", "flip_rate": "<= 0.001"})
