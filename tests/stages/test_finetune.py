from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertForSequenceClassification, ModernBertForSequenceClassification

import peft_models
import tiny_models
import tiny_rows
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import read_table
from leafout.inference.load import load_classifier
from leafout.stages.finetune import FinetuneConfig, finetune
from training.test_foreign import write_roberta

LORA: dict[str, object] = {"method": "lora", "lora": {"rank": 4}}


METHODS: list[dict[str, object]] = [
    {"method": "adapter", "adapter": {"kind": "houlsby", "reduction": 4}},
    {"method": "prefix", "prefix": {"tokens": 4}},
    {"method": "adalora", "adalora": {"first_rank": 3, "last_rank": 1, "warmup": 0, "every": 1}},
]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model", labels=("x", "y", "z"))
    return tmp_path / "model"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return tiny_rows.write_rows(tmp_path / "rows")


def config(**values: object) -> FinetuneConfig:
    given = {"budget": {"steps": 6}, "batch_tokens": 256, "evaluations": 2, "precision": "fp32"}
    return FinetuneConfig.read(given | {"checkpoint_seconds": 0} | values)


class Stopping(QuietRun):
    def should_stop(self) -> bool:
        return True


class StoppingInTheMiddle(QuietRun):
    asked = 0

    def should_stop(self) -> bool:
        self.asked += 1
        return self.asked == 15


def digests(folder: Path) -> dict[str, str]:
    return {path.as_posix(): sha256_file(folder / path) for path in payload_files(folder)}


def test_a_model_learns_chinese_and_english_labels(tmp_path: Path, model: Path, rows: Path) -> None:
    out = tmp_path / "out"
    settings = config(budget={"steps": 60}, peak_rate=0.01, checkpoint_seconds=60, class_weights="balanced")
    found = finetune(model, rows, out=out, config=settings, run=QuietRun(seed=3))
    assert found["val_macro_f1"] > 0.9
    assert found["labels"] == 2
    answers = load_classifier(out, threads=1).classify(["这本书 很好", "the room very bad and not good", "服务 不小"])
    assert [answer.label for answer in answers] == ["好", "差", "好"]
    theirs = BertForSequenceClassification.from_pretrained(out)
    assert theirs.config.id2label == {0: "好", 1: "差"}
    assert found["parameters"] == sum(values.numel() for values in theirs.parameters())


@pytest.mark.parametrize(
    "values", [{}, {"init": "random", "layer_decay": 0.8, "label_smoothing": 0.1}, LORA | {"average": 0.5}]
)
def test_a_stopped_call_goes_on_to_the_same_payload(
    tmp_path: Path, model: Path, rows: Path, values: dict[str, object]
) -> None:
    settings = config(**values)
    found = finetune(model, rows, out=tmp_path / "calm", config=settings, run=QuietRun(seed=3))
    with pytest.raises(Stopped):
        finetune(model, rows, out=tmp_path / "out", config=settings, run=Stopping(seed=3))
    assert finetune(model, rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3)) == found
    assert digests(tmp_path / "out") == digests(tmp_path / "calm")
    assert {"config.json", "model.safetensors", "task.json", "tokenizer.json"} <= digests(tmp_path / "out").keys()
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert folders == ({"notes", "adapter"} if "method" in values else {"notes"})


def test_a_modernbert_is_trained_by_our_own(tmp_path: Path, rows: Path) -> None:
    tiny_models.write_modern(tmp_path / "modern", "plain", masked=True)
    settings = config(budget={"steps": 60}, peak_rate=0.01, checkpoint_seconds=60)
    found = finetune(tmp_path / "modern", rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3))
    assert found["val_accuracy"] > 0.9
    texts = ["这本书 很好", "the room very bad"]
    answers = load_classifier(tmp_path / "out", threads=1).classify(texts)
    assert [answer.label for answer in answers] == ["好", "差"]
    theirs = ModernBertForSequenceClassification.from_pretrained(tmp_path / "out").eval()
    with torch.no_grad():
        for text, answer in zip(texts, answers, strict=True):
            ids = torch.tensor([tiny_models.tokenizer().encode(text).ids])
            chances = theirs(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0].softmax(0)
            assert float(chances.max()) == pytest.approx(answer.confidence, abs=1e-4)


def test_another_architecture_is_trained_through_transformers(tmp_path: Path, rows: Path) -> None:
    folder = write_roberta(tmp_path / "roberta")
    settings = config(budget={"steps": 50}, peak_rate=0.01, checkpoint_seconds=60)
    found = finetune(folder, rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3))
    assert found["val_accuracy"] > 0.9
    answers = load_classifier(tmp_path / "out", threads=1).classify(["这本书 很好", "the room very bad"])
    assert [answer.label for answer in answers] == ["好", "差"]


def test_lora_learns_and_is_served_evaluated_and_read_by_peft(tmp_path: Path, model: Path, rows: Path) -> None:
    out, full = tmp_path / "out", tmp_path / "full"
    settings = config(budget={"steps": 80}, checkpoint_seconds=60, peak_rate=0.02, **LORA)
    found = finetune(model, rows, out=out, config=settings, run=QuietRun(seed=3))
    assert found["val_macro_f1"] > 0.9
    assert found["merge_difference"] < 1e-4
    assert found["trainable"] == 2 * 2 * 4 * (16 + 16) + 16 * 17 + 2 * 17
    assert found["trainable_share"] == pytest.approx(found["trainable"] / (found["parameters"] + 512))
    plain = finetune(model, rows, out=full, config=config(budget={"steps": 1}), run=QuietRun(seed=3))
    assert plain["parameters"] == found["parameters"]
    assert plain["trainable_share"] == 1
    classifier = load_classifier(out, threads=1)
    texts = ["这本书 很好", "the room very bad and not good", "服务 不小"]
    assert [answer.label for answer in classifier.classify(texts)] == ["好", "差", "好"]
    encoded = classifier.encode(texts)
    theirs = peft_models.peft_logits(model, out / "adapter", encoded)
    assert peft_models.farthest(classifier.logits(encoded), theirs) < 1e-5


def test_checkpoints_hold_what_is_trained_alone(tmp_path: Path, model: Path, rows: Path) -> None:
    with pytest.raises(Stopped):
        finetune(model, rows, out=tmp_path, config=config(**LORA), run=Stopping(seed=3))
    (weights,) = tmp_path.glob("checkpoints/*/model.safetensors")
    assert not {"encoder.words.weight", "encoder.layers.0.qkv.product.weight"} & load_file(weights).keys()
    assert {"encoder.layers.0.qkv.down", "head.bias"} <= load_file(weights).keys()


def right(folder: Path, rows: Path) -> float:
    """The share of `val` that a loaded model answers rightly."""
    texts, labels = (read_table(rows / "val")[name].to_pylist() for name in ("text", "label"))
    answers = load_classifier(folder, threads=1).classify(texts)
    hits = [answer.label == label for answer, label in zip(answers, labels, strict=True)]
    return float(sum(hits)) / len(hits)


@pytest.mark.parametrize("layout", ["bert", "modernbert", "roberta"])
@pytest.mark.parametrize("values", METHODS)
def test_each_method_answers_after_it_was_saved_and_goes_on_exactly(
    tmp_path: Path, rows: Path, layout: str, values: dict[str, object]
) -> None:
    folder = tmp_path / layout
    if layout == "bert":
        tiny_models.write_bert(folder, labels=("x", "y", "z"))
    elif layout == "modernbert":
        tiny_models.write_modern(folder, "plain", masked=True)
    else:
        write_roberta(folder)
    settings = config(budget={"steps": 40}, evaluations=4, **values)
    found = finetune(folder, rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3))
    assert right(tmp_path / "out", rows) == pytest.approx(found["val_accuracy"])
    assert found["trainable_share"] < 0.4
    assert ("merge_difference" in found) == (values["method"] == "adalora")
    with pytest.raises(Stopped):
        finetune(folder, rows, out=tmp_path / "again", config=settings, run=StoppingInTheMiddle(seed=3))
    assert finetune(folder, rows, out=tmp_path / "again", config=settings, run=QuietRun(seed=3)) == found
    assert digests(tmp_path / "again") == digests(tmp_path / "out")


def test_small_modules_beside_random_weights_are_refused() -> None:
    with pytest.raises(LeafoutError, match="`init: random` has none"):
        config(init="random", method="lora")


def test_lora_on_another_architecture_is_merged_and_goes_on_exactly(tmp_path: Path, rows: Path) -> None:
    folder = write_roberta(tmp_path / "roberta")
    lora = {"method": "lora", "lora": {"targets": ["query", "key", "value", "dense"]}}
    settings = config(budget={"steps": 100}, peak_rate=0.01, **lora)
    found = finetune(folder, rows, out=tmp_path / "out", config=settings, run=QuietRun(seed=3))
    assert found["val_accuracy"] > 0.9
    assert found["trainable_share"] < 0.5
    classifier = load_classifier(tmp_path / "out", threads=1)
    encoded = classifier.encode(["这本书 很好", "the room very bad"])
    theirs = peft_models.peft_logits(folder, tmp_path / "out" / "adapter", encoded)
    assert peft_models.farthest(classifier.logits(encoded), theirs) < 1e-5
    assert [answer.label for answer in classifier.classify(["这本书 很好", "the room very bad"])] == ["好", "差"]
    with pytest.raises(Stopped):
        finetune(folder, rows, out=tmp_path / "again", config=settings, run=Stopping(seed=3))
    assert finetune(folder, rows, out=tmp_path / "again", config=settings, run=QuietRun(seed=3)) == found
    assert digests(tmp_path / "again") == digests(tmp_path / "out")


def test_a_prefix_that_leaves_no_room_is_refused(tmp_path: Path, model: Path, rows: Path) -> None:
    with pytest.raises(LeafoutError, match="a prefix of 25 tokens leaves 7 of 32 positions"):
        finetune(model, rows, out=tmp_path / "out", config=config(method="prefix", prefix={"tokens": 25}))


def test_rows_without_labels_are_refused(tmp_path: Path, model: Path) -> None:
    with pytest.raises(LeafoutError, match="there is no `train`"):
        finetune(model, tmp_path, out=tmp_path / "out", config=config())
