import json
from pathlib import Path

import pytest
import torch

import tiny_training
from leafout.core.run import QuietRun
from leafout.training.batches import Place
from leafout.training.checkpoint import (
    State,
    load_checkpoint,
    model_tensors,
    num_parameters,
    num_trained,
    save_checkpoint,
    weights_digest,
)
from leafout.training.optim import make_optimizer
from runs import Listening


def made(seed: int) -> tuple[tiny_training.Bag, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    model = tiny_training.Bag()
    return model, make_optimizer(model, tiny_training.config())


def save(folder: Path, *, steps: int, seed: int = 0) -> str:
    model, optimizer = made(seed)
    best = {name: values + 1 for name, values in model_tensors(model).items()}
    save_checkpoint(
        folder,
        State(step=steps, place=Place(2, 7), figures={"val_loss": 0.1}),
        model,
        optimizer,
        more={"best": best, "average": best, "calm": {}},
    )
    return weights_digest(model)


def load(folder: Path, run: QuietRun | None = None) -> tuple[State, str, float] | None:
    model, optimizer = made(99)
    found = load_checkpoint(folder, model, optimizer, run or QuietRun())
    if found is None:
        return None
    assert found.more.keys() == {"best", "average"}
    best = found.more["best"]
    return found.state, weights_digest(model), float((best["head.bias"] - model.head.bias.detach()).mean())


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    digest = save(tmp_path, steps=4)
    found = load(tmp_path)
    assert found is not None
    assert found[0] == State(step=4, place=Place(2, 7), figures={"val_loss": 0.1})
    assert found[1] == digest
    assert found[2] == pytest.approx(1)


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    for steps in (1, 2, 9, 10, 11):
        save(tmp_path, steps=steps)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000000010", "step-000000011"]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert load(tmp_path / "nowhere") is None


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "best.safetensors", "state.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_one_is_left_out_for_the_one_before(tmp_path: Path, name: str, damage: str) -> None:
    digest = save(tmp_path, steps=3, seed=1)
    save(tmp_path, steps=4, seed=2)
    path = tmp_path / "step-000000004" / name
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[data.index(b'"files"') if name == "state.json" else -1] ^= 1
    path.write_bytes(data if damage == "flip" else data[: len(data) // 2])
    if damage == "remove":
        path.unlink()
    run = Listening()
    found = load(tmp_path, run)
    assert found is not None
    assert (found[0].step, found[1]) == (3, digest)
    assert run.said == ["the checkpoint of step 4 is damaged and left out"]


def test_a_half_written_one_is_never_read(tmp_path: Path) -> None:
    save(tmp_path, steps=3)
    (tmp_path / "step-000000003").rename(tmp_path / "writing")
    assert load(tmp_path) is None
    save(tmp_path, steps=5)
    assert [path.name for path in tmp_path.iterdir()] == ["step-000000005"]


def test_the_state_is_plain_json(tmp_path: Path) -> None:
    save(tmp_path, steps=3)
    values = json.loads((tmp_path / "step-000000003" / "state.json").read_text(encoding="utf-8"))
    assert values["state"]["place"] == {"epoch": 2, "index": 7}
    assert all(len(digest) == 64 for digest in values["files"].values())


def test_what_stands_still_is_in_the_digest_but_in_no_checkpoint() -> None:
    model, _ = made(0)
    before, count = weights_digest(model), num_trained(model)
    assert count == num_parameters(model)
    model.words.weight.requires_grad = False
    assert weights_digest(model) == before
    assert "words.weight" not in model_tensors(model)
    assert num_trained(model) == count - model.words.weight.numel()
    model.words.weight.data += 1
    assert weights_digest(model) != before
