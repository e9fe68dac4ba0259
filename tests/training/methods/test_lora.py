from pathlib import Path

import numpy as np
import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.adapters.lora import LowRankShape
from leafout.training.methods.lora import Lora
from peft_models import farthest, lean, logits, peft_logits, stirred

SHAPES = [
    (LowRankShape(rank=4), ()),
    (LowRankShape(rank=3, rs=False), ("query", "key", "fall")),
    (LowRankShape(rank=3, dora=True), ("qkv", "out", "rise", "fall")),
    (LowRankShape(rank=3, alpha=4, rs=False, dora=True), ("key",)),
]
ROWS = tiny_models.examples((3, 9, 9, 1))


@pytest.mark.parametrize(("shape", "targets"), SHAPES)
def test_peft_reads_what_our_bert_has_learnt(tmp_path: Path, shape: LowRankShape, targets: tuple[str, ...]) -> None:
    tiny_models.write_bert(tmp_path / "model", labels=("x", "y", "z"))
    method = Lora(shape, targets, seed=5)
    model = stirred(method.fit_into(lean(tmp_path / "model")))
    ours = logits(model, ROWS)
    method.write(model, tmp_path)
    theirs = peft_logits(tmp_path / "model", tmp_path / "adapter", ROWS)
    assert farthest(ours, theirs) < 1e-5
    assert farthest(ours, logits(lean(tmp_path / "model").eval(), ROWS)) > 0.01
    assert farthest(logits(method.merge(model), ROWS), ours) < 1e-5


@pytest.mark.parametrize(("shape", "targets"), [SHAPES[0], (SHAPES[2][0], ("out", "fall"))])
def test_peft_reads_what_our_modernbert_has_learnt(
    tmp_path: Path, shape: LowRankShape, targets: tuple[str, ...]
) -> None:
    tiny_models.write_modern(tmp_path / "model", "plain", masked=True)
    method = Lora(shape, targets, seed=5)
    model = stirred(method.fit_into(lean(tmp_path / "model")))
    ours = logits(model, ROWS)
    method.write(model, tmp_path)
    assert farthest(ours, peft_logits(tmp_path / "model", tmp_path / "adapter", ROWS)) < 1e-5
    assert farthest(logits(method.merge(model), ROWS), ours) < 1e-5


def test_a_rank_wider_than_the_product_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    with pytest.raises(LeafoutError, match="`rank` is 17"):
        Lora(LowRankShape(rank=17), (), seed=5).fit_into(lean(tmp_path))


def test_equal_seeds_start_equally(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    first, again, other = (Lora(LowRankShape(), (), seed).fit_into(lean(tmp_path)) for seed in (5, 5, 6))
    name = "encoder.layers.1.qkv.down"
    assert np.array_equal(first.get_parameter(name).detach(), again.get_parameter(name).detach())
    assert not np.array_equal(first.get_parameter(name).detach(), other.get_parameter(name).detach())
