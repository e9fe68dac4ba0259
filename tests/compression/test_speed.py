import json
from pathlib import Path

import tiny_models
from leafout.compression.speed import best_of, causal_speeds, megabytes, speeds
from leafout.inference.load import load_classifier, load_generator


def test_the_better_of_two_turns_counts_and_the_turns_alternate() -> None:
    asked: list[str] = []
    times = {"model": [3.0, 2.0], "release": [1.0, 5.0]}

    def work(name: str) -> float:
        asked.append(name)
        return times[name][asked.count(name) - 1]

    assert best_of(["model", "release"], work) == {"model": 2.0, "release": 1.0}
    assert asked == ["model", "release", "model", "release"]


def test_weights_alone_are_weighed(tmp_path: Path) -> None:
    assert megabytes(tmp_path) == 0
    (tmp_path / "model.onnx").write_bytes(b"x" * 1_500_000)
    (tmp_path / "tokenizer.json").write_bytes(b"x" * 900_000)
    assert megabytes(tmp_path) == 1.5


def test_both_sides_of_a_classifier_are_timed(tmp_path: Path) -> None:
    for name, width in (("model", 16), ("release", 8)):
        tiny_models.write_bert(tmp_path / name, width=width)
    before, after = (load_classifier(tmp_path / name, threads=1) for name in ("model", "release"))
    found = speeds(before, after, list(tiny_models.TEXTS), None)
    assert found["num_texts"] == len(tiny_models.TEXTS)
    assert found["mean_tokens"] > 4
    for name in ("model", "release"):
        assert found[name]["texts_per_second"] > 0
        assert found[name]["milliseconds_alone"] > 0
    assert found["model"]["megabytes"] > found["release"]["megabytes"] > 0
    assert json.dumps(found)


def test_both_sides_of_a_generator_are_timed(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path / "gpt")
    side = load_generator(tmp_path / "gpt", threads=1)
    found = causal_speeds(side, side, ["这本书", "the room was"])
    assert {"megabytes", "tokens_per_second_1", "tokens_per_second_8"} == set(found["model"]) == set(found["release"])
    assert found["release"]["tokens_per_second_8"] > 0
