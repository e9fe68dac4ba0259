import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tiny_models
from leafout.compression.writing import write_files
from leafout.core.errors import LeafoutError
from leafout.inference.load import Classifier, load_classifier
from leafout.inference.release import read_release

LENGTHS = (1, 32, 3, 7, 22, 32, 2, 1, 19) * 4


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def release(model: Path, tmp_path: Path) -> Path:
    write_files(read_release(model), tmp_path / "release", chosen="onnx", precision="fp32")
    return tmp_path / "release"


@pytest.fixture
def classifier(release: Path) -> Classifier:
    return load_classifier(release, threads=1)


def test_answers_come_in_the_order_of_the_texts(classifier: Classifier) -> None:
    answers = classifier.classify(tiny_models.TEXTS)
    alone = [classifier.classify([text])[0] for text in tiny_models.TEXTS]
    assert [answer.label for answer in answers] == [answer.label for answer in alone]
    assert np.allclose([answer.confidence for answer in answers], [answer.confidence for answer in alone], atol=1e-5)
    assert len({round(answer.confidence, 4) for answer in answers}) > 3


def test_no_texts_have_no_answers(classifier: Classifier) -> None:
    assert classifier.classify([]) == []
    assert classifier.logits([]).shape == (0, 2)


def test_an_empty_text_has_an_answer(classifier: Classifier) -> None:
    assert classifier.classify([""])[0].label in {"差", "好"}


def test_a_text_longer_than_the_model_is_cut(classifier: Classifier) -> None:
    longest = classifier.encode(["很好" * 1000])[0]
    assert len(longest.ids) == 32
    assert classifier.classify(["很好" * 1000])[0].confidence > 0


def test_pairs_reach_both_segments(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "model", pair=True)
    write_files(read_release(tmp_path / "model"), tmp_path / "release", chosen="onnx", precision="fp32")
    classifier = load_classifier(tmp_path / "release", threads=1)
    rows = classifier.encode(["书 很 好", "the room"], ["房间不好", "was very bad"])
    assert {int(kind) for kind in rows[0].segments} == {0, 1}
    both = classifier.classify(["书 很 好", "书 很 好"], ["房间不好", "the book was very good"])
    assert both[0].probabilities != both[1].probabilities


def test_any_batching_gives_equal_logits(classifier: Classifier) -> None:
    rows = tiny_models.examples(LENGTHS)
    together = classifier.logits(rows)
    random = np.random.default_rng(1)
    for _ in range(10):
        order = random.permutation(len(rows))
        parts = np.array_split(order, int(random.integers(1, 9)))
        apart = np.concatenate([classifier.logits([rows[place] for place in part]) for part in parts])
        assert np.abs(apart - together[order]).max() < 1e-4


def test_an_onnx_release_loads_neither_torch_nor_transformers(release: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from leafout.inference.load import load_classifier\n"
        f"print(load_classifier(Path({str(release)!r}), threads=1).classify(['很好', 'bad room'])[1].label)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'torch', 'transformers', 'pyarrow', 'numba'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    label, loaded = done.stdout.splitlines()
    assert label in {"差", "好"}
    assert loaded == "[]"


def test_a_release_with_other_labels_than_its_model_is_refused(release: Path) -> None:
    path = release / "release.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(values | {"labels": ["差", "好", "中"]}), encoding="utf-8")
    with pytest.raises(LeafoutError, match="3 labels"):
        load_classifier(release)


def test_more_positions_than_the_model_has_are_refused(release: Path) -> None:
    path = release / "release.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(values | {"max_tokens": 33}), encoding="utf-8")
    with pytest.raises(LeafoutError, match="33 tokens"):
        load_classifier(release)


def test_a_tokenizer_with_more_words_than_the_model_is_refused(release: Path) -> None:
    path = release / "tokenizer.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["model"]["vocab"]["surplus"] = len(values["model"]["vocab"])
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(LeafoutError, match="vocabulary"):
        load_classifier(release)


@pytest.mark.parametrize("keep", [0, 100, 5000, -1])
def test_a_truncated_model_is_refused(release: Path, keep: int) -> None:
    path = release / "model.onnx"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(LeafoutError):
        load_classifier(release)


def test_a_generator_is_no_classifier(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    with pytest.raises(LeafoutError, match="`generate`"):
        load_classifier(tmp_path)


def test_the_release_tells_what_it_is(classifier: Classifier, model: Path) -> None:
    source = read_release(model)
    assert replace(classifier.release, path=model, format="huggingface", model="") == source
