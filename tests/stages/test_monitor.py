import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
import tiny_rows
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.corpus.request_log import RequestLog
from leafout.inference.load import load_classifier
from leafout.maintenance.reference import make_reference, write_reference
from leafout.serving.releases import identity
from leafout.stages.monitor import MonitorConfig, monitor

OTHER = ("asyncio schedules coroutines on a loop", "垃圾回收释放内存", "sockets wait for data", "解析器读取语法树")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_rows.write_rows(tmp_path_factory.mktemp("rows"), train=2, val=400, test=400)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, rows: Path) -> Path:
    folder = tmp_path_factory.mktemp("release")
    tiny_models.write_bert(folder)
    classifier, texts = load_classifier(folder, threads=1), texts_of(rows, "val")
    reference = make_reference(texts, None, classifier.logits(classifier.encode(texts)))
    write_reference(folder, reference, classifier.release.labels)
    return folder


def write_log(folder: Path, answering: Path, texts: list[str], **values: Any) -> Path:
    """A request log in which the release answered texts."""
    log = RequestLog(folder, segment_bytes=20_000)
    classifier, key = load_classifier(answering, threads=1), identity(answering)[0]
    for number, (text, answer) in enumerate(zip(texts, classifier.classify(texts), strict=True)):
        entry: dict[str, Any] = {"id": f"q{number}", "slot": "toy", "release": key, "texts": [text]}
        entry |= {
            "predicted": [answer.label],
            "confidence": [answer.confidence],
            "milliseconds": 4.0 + number % 7,
            "tokens": 9,
            "status": 200,
        }
        log.write(entry | values)
    log.close()
    return folder


def texts_of(rows: Path, part: str) -> list[str]:
    from leafout.corpus.documents import read_table

    texts: list[str] = read_table(rows / part, columns=["text"])["text"].to_pylist()
    return texts


def look(release: Path, folder: Path, out: Path, **values: Any) -> tuple[dict[str, float], dict[str, Any]]:
    (out / "notes").mkdir(parents=True)
    config = MonitorConfig.read({"logs": str(folder)} | values)
    metrics = monitor(release, None, out=out, config=config, run=QuietRun(seed=1))
    return metrics, json.loads((out / "monitor.json").read_text(encoding="utf-8"))


def test_calm_traffic_gives_figures_and_no_alarm(tmp_path: Path, release: Path, rows: Path) -> None:
    folder = write_log(tmp_path / "toy", release, texts_of(rows, "test"))
    metrics, said = look(release, folder, tmp_path / "out")
    assert metrics["requests"] == metrics["answers"] == 400
    assert metrics["drift_tested"] == 1
    assert metrics["alarm"] == 0
    assert min(metrics["drift"], metrics["drift_input"], metrics["drift_output"]) > 0.05
    assert metrics["p95_milliseconds"] == 10
    assert said["figures"]["labels"].keys() <= {"好", "差"}
    assert said["alerts"] == []
    assert said["release"]["digest"] == identity(release)[1]


def test_other_texts_raise_an_alarm_that_says_what_to_do(tmp_path: Path, release: Path) -> None:
    draw = np.random.default_rng(0)
    texts = [" ".join(draw.choice(OTHER, 3)) + f" {number}" for number in range(80)]
    metrics, said = look(release, write_log(tmp_path / "toy", release, texts), tmp_path / "out")
    assert metrics["alarm"] == 1
    assert metrics["drift_input"] == 0.001
    assert "the texts differ" in said["alerts"][0]["reason"]
    assert "leafout update" in said["alerts"][0]["next"]


def test_equal_logs_give_equal_bytes(tmp_path: Path, release: Path, rows: Path) -> None:
    folder = write_log(tmp_path / "toy", release, texts_of(rows, "test")[:120])
    digests = []
    for name in ("one", "two"):
        look(release, folder, tmp_path / name)
        digests.append({path: sha256_file(tmp_path / name / path) for path in payload_files(tmp_path / name)})
    assert digests[0] == digests[1]
    assert {path.name for path in digests[0]} == {"monitor.json", "review.jsonl"}


def test_few_texts_are_not_tested_and_it_is_said(tmp_path: Path, release: Path) -> None:
    folder = write_log(tmp_path / "toy", release, ["这本书很好", "the room was bad"] * 40)
    metrics, said = look(release, folder, tmp_path / "out")
    assert (metrics["drift_tested"], metrics["drift"], metrics["alarm"]) == (0, 1, 0)
    assert said["drift"] == {"untested": "2 distinct texts were answered, at least 50 are needed"}


def test_late_labels_give_accuracy_and_leave_the_queue(tmp_path: Path, release: Path, rows: Path) -> None:
    texts = texts_of(rows, "test")[:60]
    folder = write_log(tmp_path / "toy", release, texts)
    answers = load_classifier(release, threads=1).classify(texts)
    lines = [f"q{number},{answer.label}" for number, answer in enumerate(answers[:20])]
    (tmp_path / "late.csv").write_text("\n".join(["id,label", *lines, "nobody,好"]) + "\n", encoding="utf-8")
    metrics, said = look(release, folder, tmp_path / "out", labels=str(tmp_path / "late.csv"), review=1000)
    assert metrics["accuracy"] == 1
    assert metrics["accuracy_low"] == pytest.approx(0.8389, abs=1e-4)
    assert said["accuracy"]["unmatched"] == 1
    queue = (tmp_path / "out" / "review.jsonl").read_text(encoding="utf-8").splitlines()
    ids = {json.loads(line)["id"] for line in queue}
    assert len(queue) == metrics["review"] > 5
    assert not ids & {f"q{number}" for number in range(20)}


def test_errors_and_other_releases_are_told_apart(tmp_path: Path, release: Path, rows: Path) -> None:
    folder = write_log(tmp_path / "toy", release, texts_of(rows, "test")[:60], status=500)
    write_log(folder, release, ["好"] * 7, release="another")
    metrics, said = look(release, folder, tmp_path / "out")
    assert metrics["requests"] == 60
    assert metrics["error_fraction"] == 1
    assert "errors" in {alert["kind"] for alert in said["alerts"]}
    assert said["other_releases"]["another"]["requests"] == 7
    newest, _ = look(release, folder, tmp_path / "newest", last=10)
    assert newest["requests"] == 3


def test_a_release_without_reference_gets_one_from_rows(tmp_path: Path, release: Path, rows: Path) -> None:
    import shutil

    bare = tmp_path / "bare"
    shutil.copytree(release, bare, ignore=shutil.ignore_patterns("reference.*"))
    folder = write_log(tmp_path / "toy", bare, texts_of(rows, "test")[:100])
    metrics, said = look(bare, folder, tmp_path / "out")
    assert metrics["drift_tested"] == 0
    assert "no rows were given" in said["drift"]["untested"]
    (tmp_path / "again").mkdir()
    config = MonitorConfig.read({"logs": str(folder)})
    assert monitor(bare, rows, out=tmp_path / "again", config=config, run=QuietRun())["drift_tested"] == 1


def test_damaged_lines_are_written_down(tmp_path: Path, release: Path, rows: Path) -> None:
    folder = write_log(tmp_path / "toy", release, texts_of(rows, "test")[:5])
    (folder / "closed" / "zz.jsonl").write_bytes(b"\0\0\n{}\n")
    metrics, _ = look(release, folder, tmp_path / "out")
    assert metrics["requests"] == 5
    damaged = (tmp_path / "out" / "notes" / "damaged.txt").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition("zz.jsonl:")[2][:2] for line in damaged] == ["1:", "2:"]


def test_a_log_without_closed_segment_is_refused(tmp_path: Path, release: Path) -> None:
    log = RequestLog(tmp_path / "toy")
    log.write({"id": "1"})
    with pytest.raises(LeafoutError, match="no closed segment"):
        look(release, tmp_path / "toy", tmp_path / "out")
    log.close()
    with pytest.raises(LeafoutError, match="holds no request"):
        look(release, tmp_path / "toy", tmp_path / "again")
    with pytest.raises(LeafoutError, match="no file matches"):
        look(release, tmp_path / "nowhere", tmp_path / "third")


def test_the_key_holds_closed_segments_and_label_files(tmp_path: Path, release: Path) -> None:
    folder = write_log(tmp_path / "logs" / "toy", release, ["好"])
    (tmp_path / "late.csv").write_text("id,label\n", encoding="utf-8")
    config = MonitorConfig.read({"logs": ["logs/*/closed/*"], "labels": "late.csv"})
    (segment,) = (folder / "closed").iterdir()
    assert list(config.outside(tmp_path)) == [f"logs/toy/closed/{segment.name}", "late.csv"]


def test_every_line_of_the_log_is_a_request_of_a_release_or_is_told_as_damaged(tmp_path: Path, release: Path) -> None:
    texts = ["这本书很好", "the room was bad", "耳机不错"]
    write_log(tmp_path / "own", release, texts * 4)
    write_log(tmp_path / "other", release, texts, release="0123")
    write_log(tmp_path / "damaged", release, texts[:2], milliseconds="slow")
    folders = [str(tmp_path / name) for name in ("own", "other", "damaged")]
    metrics, said = look(release, tmp_path, tmp_path / "out", logs=folders)
    damaged = (tmp_path / "out/notes/damaged.txt").read_text(encoding="utf-8").splitlines()
    others = [figures["requests"] for figures in said["other_releases"].values()]
    assert (metrics["requests"], sum(others), len(damaged)) == (12, 3, 2)
