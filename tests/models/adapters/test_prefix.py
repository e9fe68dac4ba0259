from pathlib import Path

import pytest
import torch

import tiny_models
from leafout.models.adapters.prefix import drop_prefix, fill_prefix, fit_prefix, prefix_of
from peft_models import farthest, lean, logits

ROWS = tiny_models.examples((3, 9, 9, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path, layers=3)
    return tmp_path


def test_all_layers_have_a_prefix_and_lose_it_again(folder: Path) -> None:
    model = lean(folder).eval()
    before = logits(model, ROWS)
    fit_prefix(model, 4, seed=1)
    assert prefix_of(model).shape == (4, 3 * 2 * 16)
    assert len([name for name, _ in model.named_parameters() if name.endswith("prefix")]) == 3
    assert farthest(logits(model, ROWS), before) > 1e-4
    drop_prefix(model)
    assert farthest(logits(model, ROWS), before) == 0


def test_what_was_taken_out_goes_in_again_and_the_seed_decides_the_first(folder: Path) -> None:
    models = [lean(folder).eval() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        fit_prefix(model, 4, seed=seed)
    first, again, other = models
    assert torch.equal(prefix_of(first), prefix_of(again))
    assert farthest(logits(first, ROWS), logits(other, ROWS)) > 0
    fill_prefix(other, prefix_of(first))
    assert farthest(logits(first, ROWS), logits(other, ROWS)) == 0


def test_rows_do_not_see_each_other_through_it(folder: Path) -> None:
    model = lean(folder).eval()
    fit_prefix(model, 4, seed=1)
    alone = torch.cat([torch.from_numpy(logits(model, [row])) for row in ROWS]).numpy()
    assert farthest(logits(model, ROWS), alone) < 1e-6
