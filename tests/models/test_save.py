import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    BertForPreTraining,
    BertForSequenceClassification,
    BertModel,
    GPT2LMHeadModel,
)

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.config import ModelConfig
from leafout.models.load import load_causal, load_classifier, load_masked, load_token_classifier
from leafout.models.new import new_causal, new_classifier, new_masked, random_token_classifier
from leafout.models.save import save_model
from leafout.models.stream import Stream
from leafout.tasks.example import collate
from leafout.tokenization.special import SpecialTokens

SPECIALS = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=4, all_ids=frozenset(range(5)))
BERT = ModelConfig(layers=2, width=32, heads=4, max_tokens=32)
GPT = ModelConfig(kind="gpt", layers=2, width=32, heads=4, max_tokens=32)
LENGTHS = (1, 30, 3, 7, 22)


def stirred(model: Any) -> Any:
    """The model with biases and norms that are not at their start."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.1)
    return model.eval()


def padded() -> tuple[Stream, dict[str, torch.Tensor], torch.Tensor]:
    """Rows as a stream, as right-padded inputs, and where their tokens are."""
    rows = tiny_models.examples(LENGTHS)
    ids, segments, mask = (torch.zeros(len(rows), max(LENGTHS), dtype=torch.long) for _ in range(3))
    for place, row in enumerate(rows):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        segments[place, : len(row.ids)] = torch.tensor(row.segments)
        mask[place, : len(row.ids)] = 1
    inputs = {"input_ids": ids, "token_type_ids": segments, "attention_mask": mask}
    return Stream.of(collate(rows)), inputs, mask.bool()


def loaded(kind: type[Any], folder: Path) -> Any:
    model, loading = kind.from_pretrained(folder, output_loading_info=True)
    assert not loading["missing_keys"]
    return model.eval()


def test_a_pretraining_model_loads_in_transformers_with_equal_outputs(tmp_path: Path) -> None:
    model = stirred(new_masked(BERT, 39, SPECIALS, 0))
    save_model(model, tmp_path)
    stream, inputs, is_token = padded()
    with torch.no_grad():
        hidden = model.encode(stream)
        theirs = loaded(BertForPreTraining, tmp_path)(**inputs)
        bare = loaded(BertModel, tmp_path)(**inputs)
        assert (model.guess(hidden) - theirs.prediction_logits[is_token]).abs().max() < 1e-5
        assert (model.next(hidden[stream.starts_B]) - theirs.seq_relationship_logits).abs().max() < 1e-5
        assert (hidden - bare.last_hidden_state[is_token]).abs().max() < 1e-5


def test_a_classifier_loads_in_transformers_with_equal_outputs_and_labels(tmp_path: Path) -> None:
    model = stirred(new_classifier(BERT, 39, 3, 0))
    save_model(model, tmp_path, labels=["差", "good", "中"])
    stream, inputs, _ = padded()
    with torch.no_grad():
        theirs = loaded(BertForSequenceClassification, tmp_path)
        assert (model(stream) - theirs(**inputs).logits).abs().max() < 1e-5
    assert theirs.config.id2label == {0: "差", 1: "good", 2: "中"}


@pytest.mark.parametrize("kind", ["bert", "modernbert"])
def test_a_classifier_of_tokens_loads_in_transformers_and_back_with_equal_outputs(tmp_path: Path, kind: str) -> None:
    shape = ModelConfig.read({"kind": kind, "layers": 3, "width": 32, "heads": 4, "max_tokens": 32})
    model = stirred(random_token_classifier(shape.resolved(39), 3, 0))
    save_model(model, tmp_path, labels=["O", "B-人", "I-人"])
    stream, inputs, is_token = padded()
    if kind == "modernbert":
        inputs.pop("token_type_ids")
    theirs = loaded(AutoModelForTokenClassification, tmp_path)
    with torch.no_grad():
        logits = model(stream)
        assert (logits - theirs(**inputs).logits[is_token]).abs().max() < 1e-5
        theirs.save_pretrained(tmp_path / "theirs")
        again = load_token_classifier(tmp_path / "theirs").eval()
        assert (again(stream) - logits).abs().max() < 1e-5
    assert theirs.config.id2label == {0: "O", 1: "B-人", 2: "I-人"}


def test_a_causal_model_loads_in_transformers_with_equal_outputs(tmp_path: Path) -> None:
    model = stirred(new_causal(GPT, 39, SPECIALS, 0))
    save_model(model, tmp_path)
    stream, inputs, is_token = padded()
    inputs.pop("token_type_ids")
    with torch.no_grad():
        theirs = loaded(GPT2LMHeadModel, tmp_path)(**inputs).logits[is_token]
        assert (model.logits(model.hidden(stream)) - theirs).abs().max() < 1e-5
    assert AutoConfig.from_pretrained(tmp_path).eos_token_id == 3


def test_equal_models_give_equal_bytes_and_come_back_whole(tmp_path: Path) -> None:
    made: list[tuple[Any, Any]] = [
        (stirred(new_masked(BERT, 39, SPECIALS, 0)), load_masked),
        (stirred(new_classifier(BERT, 39, 4, 0)), load_classifier),
        (stirred(new_causal(GPT, 39, SPECIALS, 0)), load_causal),
    ]
    for number, (model, load) in enumerate(made):
        first, second = tmp_path / f"{number}a", tmp_path / f"{number}b"
        save_model(model, first)
        again = load(first)
        assert again.dims == model.dims
        save_model(again, second)
        for name in ("config.json", "model.safetensors"):
            assert (first / name).read_bytes() == (second / name).read_bytes()


def test_tied_weights_are_written_once(tmp_path: Path) -> None:
    save_model(new_causal(GPT, 39, SPECIALS, 0), tmp_path)
    values = 39 * 32 + 32 * 32 + 2 * (12 * 32 * 32 + 13 * 32) + 2 * 32
    assert abs((tmp_path / "model.safetensors").stat().st_size - 4 * values) < 4000
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))["tie_word_embeddings"] is True


def test_labels_must_be_as_many_as_the_outputs(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="2 labels for 3 outputs"):
        save_model(new_classifier(BERT, 39, 3, 0), tmp_path, labels=["a", "b"])


def test_a_strangers_module_is_our_bug(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Linear"):
        save_model(torch.nn.Linear(2, 2), tmp_path)
