import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

import tiny_models
from leafout.compression.layers import drop_layers
from leafout.compression.writing import choose_format, count_parameters, digest_of, write_files
from leafout.core.errors import LeafoutError
from leafout.inference.load import load_classifier
from leafout.inference.release import Release, read_release


@pytest.fixture
def source(tmp_path: Path) -> Release:
    tiny_models.write_bert(tmp_path / "model", labels=("差", "好"))
    return read_release(tmp_path / "model")


def test_auto_takes_the_fast_format_where_there_is_one(source: Release) -> None:
    assert choose_format(source, "auto", "auto") == ("onnx", "int8")
    assert choose_format(source, "huggingface", "auto") == ("huggingface", "fp32")
    assert choose_format(source, "auto", "fp32") == ("onnx", "fp32")
    other = replace(source, architecture="RobertaForSequenceClassification")
    assert choose_format(other, "auto", "auto") == ("huggingface", "fp32")


@pytest.mark.parametrize(
    ("form", "precision", "said"),
    [("onnx", "bf16", "`onnx` has no `bf16`"), ("huggingface", "int8", "`huggingface` has no `int8`")],
)
def test_what_a_format_has_not_is_refused_with_what_it_has(
    source: Release, form: str, precision: str, said: str
) -> None:
    with pytest.raises(LeafoutError, match=said) as error:
        choose_format(source, form, precision)
    assert "`precision: fp32`" in error.value.hint


def test_an_architecture_without_a_packed_graph_is_refused(source: Release) -> None:
    with pytest.raises(LeafoutError, match="`GPT2LMHeadModel` has no onnx export"):
        choose_format(replace(source, architecture="GPT2LMHeadModel"), "onnx", "auto")


def test_transformers_loads_what_was_written_with_the_labels_of_the_task(source: Release, tmp_path: Path) -> None:
    made = write_files(source, tmp_path / "out", chosen="huggingface", precision="fp32")
    model = AutoModelForSequenceClassification.from_pretrained(made.path)
    assert model.config.id2label == {0: "差", 1: "好"}
    assert read_release(made.path) == made
    assert made.model == digest_of(source.path)


def test_bf16_weights_are_rounded_once(source: Release, tmp_path: Path) -> None:
    made = write_files(source, tmp_path / "out", chosen="huggingface", precision="bf16")
    before, after = (load_file(side.path / "model.safetensors") for side in (source, made))
    assert all(torch.equal(after[name], before[name].to(torch.bfloat16)) for name in before)
    assert json.loads((made.path / "config.json").read_text(encoding="utf-8"))["dtype"] == "bfloat16"


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_an_onnx_release_needs_no_more_than_its_folder(source: Release, tmp_path: Path, precision: str) -> None:
    form, chosen = choose_format(source, "onnx", precision)
    made = write_files(source, tmp_path / "out", chosen=form, precision=chosen)
    names = {path.name for path in made.path.iterdir()}
    assert {"model.onnx", "tokenizer.json", "release.json"} <= names
    assert "model.safetensors" not in names
    assert load_classifier(made.path, threads=1).classify(["这本书很好"])[0].label in {"差", "好"}


def test_outputs_and_labels_must_be_equally_many(source: Release, tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="2 outputs and 3 labels"):
        write_files(replace(source, labels=("a", "b", "c")), tmp_path / "out", chosen="onnx", precision="fp32")


def test_weights_that_cannot_be_read_are_refused(source: Release, tmp_path: Path) -> None:
    (source.path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(LeafoutError, match=r"`model\.safetensors` cannot be read"):
        write_files(source, tmp_path / "out", chosen="huggingface", precision="fp32")


def test_parameters_are_counted_from_the_header(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(3, 4), "b": torch.zeros(5), "c": torch.tensor(1.0)}, tmp_path / "model.safetensors")
    assert count_parameters(tmp_path) == 3 * 4 + 5 + 1


def test_a_folder_that_is_no_artifact_has_the_digest_of_its_files(source: Release) -> None:
    before = digest_of(source.path)
    assert before == digest_of(source.path)
    (source.path / "more.txt").write_text("x", encoding="utf-8")
    assert digest_of(source.path) != before


def test_an_adapter_beside_the_weights_goes_along_or_is_refused(source: Release, tmp_path: Path) -> None:
    (source.path / "adapter").mkdir()
    (source.path / "adapter" / "adapter_config.json").write_text('{"peft_type": "BOTTLENECK"}', encoding="utf-8")
    (source.path / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    assert choose_format(source, "auto", "auto") == ("huggingface", "fp32")
    with pytest.raises(LeafoutError, match="bottlenecks beside its weights: there is no onnx export"):
        choose_format(source, "onnx", "auto")
    made = write_files(source, tmp_path / "out", chosen="huggingface", precision="fp32")
    assert (made.path / "adapter" / "adapter_model.safetensors").read_bytes() == b"weights"
    with pytest.raises(LeafoutError, match="its layers cannot be dropped"):
        drop_layers(source.path, [0], tmp_path / "cut")
