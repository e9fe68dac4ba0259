import numpy as np
import pytest

import tiny_training
from leafout.tasks.example import Batch
from leafout.training.batches import Batches, Place, evaluation_batches, fingerprint, work_of
from leafout.training.config import Budget


def batches(*, batch_tokens: int = 40, part_tokens: int = 0, seed: int = 1) -> Batches:
    return Batches(tiny_training.rows(), batch_tokens=batch_tokens, part_tokens=part_tokens, seed=seed)


def test_places_lead_through_each_epoch_once() -> None:
    source = batches()
    place, seen = Place(), []
    while place.epoch < 2:
        seen.append(place)
        place = source.after(place)
    counts = [len(source.order(epoch)) for epoch in (0, 1)]
    assert [p.epoch for p in seen] == [0] * counts[0] + [1] * counts[1]
    rows = np.concatenate([source.order(0)[p.index] for p in seen[: counts[0]]])
    assert sorted(rows.tolist()) == list(range(60))


def test_a_batch_depends_on_its_place_alone() -> None:
    walked = batches()
    for epoch in range(3):
        walked.order(epoch)
    (first,), (second,) = walked.parts(Place(1, 3), step=20), batches().parts(Place(1, 3), step=20)
    assert np.array_equal(first.ids_T, second.ids_T)
    assert not np.array_equal(first.ids_T, batches(seed=2).parts(Place(1, 3), step=20)[0].ids_T)


def test_parts_hold_the_same_rows_as_the_whole() -> None:
    (whole,) = batches().parts(Place(0, 1), step=0)
    parts: list[Batch] = batches(part_tokens=12).parts(Place(0, 1), step=0)
    assert len(parts) > 1
    assert all(part.num_tokens <= 12 for part in parts)
    assert np.array_equal(np.concatenate([part.ids_T for part in parts]), whole.ids_T)


def test_budgets_become_steps() -> None:
    source = batches()
    epoch = [len(source.order(number)) for number in range(3)]
    assert source.steps_of(Budget(steps=5)) == 5
    assert source.steps_of(Budget(epochs=2)) == epoch[0] + epoch[1]
    assert source.steps_of(Budget(epochs=1.5)) == epoch[0] + int(np.ceil(epoch[1] / 2))
    assert source.steps_of(Budget(tokens=int(source.mean_tokens() * 7))) == 7
    assert source.steps_of(Budget(tokens=1)) == 1


def test_evaluation_sees_every_row_or_evenly_spread_ones() -> None:
    data = tiny_training.rows()
    every = list(evaluation_batches(data, batch_tokens=32))
    assert sum(batch.num_rows for batch in every) == 60
    some = list(evaluation_batches(data, batch_tokens=32, max_tokens=100))
    assert 60 < sum(batch.num_tokens for batch in some) <= 140
    again = list(evaluation_batches(data, batch_tokens=32, max_tokens=100))
    assert all(np.array_equal(a.ids_T, b.ids_T) for a, b in zip(some, again, strict=True))


def test_a_fingerprint_sees_bytes_types_and_shapes() -> None:
    ids = np.arange(6, dtype=np.int32)
    found = {
        fingerprint(ids),
        fingerprint(ids.reshape(2, 3)),
        fingerprint(ids.astype(np.uint32)),
        fingerprint(ids[::-1]),
        fingerprint(ids, ids),
    }
    assert len(found) == 5
    assert fingerprint(ids.copy()) == fingerprint(ids)


@pytest.mark.parametrize("other", [({"a": 2}, 1, "x"), ({"a": 1}, 2, "x"), ({"a": 1}, 1, "y")])
def test_work_is_config_seed_and_data(other: tuple[dict[str, int], int, str]) -> None:
    assert work_of({"a": 1}, 1, "x") != work_of(other[0], other[1], other[2])
