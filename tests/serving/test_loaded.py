import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from leafout.core.artifact import write_manifest
from leafout.core.digest import folder_digest, sha256_file
from leafout.core.errors import LeafoutError, StoreError
from leafout.serving.limits import Limits
from leafout.serving.loaded import Prompts, Rows, _Reading, batcher_of, load_runner, token_counter, verified
from serving.fakes import MAX_TOKENS, FakeClassifier, FakeGenerator, examine, opening_of, release_of, write_fake


def seal(folder: Path) -> Path:
    """Make an artifact of a folder."""
    files = {path.name: path for path in folder.iterdir()}
    listed: dict[str, dict[str, Any]] = {
        name: {"sha256": sha256_file(path), "bytes": path.stat().st_size} for name, path in files.items()
    }
    digest = folder_digest({name: entry["sha256"] for name, entry in listed.items()})
    values = {"key": "a" * 64, "digest": digest, "stage": "export", "version": 1, "config": {}, "inputs": {}}
    write_manifest(folder, values | {"metrics": {}, "seconds": 1.0, "made_with": {}, "files": listed})
    return folder


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return seal(write_fake(tmp_path / "release"))


def test_a_release_that_passed_is_opened(tmp_path: Path, release: Path) -> None:
    examine(tmp_path, release)
    loaded = opening_of(tmp_path).open(release, name="stars")
    assert (loaded.key, loaded.examined) == ("a" * 64, True)
    assert loaded.batcher.close(seconds=5)


def test_a_release_without_exam_is_refused_and_opened_only_when_wished(tmp_path: Path, release: Path) -> None:
    with pytest.raises(LeafoutError, match="no exam") as caught:
        opening_of(tmp_path).open(release, name="stars")
    assert "--unexamined" in caught.value.hint
    loaded = opening_of(tmp_path, unexamined=True).open(release, name="stars")
    assert not loaded.examined
    assert loaded.batcher.close(seconds=5)


def test_a_release_that_failed_its_exam_says_why(tmp_path: Path, release: Path) -> None:
    examine(tmp_path, release, passed=False)
    with pytest.raises(LeafoutError, match=r"`macro_f1` is 0.41, at least 0.80"):
        opening_of(tmp_path).open(release, name="stars")


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "add"])
def test_a_damaged_release_is_refused_with_the_file(tmp_path: Path, release: Path, damage: str) -> None:
    examine(tmp_path, release)
    file = release / "fake.json"
    data = file.read_bytes()
    if damage == "flip":
        file.write_bytes(data[:3] + bytes([data[3] ^ 1]) + data[4:])
    elif damage == "cut":
        file.write_bytes(data[:-1])
    elif damage == "remove":
        file.unlink()
    else:
        (release / "more.bin").write_bytes(b"x")
    with pytest.raises(StoreError, match=r"fake.json|more.bin"):
        opening_of(tmp_path, unexamined=True).open(release, name="stars")


def test_another_release_in_the_place_of_the_promoted_one_is_refused(tmp_path: Path, release: Path) -> None:
    promoted = verified(tmp_path, release)[1]
    shutil.rmtree(release)
    seal(write_fake(release, fails_on="x"))
    with pytest.raises(LeafoutError, match=f"promoted {promoted[:12]}"):
        opening_of(tmp_path, unexamined=True).open(release, name="stars", digest=promoted)


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LeafoutError):
        load_runner(tmp_path / "empty", None)


def test_requests_are_encoded_together_and_answered_apart(tmp_path: Path) -> None:
    fake = FakeClassifier(release_of(write_fake(tmp_path / "r")))
    reading = _Reading(fake)
    prepared = reading.prepare([Rows(["好", "bad text"]), Rows(["very good"])])
    assert [cost for _, cost in prepared] == [9, 9]
    found = reading.run([ready for ready, _ in prepared])
    assert [[each.answer.label for each in ask] for ask in found] == [["good", "差"], ["good"]]
    assert [[each.num_tokens for each in ask] for ask in found] == [[1, 8], [9]]
    assert fake.batches == [3]


def test_only_a_text_that_was_cut_counts_as_truncated(tmp_path: Path) -> None:
    reading = _Reading(FakeClassifier(release_of(write_fake(tmp_path / "r"))))
    texts = ["好" * (MAX_TOKENS - 1), "好" * MAX_TOKENS, "好" * (MAX_TOKENS + 1)]
    ((rows, _),) = reading.prepare([Rows(texts)])
    assert [cut for _, cut in rows] == [False, False, True]


def test_tokens_of_a_pair_are_counted_together(tmp_path: Path) -> None:
    count = token_counter(write_fake(tmp_path / "r"))
    assert (count("你好", None), count("你好", "abc")) == (2, 5)


def test_a_model_answers_once_before_it_serves() -> None:
    classifier, generator = FakeClassifier(release_of(Path())), FakeGenerator(release_of(Path(), task="generate"))
    for fake in (classifier, generator):
        batcher: Any = batcher_of(fake, Limits(), name="x", observe=lambda *_: None)
        assert batcher.close(seconds=5)
    assert classifier.batches == [1]
    assert generator.wrote == 1


def test_a_prompt_stops_when_nobody_waits_or_time_is_over() -> None:
    def prompts(deadline: float) -> Prompts:
        return Prompts(["a"], 1, 1.0, 0, 1.0, 0, (), None, deadline)

    late, waiting = prompts(time.monotonic() - 1), prompts(time.monotonic() + 60)
    assert late.should_stop()
    assert not waiting.should_stop()
    waiting.cancelled.set()
    assert waiting.should_stop()
