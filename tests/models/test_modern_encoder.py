from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

import tiny_models
from leafout.models.load import classifier_from, load_classifier, load_masked
from leafout.models.rotary import frequencies, turns_of
from leafout.models.save import save_model
from leafout.models.stream import Stream
from leafout.tasks.example import collate

LENGTHS = (1, 30, 3, 7, 30)


def theirs(reference: torch.nn.Module, length: int) -> torch.Tensor:
    ids = torch.tensor(tiny_models.examples((length,))[0].ids, dtype=torch.long)[None]
    with torch.no_grad():
        found: torch.Tensor = reference(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]
    return found


@pytest.mark.parametrize("name", tiny_models.MODERN)
def test_guesses_of_a_stream_equal_those_of_transformers_row_by_row(tmp_path: Path, name: str) -> None:
    reference = tiny_models.write_modern(tmp_path, name, masked=True)
    model = load_masked(tmp_path).eval()
    rows = tiny_models.examples(LENGTHS)
    with torch.no_grad():
        found = model.guess(model.encode(Stream.of(collate(rows))))
        wanted = [reference(input_ids=torch.tensor(row.ids, dtype=torch.long)[None]).logits[0] for row in rows]
    assert (found - torch.cat(wanted)).abs().max() < 1e-5


@pytest.mark.parametrize("name", tiny_models.MODERN)
def test_logits_of_a_classifier_equal_those_of_transformers(tmp_path: Path, name: str) -> None:
    reference = tiny_models.write_modern(tmp_path, name)
    model = load_classifier(tmp_path).eval()
    rows = tiny_models.examples(LENGTHS)
    with torch.no_grad():
        found = model(Stream.of(collate(rows)))
        for row, logits in zip(rows, found, strict=True):
            ids = torch.tensor(row.ids, dtype=torch.long)[None]
            wanted = reference(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]
            assert (logits - wanted).abs().max() < 1e-5


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("name", tiny_models.MODERN)
def test_a_saved_model_is_the_same_for_transformers(tmp_path: Path, name: str, masked: bool) -> None:
    reference = tiny_models.write_modern(tmp_path / "theirs", name, masked=masked)
    load, kind = (
        (load_masked, AutoModelForMaskedLM) if masked else (load_classifier, AutoModelForSequenceClassification)
    )
    save_model(load(tmp_path / "theirs"), tmp_path / "ours", labels=() if masked else ("差", "好"))
    again = kind.from_pretrained(tmp_path / "ours").eval()
    assert type(again) is type(reference)
    assert (theirs(again, 40) - theirs(reference, 40)).abs().max() < 1e-5
    written, given = (load_file(tmp_path / side / "model.safetensors") for side in ("ours", "theirs"))
    assert written.keys() == given.keys()


def test_a_classifier_starts_from_a_masked_model_with_its_head(tmp_path: Path) -> None:
    reference = tiny_models.write_modern(tmp_path, "plain", masked=True)
    model = classifier_from(tmp_path, 3, seed=1)
    assert torch.equal(model.pooler.weight, reference.head.dense.weight)
    assert model.pooler_norm is not None
    assert torch.equal(model.pooler_norm.weight, reference.head.norm.weight)
    assert torch.equal(model.head.weight, classifier_from(tmp_path, 3, seed=1).head.weight)
    assert model.head.weight.shape == (3, 16)


def test_tokens_out_of_reach_are_not_seen_in_near_layers(tmp_path: Path) -> None:
    tiny_models.write_modern(tmp_path, "plain", masked=True)
    model = load_masked(tmp_path).eval()
    layer, dims = model.encoder.layers[1], model.dims
    assert dims.near is not None
    assert (dims.near.layers, dims.near.reach) == ((False, True, True), 3)
    stream = Stream.of(collate(tiny_models.examples((12,))))
    hidden = torch.randn(12, 16)
    changed = hidden.clone()
    changed[4] += 1
    turns = turns_of(stream.positions_T, frequencies(dims.near.rope, dims.head, torch.device("cpu")))
    with torch.no_grad():
        moved = (layer(hidden, stream, turns) != layer(changed, stream, turns)).any(1)
    assert moved.tolist() == [1 <= place <= 7 for place in range(12)]
