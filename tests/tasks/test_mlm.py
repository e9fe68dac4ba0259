import numpy as np
import pytest

from leafout.tasks.example import bucketed_order
from leafout.tasks.masking import MaskRules
from leafout.tasks.mlm import MaskedPairs, PairMarks
from tasks.toy_shards import random_shards

CLS, SEP, MASK = 2, 3, 4
SHARDS = random_shards(60)
SIZE = len(SHARDS.ids) + 10
RULES = MaskRules(MASK, np.arange(10, SIZE, dtype=np.int32), np.arange(SIZE) >= 10, None)


def dataset(seed: int = 1, fraction: float = 0.15) -> MaskedPairs:
    rules = MaskRules(MASK, RULES.ordinary_O, RULES.is_ordinary_V, None, fraction)
    return MaskedPairs(SHARDS, rules, PairMarks(CLS, SEP), max_tokens=64, seed=seed)


def test_a_row_is_cls_first_sep_second_sep_with_its_segments() -> None:
    data = dataset(fraction=0.0)
    pairs = data.pairs(0)
    rows_B = np.arange(len(pairs.firsts_N))
    batch = data.batch(rows_B, epoch=0, key=(0,))
    for row in rows_B:
        span = slice(batch.starts_B1[row], batch.starts_B1[row + 1])
        first = SHARDS.ids[pairs.firsts_N[row] :][: pairs.first_lengths_N[row]].tolist()
        second = SHARDS.ids[pairs.seconds_N[row] :][: pairs.second_lengths_N[row]].tolist()
        tail = [*second, SEP] if second else []
        assert batch.ids_T[span].tolist() == [CLS, *first, SEP, *tail]
        assert batch.segments_T[span].tolist() == [0] * (len(first) + 2) + [1] * len(tail)
        assert batch.positions_T[span].tolist() == list(range(len(first) + 2 + len(tail)))
        assert batch.next_B[row] == pairs.next_N[row]
    assert len(batch.places_K) == 0


def test_lengths_are_those_of_the_batches() -> None:
    data = dataset()
    lengths_N = data.lengths(2)
    for rows_B in bucketed_order(lengths_N, batch_tokens=512, seed=1, epoch=2):
        batch = data.batch(rows_B, epoch=2, key=(0,))
        assert np.diff(batch.starts_B1).tolist() == lengths_N[rows_B].tolist()
        assert batch.num_tokens == lengths_N[rows_B].sum()
        assert batch.max_tokens == lengths_N[rows_B].max() <= 64


def test_masked_places_hide_what_stood_there() -> None:
    batch = dataset().batch(np.arange(50), epoch=0, key=(0,))
    plain = dataset(fraction=0.0).batch(np.arange(50), epoch=0, key=(0,))
    assert (plain.ids_T[batch.places_K] == batch.targets_K).all()
    assert (batch.ids_T[batch.places_K] == MASK).mean() > 0.7
    assert (batch.targets_K >= 10).all()


def test_masks_depend_on_seed_epoch_and_key_alone() -> None:
    rows_B = np.arange(20)
    wanted = dataset().batch(rows_B, epoch=1, key=(3, 0))
    data = dataset()
    data.batch(rows_B, epoch=0, key=(9,))
    again = data.batch(rows_B, epoch=1, key=(3, 0))
    assert (again.ids_T == wanted.ids_T).all()
    assert (again.places_K == wanted.places_K).all()
    assert not np.array_equal(dataset().batch(rows_B, epoch=1, key=(4, 0)).places_K, wanted.places_K)
    assert not np.array_equal(dataset(seed=2).batch(rows_B, epoch=1, key=(3, 0)).ids_T, wanted.ids_T)


def test_the_index_follows_the_epoch_that_is_asked_for() -> None:
    data = dataset()
    first, second = data.lengths(0), data.lengths(1)
    assert not np.array_equal(first, second)
    assert np.array_equal(data.lengths(0), first)


def test_pairs_in_order_are_the_same_in_any_parts() -> None:
    data = MaskedPairs(SHARDS, RULES, PairMarks(CLS, SEP), max_tokens=64, seed=1, task="order")
    rows_B = np.arange(40)
    whole = data.batch(rows_B, epoch=1, key=(5, 0))
    parts = [data.batch(part_B, epoch=1, key=(5, number)) for number, part_B in enumerate(np.array_split(rows_B, 3))]
    assert {0, 1} < set(whole.next_B.tolist())
    assert np.array_equal(np.concatenate([part.next_B for part in parts]), whole.next_B)
    assert np.array_equal(np.concatenate([part.segments_T for part in parts]), whole.segments_T)


@pytest.mark.parametrize("rows", [[], [3]])
def test_small_batches_are_no_error(rows: list[int]) -> None:
    batch = dataset().batch(np.array(rows, np.int64), epoch=0, key=(0,))
    assert len(batch.starts_B1) == len(rows) + 1
    assert batch.max_tokens == batch.num_tokens
