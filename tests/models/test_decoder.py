from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

import tiny_models
from leafout.models.load import load_causal
from leafout.models.names import causal_entries
from leafout.models.save import save_model
from leafout.models.stream import Stream
from leafout.tasks.example import Example, collate

LENGTHS = (1, 30, 3, 7, 30)


def test_logits_of_a_stream_equal_those_of_transformers_row_by_row(tmp_path: Path) -> None:
    reference = tiny_models.write_gpt(tmp_path, layers=3)
    model = load_causal(tmp_path).eval()
    rows = tiny_models.examples(LENGTHS)
    with torch.no_grad():
        found = model.logits(model.hidden(Stream.of(collate(rows))))
        wanted = [reference(torch.tensor(row.ids, dtype=torch.long)[None]).logits[0] for row in rows]
    assert (found - torch.cat(wanted)).abs().max() < 1e-5


def test_decoding_with_a_cache_equals_reading_it_all_again(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path, layers=3)
    model = load_causal(tmp_path).eval()
    rows = tiny_models.examples((2, 9, 5))
    more = torch.tensor([[7, 8, 9], [10, 11, 12]])
    with torch.no_grad():
        _, cache = model.prefill(Stream.of(collate(rows)), places=12)
        found = [model.step(ids, cache) for ids in more]
        for step in (1, 2):
            longer = [
                Example(
                    torch.cat([torch.tensor(row.ids), more[:step, place]]).int().numpy(),
                    tiny_models.examples((len(row.ids) + step,))[0].segments,
                )
                for place, row in enumerate(rows)
            ]
            wanted, _ = model.prefill(Stream.of(collate(longer)), places=12)
            assert (found[step - 1] - wanted).abs().max() < 1e-5


def test_a_later_token_changes_no_earlier_logit(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    model = load_causal(tmp_path).eval()
    first, second = tiny_models.examples((8, 6))
    changed = Example(first.ids.copy(), first.segments)
    changed.ids[5] = (changed.ids[5] + 1) % 39
    with torch.no_grad():
        before = model.hidden(Stream.of(collate([first, second])))
        after = model.hidden(Stream.of(collate([changed, second])))
    same = (before - after).abs().amax(1) == 0
    assert same.tolist() == [True] * 5 + [False] * 3 + [True] * 6


@pytest.mark.parametrize("name", tiny_models.ROTARY)
def test_rotary_logits_equal_those_of_transformers_row_by_row(tmp_path: Path, name: str) -> None:
    reference = tiny_models.write_rotary(tmp_path, name)
    model = load_causal(tmp_path).eval()
    rows = tiny_models.examples(LENGTHS)
    with torch.no_grad():
        found = model.logits(model.hidden(Stream.of(collate(rows))))
        wanted = [reference(torch.tensor(row.ids, dtype=torch.long)[None]).logits[0] for row in rows]
    assert (found - torch.cat(wanted)).abs().max() < 1e-5


@pytest.mark.parametrize("name", tiny_models.ROTARY)
def test_a_saved_rotary_model_is_the_same_for_transformers(tmp_path: Path, name: str) -> None:
    reference = tiny_models.write_rotary(tmp_path / "theirs", name)
    save_model(load_causal(tmp_path / "theirs"), tmp_path / "ours")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "ours").eval()
    assert type(again) is type(reference)
    ids = torch.tensor(tiny_models.examples((40,))[0].ids, dtype=torch.long)[None]
    with torch.no_grad():
        assert torch.equal(again(ids).logits, reference(ids).logits)
    written, given = (load_file(tmp_path / side / "model.safetensors") for side in ("ours", "theirs"))
    assert written.keys() == given.keys()


def test_gradients_of_a_rotary_model_equal_those_of_transformers(tmp_path: Path) -> None:
    reference = tiny_models.write_rotary(tmp_path, "qwen3")
    model = load_causal(tmp_path)
    row = Example(np.arange(5, 17, dtype=np.int32), np.zeros(12, np.int8))  # transformers' padding has no gradient
    targets = torch.arange(12)
    hidden = model.hidden(Stream.of(collate([row])))
    parameters = dict(model.named_parameters())
    loss = torch.nn.functional.cross_entropy(model.logits(hidden), targets)
    ours = dict(zip(parameters, torch.autograd.grad(loss, list(parameters.values())), strict=True))
    logits = reference(torch.tensor(row.ids, dtype=torch.long)[None]).logits[0]
    given = dict(reference.named_parameters())
    loss = torch.nn.functional.cross_entropy(logits, targets)
    theirs = dict(zip(given, torch.autograd.grad(loss, list(given.values())), strict=True))
    for entry in causal_entries(model.dims):
        for name, gradient in entry.parted(ours[entry.ours]).items():
            assert (gradient - theirs[name]).abs().max() < 1e-5, name
