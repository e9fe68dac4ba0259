from typing import Any

import pytest

import tiny_training
from leafout.core.errors import LeafoutError
from leafout.models.config import ModelConfig
from leafout.models.new import new_classifier
from leafout.training import memory
from leafout.training.batches import Batches
from leafout.training.config import TrainingConfig
from leafout.training.job import Job
from leafout.training.memory import largest_parts, memory_of, optimizer_bytes, refuse_what_cannot_fit
from leafout.training.optim import make_optimizer, optimizer_tensors


def job(settings: TrainingConfig) -> Job:
    model = new_classifier(ModelConfig(layers=2, width=64, max_tokens=16), 20, 2, 0)
    return tiny_training.job(settings, model=model, keep_best=False)


@pytest.mark.parametrize("kind", ["adamw", "adafactor"])
def test_the_memory_of_an_optimizer_is_known_before_it_has_one(kind: str) -> None:
    made = job(tiny_training.config())
    optimizer = make_optimizer(made.model, tiny_training.config(optimizer=kind))
    for parameter in made.model.parameters():
        parameter.grad = parameter.detach() * 0 + 1
    for group in optimizer.param_groups:
        group["lr"] = 1e-3
    optimizer.step()
    kept = optimizer_tensors(made.model, optimizer)
    wanted = sum(values.numel() * 4 for name, values in kept.items() if not name.endswith("/step"))
    assert optimizer_bytes(made.model, kind)[0] == wanted


def test_smaller_parts_need_less_and_copies_of_the_weights_more() -> None:
    def found(**values: Any) -> memory.Memory:
        settings = tiny_training.config(batch_tokens=200, **values)
        made = memory_of(job(settings), settings, dtype="fp32")
        assert made is not None
        return made

    plain, parts, average = found(), found(part_tokens=20), found(average=0.9)
    assert parts.computing < plain.computing
    assert parts.optimizer == plain.optimizer == 2 * plain.weights
    assert average.copies == plain.copies + 2 * plain.weights
    assert found(spikes={"policy": "rewind"}).copies == 3 * plain.weights
    assert found(optimizer="adafactor").optimizer < 0.2 * plain.optimizer


def test_the_update_with_most_padding_is_rehearsed_if_training_reaches_it() -> None:
    batches = Batches(tiny_training.rows(200), batch_tokens=40, part_tokens=0, seed=3)
    padded = [part.max_tokens * part.num_rows for rows in range(len(batches.order(0))) for part in _part(batches, rows)]
    first = largest_parts(batches)[0]
    assert first.max_tokens * first.num_rows == max(padded)
    second = largest_parts(batches, steps=2)[0]
    assert second.max_tokens * second.num_rows == max(padded[:2])


def _part(batches: Batches, index: int) -> list[Any]:
    from leafout.training.batches import Place

    return batches.parts(Place(0, index), step=0)


def test_what_cannot_fit_is_refused_with_what_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_BESIDES", {"cpu": (0.0, 0)})
    settings = tiny_training.config(batch_tokens=200)
    made = job(settings)
    found = memory_of(made, settings, dtype="fp32")
    assert found is not None

    def refused(free: float) -> LeafoutError:
        monkeypatch.setattr(memory, "free_bytes", lambda _: int(free))
        with pytest.raises(LeafoutError, match="training needs about") as error:
            refuse_what_cannot_fit(made, settings, found, dtype="fp32")
        return error.value

    monkeypatch.setattr(memory, "free_bytes", lambda _: found.needed)
    refuse_what_cannot_fit(made, settings, found, dtype="fp32")
    smaller = memory_of(job(tiny_training.config(batch_tokens=200, part_tokens=25)), settings, dtype="fp32")
    assert smaller is not None
    said = refused(0.85 * found.needed)
    assert said.hint.startswith("`part_tokens: ")
    assert said.hint.endswith("would fit")
    assert "adafactor" not in said.hint
    assert "and `optimizer: adafactor`" in refused(smaller.computing + 0.5 * found.optimizer).hint
    assert refused(1000).hint == "a smaller model: fewer layers, a smaller width or vocabulary"


def test_the_libraries_and_the_allocator_take_their_share() -> None:
    settings = tiny_training.config()
    found = memory_of(job(settings), settings, dtype="fp32")
    assert found is not None
    counted = found.optimizer + found.copies + max(found.computing, found.looking)
    assert found.needed == counted + int(0.1 * counted) + 70_000_000
    assert found.peak == found.resident + found.needed
