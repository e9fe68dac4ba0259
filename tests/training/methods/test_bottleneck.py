from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.load import load_classifier as load_any
from leafout.models.adapters.bottleneck import BottleneckShape, bottlenecks_in
from leafout.models.load import load_classifier
from leafout.models.save import save_model
from leafout.training.foreign import foreign_classifier
from leafout.training.methods.bottleneck import Bottlenecks
from peft_models import farthest, lean, logits, stirred
from training.test_foreign import write_roberta

ROWS = tiny_models.examples((3, 9, 9, 1))


def method(kind: Any = "pfeiffer", targets: tuple[str, ...] = ()) -> Bottlenecks:
    return Bottlenecks(kind, BottleneckShape(4), targets, seed=1)


@pytest.mark.parametrize("kind", ["pfeiffer", "houlsby"])
@pytest.mark.parametrize("layout", ["bert", "modernbert"])
def test_it_is_loaded_with_what_it_has_learnt(tmp_path: Path, kind: str, layout: str) -> None:
    if layout == "bert":
        tiny_models.write_bert(tmp_path / "model")
    else:
        tiny_models.write_modern(tmp_path / "model", "plain", masked=True)
    taught = method(kind)
    model = stirred(taught.fit_into(lean(tmp_path / "model")))
    layers = model.dims.layers
    assert len(bottlenecks_in(model)) == (2 * layers if kind == "houlsby" else layers)
    norms = {name for name, p in model.named_parameters() if p.requires_grad and "norm" in name and "encoder" in name}
    assert bool(norms) == (kind == "houlsby")
    ours = logits(model, ROWS)
    taught.write(model, tmp_path / "out")
    plain = taught.merge(model)
    assert not bottlenecks_in(plain)
    assert farthest(logits(plain, ROWS), ours) > 0.01
    save_model(plain, tmp_path / "out")
    assert farthest(logits(load_classifier(tmp_path / "out", dropout=0.0).eval(), ROWS), ours) < 1e-6


def test_on_another_architecture_too(tmp_path: Path) -> None:
    folder = write_roberta(tmp_path / "roberta")
    model = foreign_classifier(folder, ("a", "b"), pad_id=0, seed=1, pretrained=True, dropout=0.0)
    taught = method("houlsby")
    stirred(taught.fit_into(model))
    assert sorted(bottlenecks_in(model)) == [
        f"model.roberta.encoder.layer.0.{name}.dense" for name in ("attention.output", "output")
    ]
    ours = logits(model, ROWS)
    taught.write(model, tmp_path / "out")
    taught.merge(model).save(tmp_path / "out")
    (tmp_path / "out" / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    found = load_any(tmp_path / "out", threads=1).logits(ROWS)
    assert float(np.abs(found - ours).max()) < 1e-5


def test_targets_choose_the_products(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    model = method(targets=("intermediate.dense",)).fit_into(lean(tmp_path))
    assert list(bottlenecks_in(model)) == ["encoder.layers.0.rise", "encoder.layers.1.rise"]
    with pytest.raises(LeafoutError, match="no product to put an adapter behind"):
        method(targets=("nowhere",)).fit_into(lean(tmp_path))
