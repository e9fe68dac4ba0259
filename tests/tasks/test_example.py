import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.tasks.example import Example, bucketed_order, collate, gather, positions, sorted_order


def example(*ids: int, label: int = -1) -> Example:
    return Example(np.array(ids, np.int32), np.zeros(len(ids), np.int8), label)


def test_a_batch_is_one_stream_without_padding() -> None:
    batch = collate([example(2, 7, 3, label=1), example(2, 3), example(2, 8, 9, 3, label=0)])
    assert batch.ids_T.tolist() == [2, 7, 3, 2, 3, 2, 8, 9, 3]
    assert batch.positions_T.tolist() == [0, 1, 2, 0, 1, 0, 1, 2, 3]
    assert batch.starts_B1.tolist() == [0, 3, 5, 9]
    assert batch.labels_B.tolist() == [1, -1, 0]
    assert (batch.num_rows, batch.num_tokens, batch.max_tokens) == (3, 9, 4)


def test_a_batch_of_nothing_is_empty() -> None:
    batch = collate([])
    assert (batch.num_rows, batch.num_tokens, batch.max_tokens) == (0, 0, 0)


def test_positions_skip_rows_without_tokens() -> None:
    assert positions(np.array([2, 0, 3])).tolist() == [0, 1, 0, 1, 2]


def test_a_gather_takes_the_slices_in_order() -> None:
    taken = gather(np.arange(100, 110), np.array([7, 0, 3]), np.array([2, 3, 0]))
    assert taken.tolist() == [107, 108, 100, 101, 102]


@given(lengths=st.lists(st.integers(1, 60), max_size=400), batch_tokens=st.integers(1, 200), epoch=st.integers(0, 3))
def test_every_row_is_in_exactly_one_batch_and_no_batch_is_too_long(
    lengths: list[int], batch_tokens: int, epoch: int
) -> None:
    lengths_N = np.array(lengths, np.int32)
    for batches in (
        bucketed_order(lengths_N, batch_tokens=batch_tokens, seed=1, epoch=epoch),
        sorted_order(lengths_N, batch_tokens=batch_tokens),
    ):
        rows = [row for batch in batches for row in batch.tolist()]
        assert sorted(rows) == list(range(len(lengths)))
        assert all(lengths_N[batch].sum() <= batch_tokens or len(batch) == 1 for batch in batches)


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    lengths_N = np.random.default_rng(0).integers(3, 50, 500)

    def order(seed: int, epoch: int) -> list[list[int]]:
        return [batch.tolist() for batch in bucketed_order(lengths_N, batch_tokens=256, seed=seed, epoch=epoch)]

    assert order(1, 2) == order(1, 2)
    assert order(1, 2) != order(1, 3)
    assert order(1, 2) != order(2, 2)


def test_rows_of_a_batch_have_about_the_same_length() -> None:
    lengths_N = np.random.default_rng(0).integers(3, 128, 20_000)
    batches = bucketed_order(lengths_N, batch_tokens=2048, seed=1, epoch=0)
    padded = sum(int(lengths_N[batch].max()) * len(batch) for batch in batches)
    assert padded / lengths_N.sum() < 1.15


@pytest.mark.parametrize("epoch", [0, 1])
def test_batches_come_in_no_order_of_length(epoch: int) -> None:
    lengths_N = np.random.default_rng(0).integers(3, 128, 20_000)
    batches = bucketed_order(lengths_N, batch_tokens=2048, seed=1, epoch=epoch)
    means = [float(lengths_N[batch].mean()) for batch in batches]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.2
