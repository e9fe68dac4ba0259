import json
from pathlib import Path

import pytest
import torch

import tiny_models
import tiny_rows
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.models.heads import Classifier
from leafout.tasks.classify import Classify
from leafout.training.batches import Batches
from leafout.training.checkpoint import num_parameters
from leafout.training.finetuning import class_weights, classifier, fitted, lesson, rate_of, save, sizes
from leafout.training.foreign import ForeignClassifier
from leafout.training.methods.config import MethodTraining
from training.test_foreign import write_roberta


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model")
    return tmp_path / "model"


def test_a_lesson_has_the_labels_of_train_and_fits_the_model(tmp_path: Path, model: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows", pair=True)
    found = lesson(model, rows, max_tokens=0, run=QuietRun())
    assert found.task == Classify(labels=("好", "差"), max_tokens=32, pair=True)
    assert (len(found.train.labels_N), len(found.val.labels_N)) == (120, 60)
    assert found.train.segments.max() == 1
    assert lesson(model, rows, max_tokens=12, run=QuietRun()).task.max_tokens == 12
    assert class_weights(found).tolist() == [1.0, 1.0]


def test_pretrained_takes_the_encoder_and_random_takes_nothing(model: Path) -> None:
    task = Classify(labels=("a", "b", "c"), max_tokens=32)
    kept, fresh, again = (
        classifier(model, task, pretrained=pretrained, dropout=0.1, seed=5) for pretrained in (True, False, False)
    )
    assert isinstance(kept.model, Classifier)
    assert isinstance(fresh.model, Classifier)
    assert (kept.layers, kept.width, kept.model.num_labels, kept.model.dims.dropout) == (2, 16, 3, 0.1)
    assert not torch.equal(kept.model.encoder.words.weight, fresh.model.encoder.words.weight)
    assert all(torch.equal(a, b) for a, b in zip(fresh.model.parameters(), again.model.parameters(), strict=True))
    assert float(fresh.model.encoder.words.weight.detach().std()) == pytest.approx(fresh.model.dims.deviation, rel=0.2)


def test_what_is_saved_names_its_labels(tmp_path: Path, model: Path) -> None:
    made = classifier(model, Classify(("差", "好"), 32), pretrained=True, dropout=0, seed=1)
    save(made.model, tmp_path / "out", labels=("差", "好"))
    config = json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))
    assert config["id2label"] == {"0": "差", "1": "好"}


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError):
        classifier(tmp_path, Classify(("差", "好"), 32), pretrained=True, dropout=0, seed=1)


def test_wider_models_and_pretrained_ones_have_smaller_rates() -> None:
    assert rate_of(768, pretrained=True, method="lora") == 6 * rate_of(768, pretrained=True)
    assert rate_of(128, pretrained=True, method="prefix") == 0.01
    assert rate_of(768, pretrained=True) < rate_of(256, pretrained=True) < rate_of(256, pretrained=False)


def test_a_fitted_classifier_trains_its_share(tmp_path: Path, model: Path) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    made = classifier(model, Classify(("差", "好"), 32), pretrained=True, dropout=0, seed=1)
    assert sizes(made.model)["trainable_share"] == 1
    batches = Batches(lesson(model, rows, max_tokens=0, run=QuietRun()).train, batch_tokens=256, part_tokens=0, seed=1)
    small, method = fitted(made, MethodTraining(method="lora"), batches, seed=1)
    assert method.merges
    assert (small.layers, small.width) == (made.layers, made.width)
    assert sizes(small.model) == {"trainable": 1330, "trainable_share": 1330 / num_parameters(small.model)}


@pytest.mark.parametrize("foreign", [False, True])
def test_weights_that_need_an_adapter_are_no_start(tmp_path: Path, model: Path, foreign: bool) -> None:
    folder = write_roberta(tmp_path / "roberta") if foreign else model
    (folder / "adapter").mkdir()
    (folder / "adapter" / "adapter_config.json").write_text('{"peft_type": "PREFIX_TUNING"}', encoding="utf-8")
    with pytest.raises(LeafoutError, match="a prefix beside its weights: it cannot be the start"):
        classifier(folder, Classify(("差", "好"), 32), pretrained=True, dropout=0, seed=1)


def test_a_bert_that_asks_for_more_than_ours_has_is_for_transformers(model: Path) -> None:
    path = model / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(config | {"hidden_act": "gelu_fast"}), encoding="utf-8")
    task = Classify(labels=("x", "y"), max_tokens=16, pair=False)
    made = classifier(model, task, pretrained=True, dropout=0.0, seed=1)
    assert isinstance(made.model, ForeignClassifier)
    assert (made.layers, made.width) == (2, 16)
