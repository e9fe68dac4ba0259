from pathlib import Path

import pytest
from torch import nn

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.adapters.places import Part, entries_of, freeze, head_modules, linear_at, places, products
from peft_models import lean


def test_query_and_value_are_parts_of_one_product(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    model = lean(tmp_path)
    found = places(model, (), where="[lora.targets]")
    assert [place.ours for place in found] == ["encoder.layers.0.qkv", "encoder.layers.1.qkv"]
    first = "bert.encoder.layer.0.attention.self."
    assert found[0].parts == (Part(0, 16, f"{first}query"), Part(32, 16, f"{first}value"))
    assert linear_at(model, found[0].ours).out_features == 48
    every = places(model, ("qkv", "fall"), where="")
    assert [part.theirs for part in every[0].parts] == [f"{first}{name}" for name in ("query", "key", "value")]
    assert every[1].parts[0].theirs == "bert.encoder.layer.0.output.dense"


def test_a_product_that_is_one_on_disk_is_one_part(tmp_path: Path) -> None:
    tiny_models.write_modern(tmp_path, "plain", masked=True)
    model = lean(tmp_path)
    assert [part.theirs for part in places(model, (), where="")[1].parts] == ["model.layers.1.attn.Wqkv"]
    assert head_modules(model) == ["classifier", "head"]
    with pytest.raises(LeafoutError, match="no target `query`") as caught:
        places(model, ("query",), where="[lora.targets]")
    assert "`qkv`, `out`, `rise`, `fall`" in caught.value.hint


def test_the_head_is_trained_and_nothing_under_it(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    model = lean(tmp_path)
    freeze(model)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {"pooler.weight", "pooler.bias", "head.weight", "head.bias"}
    assert {entry.ours for entry in entries_of(model)} == {name for name, _ in model.named_parameters()}
    assert head_modules(model) == ["classifier", "pooler"]


def test_products_are_known_by_their_names_on_disk(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    model = lean(tmp_path)
    found = products(model)
    assert found["bert.encoder.layer.1.output.dense"] == "encoder.layers.1.fall"
    assert len(found) == 6
    assert "pooler" in products(nn.ModuleDict({"pooler": nn.Linear(2, 2), "norm": nn.LayerNorm(2)}))
