import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

import tiny_models
from leafout.compression.layers import drop_layers, kept_layers, num_layers_of
from leafout.core.errors import LeafoutError


@pytest.mark.parametrize(
    ("num_layers", "wanted", "kept"),
    [(12, 6, (0, 2, 4, 7, 9, 11)), (4, 3, (0, 2, 3)), (4, 4, (0, 1, 2, 3)), (4, 1, (0,)), (2, 2, (0, 1))],
)
def test_spread_takes_the_first_the_last_and_what_lies_evenly_between(
    num_layers: int, wanted: int, kept: tuple[int, ...]
) -> None:
    assert kept_layers(num_layers, wanted, "spread") == kept


def test_first_drops_the_top() -> None:
    assert kept_layers(6, 4, "first") == (0, 1, 2, 3)


@pytest.mark.parametrize("keep", [(0, 0), (1, 0), (0, 4), (0,), (-1, 0)])
def test_numbers_that_are_no_choice_of_layers_are_refused(keep: tuple[int, ...]) -> None:
    with pytest.raises(LeafoutError):
        kept_layers(4, 2, keep)


@pytest.mark.parametrize("wanted", [0, 5])
def test_more_layers_than_there_are_cannot_stay(wanted: int) -> None:
    with pytest.raises(LeafoutError, match="has 4"):
        kept_layers(4, wanted, "spread")


def test_transformers_loads_what_is_left_of_a_bert(tmp_path: Path) -> None:
    model = tiny_models.write_bert(tmp_path / "full", layers=4)
    drop_layers(tmp_path / "full", (0, 3), tmp_path / "small")
    small = AutoModelForSequenceClassification.from_pretrained(tmp_path / "small")
    assert num_layers_of(tmp_path / "small") == 2
    model.bert.encoder.layer = torch.nn.ModuleList([model.bert.encoder.layer[0], model.bert.encoder.layer[3]])
    rows = tiny_models.examples((5, 9))
    assert torch.equal(
        torch.tensor(tiny_models.reference_logits(small.eval(), rows)),
        torch.tensor(tiny_models.reference_logits(model, rows)),
    )


def test_transformers_loads_what_is_left_of_a_gpt(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path / "full", layers=3)
    drop_layers(tmp_path / "full", (1,), tmp_path / "small")
    small = AutoModelForCausalLM.from_pretrained(tmp_path / "small")
    assert len(small.transformer.h) == 1
    full = AutoModelForCausalLM.from_pretrained(tmp_path / "full")
    kept, wanted = small.transformer.h[0].state_dict(), full.transformer.h[1].state_dict()
    assert all(torch.equal(kept[name], wanted[name]) for name in wanted)


def test_another_family_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"model_type": "t5"}), encoding="utf-8")
    with pytest.raises(LeafoutError, match="`t5`"):
        num_layers_of(tmp_path)


def test_weights_without_a_layer_that_should_stay_are_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "full", layers=2)
    with pytest.raises(LeafoutError, match="no layer 5"):
        drop_layers(tmp_path / "full", (0, 5), tmp_path / "small")
